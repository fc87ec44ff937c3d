import { roundHalfAway } from "../units/power.ts";

/** What bounds a battery's power until the next decision, as bare numbers; see `DecisionInput`. */
export interface PowerBounds {
  /** What the house takes beyond its modules, without the battery. */
  houseW: number;
  pvW: number;
  storedWh: number;
  capacityWh: number;
  reserveWh: number;
  chargePowerMaxW: number;
  dischargePowerMaxW: number;
  /** Infinity when the inverter has no limit. */
  inverterPowerMaxW: number;
  importPowerMaxW: number;
  exportPowerMaxW: number;
  horizonMs: number;
}

const MS_PER_HOUR = 3_600_000;

/** The battery power with which a house's meter comes, over the time that is left, to what it sold less bought. */
export function positionPowerW(
  houseW: number,
  netSoldWh: number,
  netImportedWh: number,
  remainingMs: number,
): number {
  const owedImportWh = -netSoldWh - netImportedWh;
  return roundHalfAway(houseW - (owedImportWh * MS_PER_HOUR) / remainingMs);
}

/** The power nearest to the wished one that connection, battery, inverter and reserve allow, in whole watts. */
export function boundedPowerW(wishedW: number, bounds: PowerBounds): number {
  const { houseW, storedWh, horizonMs } = bounds;
  const maxW = Math.min(
    bounds.dischargePowerMaxW,
    houseW + bounds.exportPowerMaxW,
    bounds.inverterPowerMaxW - bounds.pvW,
    Math.max(0, ((storedWh - bounds.reserveWh) * MS_PER_HOUR) / horizonMs),
  );
  const minW = Math.max(
    -bounds.chargePowerMaxW,
    houseW - bounds.importPowerMaxW,
    -Math.max(0, ((bounds.capacityWh - storedWh) * MS_PER_HOUR) / horizonMs),
  );
  return Math.max(Math.ceil(minW), Math.min(Math.floor(maxW), wishedW));
}
