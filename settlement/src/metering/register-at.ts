import { divFloor, type EpochMs, type MeterReading, type WattHours, wattHours } from "@commonwatt/vpp-core";

/** The two registers of a meter at one moment. */
export interface Registers {
  readonly importWh: WattHours;
  readonly exportWh: WattHours;
}

/**
 * The registers at a boundary between two readings: linear in time, rounded down. What one interval ends
 * with the next one starts with, so intervals telescope and no Wh is lost or counted twice. `null` when
 * the readings do not enclose the boundary.
 */
export function registerAt(boundary: EpochMs, before: MeterReading, after: MeterReading): Registers | null {
  if (before.takenAtMs > boundary || after.takenAtMs < boundary) return null;
  if (before.takenAtMs === after.takenAtMs) return { importWh: before.importWh, exportWh: before.exportWh };
  const elapsed = BigInt(boundary - before.takenAtMs);
  const span = BigInt(after.takenAtMs - before.takenAtMs);
  const between = (from: WattHours, to: WattHours): WattHours =>
    wattHours(from + Number(divFloor(BigInt(to - from) * elapsed, span)));
  return {
    importWh: between(before.importWh, after.importWh),
    exportWh: between(before.exportWh, after.exportWh),
  };
}
