import { type WattHours, wattHours } from "../units/energy.ts";
import type { Position } from "./decide.ts";

/** What a projection of the stored energy starts from. */
export interface StorageProjection {
  readonly storedWh: WattHours;
  readonly capacityWh: WattHours;
  /** What the battery keeps for its owner. */
  readonly reserveWh: WattHours;
  /** What the house has lately taken beyond its solar modules; + is a deficit. */
  readonly houseW: number;
  /** Hours until the moment that is projected to. */
  readonly hoursLeft: number;
  /** What is promised until then. */
  readonly position: Position | null;
}

/**
 * Energy that will be in the battery when the running interval ends: what is there, less what the house and
 * the promises of this interval will take out. Energy that is promised already is not offered again.
 */
export function projectedStored(from: StorageProjection): WattHours {
  const { storedWh, capacityWh, reserveWh, houseW, hoursLeft, position } = from;
  const owedImportWh =
    position === null || position.netImportedWh === null || position.netSoldWh === 0
      ? 0
      : -position.netSoldWh - position.netImportedWh;
  const projectedWh = storedWh - houseW * hoursLeft + owedImportWh;
  const lowestWh = Math.min(storedWh, reserveWh);
  return wattHours(Math.floor(Math.max(lowestWh, Math.min(capacityWh, projectedWh))));
}
