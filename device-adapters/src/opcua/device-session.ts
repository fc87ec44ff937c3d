import {
  type DeviceContext,
  type DeviceIdentity,
  type EpochMs,
  POINT_NAMES,
  type PointName,
} from "@commonwatt/vpp-core";
import { throughGate } from "./connect-gate.ts";
import type { DerBatteryNodes, DerNodes, PointSource } from "./der-model.ts";
import { opcuaError } from "./opcua-errors.ts";
import { type LinkSettings, type OpcuaLink, openLink } from "./opcua-link.ts";
import { ProcessImage } from "./process-image.ts";
import { type FoundSetpoint, findSetpoint } from "./setpoint-control.ts";
import { hasDeadband, type NodePoint, reportPoints } from "./subscription.ts";

/** The table of namespaces of a server (OPC 10000-5). */
const NAMESPACE_ARRAY = "i=2255";
/** The current time of a server (OPC 10000-5). */
const CURRENT_TIME = "i=2258";

/** How the battery of a server is commanded. */
export type BatteryNodes = DerBatteryNodes | FoundSetpoint;

/** What a session is to be about. */
export interface SessionSettings extends LinkSettings {
  readonly nodes: DerNodes;
  readonly publishingIntervalMs: number;
  /** How far a power may move before it is reported; 0 reports each new source time. */
  readonly powerDeadbandW: number;
  /** How far the server's clock may be from ours before its values are suspect. */
  readonly clockSkewMaxMs: number;
}

/** A link to a device that has said what it is and reports its points. */
export interface DeviceSession {
  readonly link: OpcuaLink;
  readonly identity: DeviceIdentity;
  readonly image: ProcessImage;
  readonly battery: BatteryNodes | null;
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
    const points = nodePoints(settings.nodes, resolve);
    // All at the same time: on a slow network every round trip is long, and recovery waits for each.
    const [identity, doubt, first, battery] = await Promise.all([
      readIdentity(link, settings, resolve),
      clockDoubt(link, settings, context),
      points.length === 0 ? [] : link.read(points.map(({ nodeId }) => nodeId)),
      findBattery(link, settings, resolve),
    ]);
    const now = context.clock.now();
    const image = new ProcessImage(now, {
      factors: Object.fromEntries(points.map(({ name, factor }) => [name, factor])),
      held: new Set(POINT_NAMES.filter((name) => hasDeadband(name, settings.powerDeadbandW))),
      doubt,
    });
    for (const [name, source] of Object.entries(settings.nodes.points) as [PointName, PointSource][]) {
      if (typeof source === "object" && "constant" in source) image.takeConstant(name, source.constant, now);
    }
    for (const [index, value] of first.entries()) {
      const name = points[index]?.name;
      if (name !== undefined) image.take(name, value, now);
    }
    const existing = points.filter(({ name }) => image.has(name));
    if (existing.length === 0) {
      throw opcuaError("OPCUA_UNEXPECTED_SERVER", "it has none of the points", settings.endpointUrl);
    }
    const heardAtMs = await reportPoints(link, settings, context, existing, image);
    return { link, identity, image, battery, heardAtMs };
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
  { nodes, endpointUrl }: SessionSettings,
  resolve: Resolve,
): Promise<BatteryNodes | null> {
  if (nodes.battery === null) return null;
  if ("watchdog" in nodes.battery) {
    const found = await findSetpoint(link, nodes.battery, resolve);
    if (found !== null) return found;
    throw opcuaError("OPCUA_UNEXPECTED_SERVER", "its setpoint or its watchdog is no number", endpointUrl);
  }
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

/** The points that come from nodes, as this server counts its namespaces. */
function nodePoints(nodes: DerNodes, resolve: Resolve): readonly NodePoint[] {
  return (Object.entries(nodes.points) as [PointName, PointSource][]).flatMap(([name, source]) => {
    if (typeof source === "string") return [{ name, nodeId: resolve(source), factor: 1 }];
    if ("constant" in source) return [];
    return [{ name, nodeId: resolve(source.node), factor: (source.scale ?? 1) * (source.sign ?? 1) }];
  });
}

/**
 * Why the server's source times cannot be relied on: its clock is too far from ours. `null` when it is not, or
 * when the server does not tell the time.
 */
async function clockDoubt(
  link: OpcuaLink,
  { clockSkewMaxMs, endpointUrl }: SessionSettings,
  { wallClock, logger }: DeviceContext,
): Promise<string | null> {
  const askedAtMs = wallClock.now();
  const [answer] = await link.read([CURRENT_TIME]);
  const time: unknown = answer?.statusCode.isGood() ? answer.value.value : null;
  if (!(time instanceof Date)) return null;
  const aheadMs = Math.round(time.getTime() - (askedAtMs + wallClock.now()) / 2);
  if (Math.abs(aheadMs) <= clockSkewMaxMs) return null;
  logger.warn({ endpoint: endpointUrl, aheadMs }, "the server's clock is wrong, or ours is");
  return `the server's clock is ${Math.abs(aheadMs)} ms ${aheadMs > 0 ? "ahead of" : "behind"} ours`;
}
