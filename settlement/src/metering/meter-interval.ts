import {
  type ConnectionLimits,
  type DeliveryInterval,
  type EpochMs,
  type Hex,
  type SignedMeterReading,
  type SiteId,
  wattHours,
} from "@commonwatt/vpp-core";
import { type Registers, registerAt } from "./register-at.ts";
import { checkSuccession, type ReadingFault, type SuccessionFault, verifyReading } from "./verify-reading.ts";

/** Why a reading is not taken, or a site's energy in an interval is not known. */
export type MeteringFault =
  | ReadingFault
  | SuccessionFault
  | "meter-key-unknown"
  | "above-nameplate"
  | "interval-not-enclosed";

/** Whether signatures are checked, or were before. */
export type SignatureTrust = "checked" | "trusted";

/** A meter as the community knows it. */
export interface KnownMeter {
  readonly meterKey: Hex;
  readonly limits: ConnectionLimits;
  /** The EIP-712 domain separator that its readings must be signed for. */
  readonly domain: Uint8Array;
}

/** What can be relied on of a meter's readings. */
export interface SoundReadings {
  /** By rising time and sequence. */
  readonly readings: readonly SignedMeterReading[];
  /** The first thing that was wrong with one that is left out. */
  readonly fault: MeteringFault | null;
}

/** What a site's meter says about one interval: registers at its boundaries, or why there is nothing to speak of. */
export type MeteredInterval =
  | {
      readonly status: "metered";
      /** The last reading at or before each boundary, by its place. */
      readonly startReading: number;
      readonly endReading: number;
      readonly start: Registers;
      readonly end: Registers;
    }
  | { readonly status: "unmetered"; readonly code: MeteringFault };

const MS_PER_HOUR = 3_600_000;

/** A boundary cuts a register to whole Wh, and so does the meter: a step may show one Wh more than there was. */
const ROUNDING_WH = 1;

/** The readings of a site that can be relied on, each checked by itself and against the one before it. */
export function soundReadings(
  meter: KnownMeter,
  readings: readonly SignedMeterReading[],
  signatures: SignatureTrust,
): SoundReadings {
  const sound: SignedMeterReading[] = [];
  let fault: MeteringFault | null = null;
  for (const reading of inTurn(readings)) {
    const earlier = sound.at(-1);
    const code = faultOf(meter, reading, earlier, signatures);
    if (code !== null) fault ??= code;
    else if (earlier?.sequence !== reading.sequence) sound.push(reading);
  }
  return { readings: sound, fault };
}

/** Readings by rising time and sequence, as they mostly come. */
function inTurn(readings: readonly SignedMeterReading[]): readonly SignedMeterReading[] {
  const turn = (a: SignedMeterReading, b: SignedMeterReading): number =>
    a.takenAtMs - b.takenAtMs || a.sequence - b.sequence;
  const isInTurn = readings.every(
    (reading, index) => index === 0 || turn(readings[index - 1] ?? reading, reading) <= 0,
  );
  return isInTurn ? readings : readings.toSorted(turn);
}

/** What went in and out in one interval, from readings that can be relied on. */
export function meterInterval(
  interval: DeliveryInterval,
  { readings, fault }: SoundReadings,
): MeteredInterval {
  const startReading = readings.findLastIndex(({ takenAtMs }) => takenAtMs <= interval.startMs);
  const endReading = readings.findLastIndex(({ takenAtMs }) => takenAtMs <= interval.endMs);
  const start = registersFrom(interval.startMs, readings, startReading);
  const end = registersFrom(interval.endMs, readings, endReading);
  if (start === null || end === null) {
    return { status: "unmetered", code: fault ?? "interval-not-enclosed" };
  }
  return { status: "metered", startReading, endReading, start, end };
}

/** The readings of each site, in the order given. */
export function readingsBySite(
  readings: readonly SignedMeterReading[],
): ReadonlyMap<SiteId, readonly SignedMeterReading[]> {
  return Map.groupBy(readings, (reading) => reading.siteId);
}

/** Whether more went through a connection between two readings than its limits allow. */
export function isAboveNameplate(
  earlier: Pick<SignedMeterReading, "takenAtMs" | "importWh" | "exportWh">,
  later: Pick<SignedMeterReading, "takenAtMs" | "importWh" | "exportWh">,
  { importPowerMaxW, exportPowerMaxW }: ConnectionLimits,
): boolean {
  const elapsedMs = later.takenAtMs - earlier.takenAtMs;
  const isAbove = (energyWh: number, powerMaxW: number): boolean =>
    isMore(energyWh - ROUNDING_WH, MS_PER_HOUR, powerMaxW, elapsedMs);
  return (
    isAbove(wattHours(later.importWh - earlier.importWh), importPowerMaxW) ||
    isAbove(wattHours(later.exportWh - earlier.exportWh), exportPowerMaxW)
  );
}

/** Whether `a · b` is more than `c · d`, exactly; most products are safe integers, which are compared many times faster. */
function isMore(a: number, b: number, c: number, d: number): boolean {
  const [left, right] = [a * b, c * d];
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) return left > right;
  return BigInt(a) * BigInt(b) > BigInt(c) * BigInt(d);
}

function faultOf(
  { meterKey, limits, domain }: KnownMeter,
  reading: SignedMeterReading,
  earlier: SignedMeterReading | undefined,
  signatures: SignatureTrust,
): MeteringFault | null {
  const isOfMeter =
    reading.meterKey === meterKey || reading.meterKey.toLowerCase() === meterKey.toLowerCase();
  if (!isOfMeter) return "meter-key-unknown";
  const code = signatures === "checked" ? verifyReading(domain, reading) : null;
  if (code !== null || earlier === undefined) return code;
  const succession = checkSuccession(earlier, reading);
  if (succession !== null) return succession;
  return isAboveNameplate(earlier, reading, limits) ? "above-nameplate" : null;
}

function registersFrom(
  boundary: EpochMs,
  readings: readonly SignedMeterReading[],
  index: number,
): Registers | null {
  const before = readings[index];
  if (before === undefined) return null;
  const after = before.takenAtMs === boundary ? before : readings[index + 1];
  return after === undefined ? null : registerAt(boundary, before, after);
}
