import type { WattHours } from "../units/energy.ts";
import type { Watts } from "../units/power.ts";

/** Every quantity a device can report, with its unit; signs as in {@link Watts}. */
export interface PointValues {
  /** Power at the grid connection; + is import. */
  gridPowerW: Watts;
  /** Cumulative energy taken from the grid; only ever rises. */
  gridImportWh: WattHours;
  /** Cumulative energy given to the grid; only ever rises. */
  gridExportWh: WattHours;
  /** AC power of the inverter; + is towards the house. */
  inverterPowerW: Watts;
  /** Most AC power the inverter can pass on, from solar modules and battery together. */
  inverterPowerMaxW: Watts;
  /** DC power of the solar modules. */
  pvPowerW: Watts;
  /** Power of the battery; + is discharge. */
  batteryPowerW: Watts;
  /** Energy in the battery now. */
  storedEnergyWh: WattHours;
  /** Energy the battery can hold. */
  batteryCapacityWh: WattHours;
  /** Most power the battery can take now: 0 while it is full, or while somebody on site has taken over. */
  chargePowerMaxW: Watts;
  /** Most power the battery can give now: 0 while it is empty, or while somebody on site has taken over. */
  dischargePowerMaxW: Watts;
}

/** The name of a {@link PointValues} quantity; its unit is the last word. */
export type PointName = keyof PointValues;

/** Every point, in the order in which they are shown. */
export const POINT_NAMES: readonly PointName[] = [
  "gridPowerW",
  "gridImportWh",
  "gridExportWh",
  "inverterPowerW",
  "inverterPowerMaxW",
  "pvPowerW",
  "batteryPowerW",
  "storedEnergyWh",
  "batteryCapacityWh",
  "chargePowerMaxW",
  "dischargePowerMaxW",
];
