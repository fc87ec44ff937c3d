import type { PointName } from "@commonwatt/vpp-core";
import type { Plant } from "../plant.ts";

/** What a device has to say about its plant, in W and Wh. */
export type PointValues = Readonly<Record<PointName, number>>;

/** The points of a plant at this moment. */
export function pointValuesOf(plant: Plant): PointValues {
  const { gridPowerW, gridImportWh, gridExportWh, loadPowerW, pvPowerW, batteryPowerW, storedEnergyWh } =
    plant.state();
  const { inverterPowerMaxW, batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW } = plant.ratings;
  return {
    gridPowerW,
    gridImportWh,
    gridExportWh,
    inverterPowerW: loadPowerW - gridPowerW,
    inverterPowerMaxW,
    pvPowerW,
    batteryPowerW,
    storedEnergyWh,
    batteryCapacityWh,
    chargePowerMaxW,
    dischargePowerMaxW,
  };
}
