import {
  type DeliveryInterval,
  type EpochMs,
  type Hex,
  type SignedMeterReading,
  type SiteId,
  wattHours,
} from "@commonwatt/vpp-core";
import { type Registers, registerAt } from "./register-at.ts";
import { checkSuccession, type ReadingFault, type SuccessionFault, verifyReading } from "./verify-reading.ts";

/** Why a site's energy in an interval is not known. */
export type MeteringFault = ReadingFault | SuccessionFault | "meter-key-unknown" | "interval-not-enclosed";

/** What a site's meter says about one interval: energy, or why there is none to speak of. */
export type MeteredInterval =
  | ({ readonly status: "metered" } & Registers)
  | { readonly status: "unmetered"; readonly code: MeteringFault };

/**
 * What went in and out of a site in one interval, from its signed readings alone. Every reading is checked,
 * and each against the one before it; one that is unsound makes the interval unmetered, never zero.
 */
export function meterInterval(
  interval: DeliveryInterval,
  meterKey: Hex,
  readings: readonly SignedMeterReading[],
): MeteredInterval {
  const ordered = readings.toSorted((a, b) => a.takenAtMs - b.takenAtMs || a.sequence - b.sequence);
  const code = firstFault(meterKey, ordered);
  if (code !== null) return { status: "unmetered", code };
  const start = boundaryRegisters(interval.startMs, ordered);
  const end = boundaryRegisters(interval.endMs, ordered);
  if (start === null || end === null) return { status: "unmetered", code: "interval-not-enclosed" };
  return {
    status: "metered",
    importWh: wattHours(end.importWh - start.importWh),
    exportWh: wattHours(end.exportWh - start.exportWh),
  };
}

/** The readings of each site, in the order given. */
export function readingsBySite(
  readings: readonly SignedMeterReading[],
): ReadonlyMap<SiteId, readonly SignedMeterReading[]> {
  return Map.groupBy(readings, (reading) => reading.siteId);
}

function firstFault(meterKey: Hex, ordered: readonly SignedMeterReading[]): MeteringFault | null {
  let earlier: SignedMeterReading | undefined;
  for (const reading of ordered) {
    if (reading.meterKey.toLowerCase() !== meterKey.toLowerCase()) return "meter-key-unknown";
    const code = verifyReading(reading) ?? (earlier === undefined ? null : checkSuccession(earlier, reading));
    if (code !== null) return code;
    earlier = reading;
  }
  return null;
}

function boundaryRegisters(boundary: EpochMs, ordered: readonly SignedMeterReading[]): Registers | null {
  const before = ordered.findLast((reading) => reading.takenAtMs <= boundary);
  const after = ordered.find((reading) => reading.takenAtMs >= boundary);
  return before === undefined || after === undefined ? null : registerAt(boundary, before, after);
}
