import { lookup } from "node:dns/promises";
import { createConnection, isIP } from "node:net";
import { type Clock, durationMs, isCommonwattError, messageOf } from "@commonwatt/vpp-core";
import type { Find, ScanProblem } from "./find.ts";
import { identifyUnit, type UnitFind, type UnitPlace } from "./identify-unit.ts";
import { probeOpcua } from "./opcua-probe.ts";
import { Pace } from "./pace.ts";
import { DEFAULT_UNITS, type ScanPort, type ScanProtocol, UNITS_BESIDE } from "./scan-places.ts";
import { type ProbeWire, UnitProbe } from "./unit-probe.ts";

/** What a scan tells while it runs. */
export type ScanEvent =
  | { readonly event: "looking"; readonly host: string; readonly port: number; readonly unit: number | null }
  | { readonly event: "open"; readonly host: string; readonly port: number }
  | { readonly event: "find"; readonly find: Find }
  | { readonly event: "problem"; readonly problem: ScanProblem };

/** How a scan goes about it. */
export interface ScanOptions {
  readonly ports: readonly ScanPort[];
  /** `null` tries those that makers use. */
  readonly units: readonly number[] | null;
  /** How long one answer may take. */
  readonly timeoutMs: number;
  /** The pause between two tries at one host. */
  readonly gapMs: number;
  /** How long a new connection is left alone. */
  readonly settleMs: number;
  readonly certificateDirectory: string | null;
  readonly wallClock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ScanEvent) => void;
}

type Reached = "open" | "refused" | "silent" | "unreachable";

/** Scans one host, port by port, one connection at a time. Finds and problems are told as events. */
export async function scanHost(host: string, options: ScanOptions): Promise<void> {
  const problem = (code: ScanProblem["code"], message: string): void =>
    options.onEvent({ event: "problem", problem: { host, port: null, code, message } });
  const unknown = await lookupFailure(host);
  if (unknown !== null) {
    problem("DISCOVER_HOST_UNKNOWN", `there is no host "${host}": ${unknown}`);
    return;
  }
  const pace = new Pace(options.wallClock, options.gapMs, options.signal);
  const seen = new Set<Reached>();
  for (const scanPort of options.ports) {
    options.onEvent({ event: "looking", host, port: scanPort.port, unit: null });
    const reached = await pace.try(() => reach(host, scanPort.port, options));
    seen.add(reached);
    if (reached === "unreachable") break;
    if (reached === "open") await scanPortOf(host, scanPort, pace, options);
  }
  if (seen.has("open") || seen.has("refused")) return;
  problem("DISCOVER_HOST_UNREACHABLE", `${host} does not answer: is it switched on, and in this network?`);
}

async function lookupFailure(host: string): Promise<string | null> {
  if (isIP(host) !== 0) return null;
  try {
    await lookup(host);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? messageOf(error);
  }
}

const UNREACHABLE: ReadonlySet<string | undefined> = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"]);

/** Connects once, and hangs up. */
function reach(host: string, port: number, { wallClock, timeoutMs }: ScanOptions): Promise<Reached> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (reached: Reached): void => {
      timer.cancel();
      socket.destroy();
      resolve(reached);
    };
    const timer = wallClock.after(durationMs(timeoutMs), () => end("silent"));
    socket.once("connect", () => end("open"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      end(UNREACHABLE.has(code) ? "unreachable" : code === "ETIMEDOUT" ? "silent" : "refused"),
    );
  });
}

async function scanPortOf(
  host: string,
  { port, protocols }: ScanPort,
  pace: Pace,
  options: ScanOptions,
): Promise<void> {
  const { onEvent } = options;
  onEvent({ event: "open", host, port });
  const failures: ScanProblem[] = [];
  for (const protocol of protocols) {
    const result =
      protocol === "opcua"
        ? await scanOpcua(host, port, pace, options)
        : await scanModbus({ host, port, protocol }, pace, options);
    if ("finds" in result) {
      for (const find of result.finds) onEvent({ event: "find", find });
      return;
    }
    failures.push(result);
  }
  const [first] = failures;
  if (first === undefined) return;
  const message =
    failures.length === 1
      ? first.message
      : `${first.message}; nor does it answer RTU over TCP. Some data loggers listen here with frames of their own, which are not known here`;
  onEvent({ event: "problem", problem: { ...first, message } });
}

type PortResult = { readonly finds: readonly Find[] } | ScanProblem;

async function scanOpcua(
  host: string,
  port: number,
  pace: Pace,
  { timeoutMs, gapMs, wallClock, certificateDirectory }: ScanOptions,
): Promise<PortResult> {
  // The library and a server's first secure channel take longer than a register does.
  const probe = { host, port, timeoutMs: Math.max(5_000, timeoutMs), gapMs, wallClock, certificateDirectory };
  try {
    return { finds: [await pace.try(() => probeOpcua(probe))] };
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    return { host, port, code: "DISCOVER_PORT_FAILED", message: `no OPC UA server: ${error.message}` };
  }
}

const PROTOCOL_NAMES: Readonly<Record<Exclude<ScanProtocol, "opcua">, string>> = {
  "modbus-tcp": "Modbus TCP",
  "rtu-tcp": "RTU over TCP",
};

async function scanModbus(place: UnitPlace, pace: Pace, options: ScanOptions): Promise<PortResult> {
  const { host, port, protocol } = place;
  const { wallClock, timeoutMs, settleMs, onEvent } = options;
  const kind = protocol === "modbus-tcp" ? "tcp" : "rtu-tcp";
  const wire: ProbeWire = { transport: { kind, host, port }, pace, wallClock, timeoutMs, settleMs };
  const finds: UnitFind[] = [];
  let hungUp = false;
  const queue = unitsFor(protocol, options.units);
  for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
    onEvent({ event: "looking", host, port, unit });
    const probe = new UnitProbe(wire, unit);
    try {
      const found = await identifyUnit(probe, place, wallClock);
      finds.push(...found);
      if (found.length > 0 && options.units === null) queue.unshift(...(UNITS_BESIDE.get(unit) ?? []));
      hungUp ||= probe.hungUp;
    } finally {
      probe.close();
    }
  }
  if (finds.length > 0) return { finds: merged(finds) };
  const name = PROTOCOL_NAMES[protocol];
  return hungUp
    ? {
        host,
        port,
        code: "DISCOVER_PORT_HANGS_UP",
        message: `${host}:${port} hangs up at once: another program may hold its only connection`,
      }
    : {
        host,
        port,
        code: "DISCOVER_PORT_SILENT",
        message: `${host}:${port} is open, but no unit asked answers ${name}`,
      };
}

/** Unit 0 is everybody on a serial line: nobody answers it. */
function unitsFor(protocol: ScanProtocol, units: readonly number[] | null): number[] {
  return [...(units ?? DEFAULT_UNITS)].filter((unit) => protocol === "modbus-tcp" || unit !== 0);
}

/** One device that answers at several unit ids is one find; one that only refuses is told of if there is no other. */
function merged(finds: readonly UnitFind[]): readonly UnitFind[] {
  const kept = new Map<string, UnitFind>();
  const telling = finds.filter((find) => find.kind !== "unknown" || find.candidates.length > 0);
  for (const find of telling.length > 0 ? telling : finds) {
    const key = keyOf(find);
    const same = kept.get(key);
    if (same === undefined) kept.set(key, find);
    else kept.set(key, { ...same, alsoUnits: [...same.alsoUnits, find.unit] });
  }
  return [...kept.values()];
}

function keyOf(find: UnitFind): string {
  if (find.kind === "unknown") return find.candidates.length === 0 ? "unknown" : `unit ${find.unit}`;
  if (find.serialNumber === null) return `unit ${find.unit} ${find.kind === "sunspec" ? find.device : ""}`;
  const { manufacturer, model, serialNumber } = find;
  const part = find.kind === "sunspec" ? [find.device, find.models] : [find.profile];
  return JSON.stringify([manufacturer, model, serialNumber, part]);
}
