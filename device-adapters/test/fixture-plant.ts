import { wattHours, watts } from "@commonwatt/vpp-core";
import type { BatteryWindow, Plant, PlantState } from "../src/emulator/plant.ts";
import type { RegisterFixture } from "./fixture-device.ts";

/** A plant that stands still in the state that a fixture's values tell of, and keeps the last command. */
export interface FixturePlant extends Plant {
  window: BatteryWindow | null;
}

/** The plant of a fixture; what it does not tell is zero. */
export function fixturePlant({ expected }: RegisterFixture): FixturePlant {
  const value = (name: keyof RegisterFixture["expected"]): number => expected[name] ?? 0;
  const [pvPowerW, batteryPowerW, gridPowerW] = [
    value("pvPowerW"),
    value("batteryPowerW"),
    value("gridPowerW"),
  ];
  const inverterPowerW = expected.inverterPowerW ?? pvPowerW + batteryPowerW;
  const state: PlantState = {
    pvPowerW: watts(pvPowerW),
    batteryPowerW: watts(batteryPowerW),
    gridPowerW: watts(gridPowerW),
    loadPowerW: watts(inverterPowerW + gridPowerW),
    storedEnergyWh: wattHours(value("storedEnergyWh")),
    gridImportWh: wattHours(value("gridImportWh")),
    gridExportWh: wattHours(value("gridExportWh")),
    pvEnergyWh: wattHours(0),
  };
  const plant: FixturePlant = {
    ratings: {
      pvPeakW: watts(100_000),
      inverterPowerMaxW: watts(value("inverterPowerMaxW")),
      batteryCapacityWh: wattHours(value("batteryCapacityWh")),
      chargePowerMaxW: watts(value("chargePowerMaxW")),
      dischargePowerMaxW: watts(value("dischargePowerMaxW")),
    },
    window: null,
    advanceTo: () => undefined,
    state: () => state,
    setBatteryWindow: (window) => {
      plant.window = window;
    },
  };
  return plant;
}
