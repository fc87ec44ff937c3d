import type { EpochMs, WattHours, Watts } from "@commonwatt/vpp-core";

/** What the hardware of one home is doing; powers as everywhere: grid + import, battery + discharge. */
export interface PlantState {
  readonly pvPowerW: Watts;
  readonly loadPowerW: Watts;
  readonly batteryPowerW: Watts;
  readonly gridPowerW: Watts;
  readonly storedEnergyWh: WattHours;
  /** Cumulative registers; only ever rise. */
  readonly gridImportWh: WattHours;
  readonly gridExportWh: WattHours;
  readonly pvEnergyWh: WattHours;
}

/** What the hardware of one home is able to do; 0 where there is none. */
export interface PlantRatings {
  readonly pvPeakW: Watts;
  readonly inverterPowerMaxW: Watts;
  readonly batteryCapacityWh: WattHours;
  readonly chargePowerMaxW: Watts;
  readonly dischargePowerMaxW: Watts;
}

/** The battery power a command allows; + is discharge. Equal ends force one power. */
export interface BatteryWindow {
  readonly minW: Watts;
  readonly maxW: Watts;
}

/**
 * The physics behind an emulated device. Within its window, or without one, the battery does what a home
 * battery does by itself: it keeps the grid power at zero as far as it can.
 */
export interface Plant {
  readonly ratings: PlantRatings;
  /** Brings the physics up to `now`; a time in the past changes nothing. */
  advanceTo(now: EpochMs): void;
  state(): PlantState;
  /** Commands the battery; `null` returns it to its own mode. */
  setBatteryWindow(window: BatteryWindow | null): void;
  /** Caps the solar power; `null` lifts the cap. A plant without this takes no limits. */
  setPvLimit?(limitW: Watts | null): void;
}
