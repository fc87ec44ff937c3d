import { type DeviceContext, durationMs, type EpochMs, type PointName } from "@commonwatt/vpp-core";
import type { ClientSession, ClientSubscription } from "node-opcua";
import { RATING_POINTS } from "./der-model.ts";
import { badStatus } from "./opcua-errors.ts";
import type { OpcuaLink } from "./opcua-link.ts";
import type { ProcessImage } from "./process-image.ts";

/** How many publishing intervals without a change before the server says that it lives. */
const KEEP_ALIVE_INTERVALS = 3;
/**
 * How many publishing intervals without a word from us before the server forgets the subscription: it
 * counts against the server's limit after its link is lost.
 */
const LIFETIME_INTERVALS = 50;
/** Values between two publications that are kept; the newest is the one that counts. */
const QUEUE_SIZE = 2;
/** What a server answers that has no subscriptions, or none left. */
const NO_SUBSCRIPTIONS = /BadServiceUnsupported|BadNotImplemented|BadNotSupported|BadTooManySubscriptions/;

/** A point, its node on this server, and what one of its units is worth. */
export interface NodePoint {
  readonly name: PointName;
  readonly nodeId: string;
  readonly factor: number;
}

/** How points are to be reported. */
export interface ReportSettings {
  readonly endpointUrl: string;
  readonly publishingIntervalMs: number;
  readonly powerDeadbandW: number;
}

/** Whether a point is reported only when it has moved: measured power, never energy. */
export function hasDeadband(name: PointName, powerDeadbandW: number): boolean {
  return powerDeadbandW > 0 && !name.endsWith("Wh") && !RATING_POINTS.has(name);
}

/**
 * Has points reported into the image, by a subscription, or by reading them in turns where the server has
 * none. Gives the time on the wall clock at which the server was last heard.
 */
export async function reportPoints(
  link: OpcuaLink,
  settings: ReportSettings,
  context: DeviceContext,
  points: readonly NodePoint[],
  image: ProcessImage,
): Promise<() => EpochMs> {
  const { clock, wallClock } = context;
  let heardAtMs = wallClock.now();
  const hear = (): void => {
    heardAtMs = wallClock.now();
    image.heard(clock.now());
  };
  const subscription = await subscribe(link, settings);
  if (subscription === null) {
    pollPoints(link, settings, context, points, image, hear);
    return () => heardAtMs;
  }
  subscription.on("received_notifications", hear);
  subscription.on("keepalive", hear);
  subscription.on("terminated", () => link.lose("the server ended the subscription"));
  for (const [deadband, group] of byDeadband(points, settings.powerDeadbandW)) {
    await monitor(link, subscription, { settings, deadband, points: group, image, context });
  }
  return () => heardAtMs;
}

/**
 * Not by the library's own `createSubscription2`: when the link breaks right after the server's answer, that
 * one throws where nobody can catch it.
 */
async function subscribe(
  link: OpcuaLink,
  { publishingIntervalMs }: ReportSettings,
): Promise<ClientSubscription | null> {
  const options = {
    requestedPublishingInterval: publishingIntervalMs,
    requestedMaxKeepAliveCount: KEEP_ALIVE_INTERVALS,
    requestedLifetimeCount: LIFETIME_INTERVALS,
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
  };
  const create = (session: ClientSession): Promise<ClientSubscription> =>
    new Promise((resolve, reject) => {
      const subscription = link.library.ClientSubscription.create(session, options);
      subscription.on("started", () => resolve(subscription));
      subscription.on("error", reject);
    });
  try {
    return await link.request("subscribe", create);
  } catch (error) {
    if (error instanceof Error && NO_SUBSCRIPTIONS.test(error.message)) return null;
    throw error;
  }
}

/** Reads the points once in each publishing interval, for as long as the link is up. */
function pollPoints(
  link: OpcuaLink,
  { publishingIntervalMs }: ReportSettings,
  { clock, wallClock }: DeviceContext,
  points: readonly NodePoint[],
  image: ProcessImage,
  hear: () => void,
): void {
  const nodeIds = points.map(({ nodeId }) => nodeId);
  const next = (): void => void wallClock.after(durationMs(publishingIntervalMs), () => void poll());
  const poll = async (): Promise<void> => {
    if (link.lostBecause !== null) return;
    try {
      const values = await link.read(nodeIds);
      for (const [index, { name }] of points.entries()) {
        const value = values[index];
        if (value !== undefined) image.take(name, value, clock.now());
      }
      hear();
    } catch {
      // It counts as silence: who reads sees stale values, and then the link is replaced.
    }
    next();
  };
  next();
}

/** Points by the deadband of their nodes, in the nodes' own units. */
function byDeadband(
  points: readonly NodePoint[],
  powerDeadbandW: number,
): ReadonlyMap<number, readonly NodePoint[]> {
  const groups = new Map<number, NodePoint[]>();
  for (const point of points) {
    const deadband = hasDeadband(point.name, powerDeadbandW) ? powerDeadbandW / Math.abs(point.factor) : 0;
    const group = groups.get(deadband) ?? [];
    groups.set(deadband, group);
    group.push(point);
  }
  return groups;
}

interface Monitoring {
  readonly settings: ReportSettings;
  readonly deadband: number;
  readonly points: readonly NodePoint[];
  readonly image: ProcessImage;
  readonly context: DeviceContext;
}

/**
 * Has points reported, each new source time even when the value stays: the age of a value then says when it
 * was measured, not when it last changed. With a deadband values come when they have moved.
 */
async function monitor(
  link: OpcuaLink,
  subscription: ClientSubscription,
  { settings, deadband, points, image, context: { clock } }: Monitoring,
): Promise<void> {
  const { AttributeIds, DataChangeFilter, DataChangeTrigger, DeadbandType, TimestampsToReturn } =
    link.library;
  const filter = new DataChangeFilter(
    deadband > 0
      ? {
          trigger: DataChangeTrigger.StatusValue,
          deadbandType: DeadbandType.Absolute,
          deadbandValue: deadband,
        }
      : { trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None },
  );
  const { publishingIntervalMs, endpointUrl } = settings;
  const group = await link.request("monitor", () =>
    subscription.monitorItems(
      points.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })),
      { samplingInterval: publishingIntervalMs, filter, queueSize: QUEUE_SIZE, discardOldest: true },
      TimestampsToReturn.Both,
    ),
  );
  group.on("changed", (_item, value, index) => {
    const name = points[index]?.name;
    if (name !== undefined) image.take(name, value, clock.now());
  });
  const refused = group.monitoredItems.find((item) => !item.statusCode.isGood());
  if (refused !== undefined) throw badStatus("monitor", refused.statusCode.name, endpointUrl);
}
