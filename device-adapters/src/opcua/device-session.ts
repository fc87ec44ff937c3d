import type { DeviceContext, DeviceIdentity, EpochMs, PointName } from "@commonwatt/vpp-core";
import { throughGate } from "./connect-gate.ts";
import type { DerBatteryNodes, DerNodes } from "./der-model.ts";
import { badStatus, opcuaError } from "./opcua-errors.ts";
import { type LinkSettings, type OpcuaLink, openLink } from "./opcua-link.ts";
import { ProcessImage } from "./process-image.ts";

/** The table of namespaces of a server (OPC 10000-5). */
const NAMESPACE_ARRAY = "i=2255";
/** How many publishing intervals without a change before the server says that it lives. */
const KEEP_ALIVE_INTERVALS = 3;
/** How many publishing intervals without a word from us before the server forgets the subscription. */
const LIFETIME_INTERVALS = 150;
/** Values between two publications that are kept; the newest is the one that counts. */
const QUEUE_SIZE = 2;

/** What a session is to be about. */
export interface SessionSettings extends LinkSettings {
  readonly nodes: DerNodes;
  readonly publishingIntervalMs: number;
}

/** A link to a device that has said what it is and reports its points. */
export interface DeviceSession {
  readonly link: OpcuaLink;
  readonly identity: DeviceIdentity;
  readonly image: ProcessImage;
  readonly battery: DerBatteryNodes | null;
  /** When the server was last heard, on the wall clock. */
  heardAtMs(): EpochMs;
}

/**
 * Connects, finds out what the device is and has, and subscribes to its points.
 * @throws CommonwattError with an `OpcuaErrorCode`.
 */
export function openSession(
  settings: SessionSettings,
  context: DeviceContext,
  signal?: AbortSignal,
): Promise<DeviceSession> {
  return throughGate(settings.endpointUrl, () => setUpSession(settings, context, signal));
}

async function setUpSession(
  settings: SessionSettings,
  context: DeviceContext,
  signal?: AbortSignal,
): Promise<DeviceSession> {
  const link = await openLink(settings, signal);
  try {
    const [namespaces] = await link.read([NAMESPACE_ARRAY]);
    const resolve = resolver(settings.endpointUrl, namespaces?.value.value as readonly string[]);
    const identity = await readIdentity(link, settings, resolve);
    const points = Object.entries(settings.nodes.points).map(
      ([name, nodeId]) => [name as PointName, resolve(nodeId)] as const,
    );
    const image = new ProcessImage(context.clock.now());
    const first = await link.read(points.map(([, nodeId]) => nodeId));
    for (const [index, value] of first.entries()) {
      const name = points[index]?.[0];
      if (name !== undefined) image.take(name, value, context.clock.now());
    }
    const existing = points.filter(([name]) => image.has(name));
    if (existing.length === 0) {
      throw opcuaError("OPCUA_UNEXPECTED_SERVER", "it has none of the points", settings.endpointUrl);
    }
    const heardAtMs = await subscribe(link, settings, context, existing, image);
    return { link, identity, image, battery: await findBattery(link, settings, resolve), heardAtMs };
  } catch (error) {
    link.drop("its session could not be set up");
    throw error;
  }
}

type Resolve = (nodeId: string) => string;

/** Turns `nsu=<uri>;…` into `ns=<index>;…`, as this server counts its namespaces. */
function resolver(endpointUrl: string, namespaces: readonly string[]): Resolve {
  return (nodeId) => {
    const [, uri, rest] = /^nsu=([^;]+);(.+)$/.exec(nodeId) ?? [];
    if (uri === undefined) return nodeId;
    const index = namespaces.indexOf(uri);
    if (index < 0) throw opcuaError("OPCUA_UNEXPECTED_SERVER", `it has no namespace ${uri}`, endpointUrl);
    return `ns=${index};${rest}`;
  };
}

async function readIdentity(
  link: OpcuaLink,
  { nodes, endpointUrl }: SessionSettings,
  resolve: Resolve,
): Promise<DeviceIdentity> {
  const keys = ["manufacturer", "model", "serialNumber", "firmware"] as const;
  const present = keys.flatMap((key) => {
    const nodeId = nodes.identity[key];
    return nodeId === undefined ? [] : [{ key, nodeId: resolve(nodeId) }];
  });
  const values = present.length === 0 ? [] : await link.read(present.map(({ nodeId }) => nodeId));
  const text = (key: (typeof keys)[number]): string | null => {
    const value = values[present.findIndex((one) => one.key === key)];
    const content: unknown = value?.statusCode.isGood() ? value.value.value : null;
    return content === null || content === undefined ? null : textOf(content);
  };
  return {
    protocol: "opcua",
    address: endpointUrl,
    manufacturer: text("manufacturer") ?? "unknown",
    model: text("model") ?? "unknown",
    serialNumber: text("serialNumber") ?? "unknown",
    firmware: text("firmware"),
  };
}

/** A String, or the text of a LocalizedText, as OPC 10000-100 has for makers and models. */
function textOf(content: unknown): string {
  return String(
    typeof content === "object" && content !== null && "text" in content ? content.text : content,
  );
}

async function findBattery(
  link: OpcuaLink,
  { nodes }: SessionSettings,
  resolve: Resolve,
): Promise<DerBatteryNodes | null> {
  if (nodes.battery === null) return null;
  const battery: DerBatteryNodes = {
    object: resolve(nodes.battery.object),
    setActivePower: resolve(nodes.battery.setActivePower),
    release: resolve(nodes.battery.release),
    setpoint: resolve(nodes.battery.setpoint),
    lastSequence: resolve(nodes.battery.lastSequence),
  };
  const [value] = await link.read([battery.lastSequence]);
  return value?.statusCode.isGood() ? battery : null;
}

/**
 * Subscribes to points, with a report for each new source time even when the value stays: the age of a
 * value then says when it was measured, not when it last changed.
 */
async function subscribe(
  link: OpcuaLink,
  { publishingIntervalMs, endpointUrl }: SessionSettings,
  { clock, wallClock }: DeviceContext,
  points: readonly (readonly [PointName, string])[],
  image: ProcessImage,
): Promise<() => EpochMs> {
  const { AttributeIds, DataChangeFilter, DataChangeTrigger, DeadbandType, TimestampsToReturn } =
    link.library;
  let heardAtMs = wallClock.now();
  const hear = (): void => {
    heardAtMs = wallClock.now();
    image.heard(clock.now());
  };
  const subscription = await link.request("subscribe", (session) =>
    session.createSubscription2({
      requestedPublishingInterval: publishingIntervalMs,
      requestedMaxKeepAliveCount: KEEP_ALIVE_INTERVALS,
      requestedLifetimeCount: LIFETIME_INTERVALS,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
    }),
  );
  subscription.on("received_notifications", hear);
  subscription.on("keepalive", hear);
  subscription.on("terminated", () => link.lose("the server ended the subscription"));
  const filter = new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValueTimestamp,
    deadbandType: DeadbandType.None,
  });
  const group = await link.request("monitor", () =>
    subscription.monitorItems(
      points.map(([, nodeId]) => ({ nodeId, attributeId: AttributeIds.Value })),
      { samplingInterval: publishingIntervalMs, filter, queueSize: QUEUE_SIZE, discardOldest: true },
      TimestampsToReturn.Both,
    ),
  );
  group.on("changed", (_item, value, index) => {
    const name = points[index]?.[0];
    if (name !== undefined) image.take(name, value, clock.now());
  });
  const refused = group.monitoredItems.find((item) => !item.statusCode.isGood());
  if (refused !== undefined) throw badStatus("monitor", refused.statusCode.name, endpointUrl);
  return () => heardAtMs;
}
