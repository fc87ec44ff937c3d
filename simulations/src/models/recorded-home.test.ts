import { epochMs, wattHours, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { createRecordedPlant, type RecordedHome } from "./recorded-home.ts";

const HOUR_MS = 3_600_000;
const START = 1_782_000_000_000;
const battery = {
  ...{ capacityWh: wattHours(5_000), storedMinWh: wattHours(500), storedMaxWh: wattHours(5_000) },
  ...{ chargePowerMaxW: watts(2_000), dischargePowerMaxW: watts(2_000) },
  ...{ chargeEfficiencyPermille: 1_000, dischargeEfficiencyPermille: 1_000 },
};
const home: RecordedHome = {
  ...{ pv: { peakW: watts(3_000), inverterPowerMaxW: watts(5_000) }, battery: null, startStoredWh: 0 },
  powers: { startMs: START, stepMs: HOUR_MS, pvW: [0, 3_000, 700], loadW: [400, 1_000, 900] },
};

test("counts each step's powers, nothing before the first, and the last for ever after", () => {
  const plant = createRecordedPlant(home, epochMs(START - HOUR_MS));
  const registersAt = (hours: number): readonly number[] => {
    plant.advanceTo(epochMs(START + hours * HOUR_MS));
    const { gridImportWh, gridExportWh, pvEnergyWh } = plant.state();
    return [gridImportWh, gridExportWh, pvEnergyWh];
  };
  expect(registersAt(0)).toEqual([0, 0, 0]);
  expect(registersAt(1)).toEqual([400, 0, 0]);
  expect(registersAt(2)).toEqual([400, 2_000, 3_000]);
  expect(registersAt(3)).toEqual([600, 2_000, 3_700]);
  expect(registersAt(5)).toEqual([1_000, 2_000, 5_100]);
});

test("its battery holds what it begins with until the record begins, then follows the house", () => {
  const plant = createRecordedPlant({ ...home, battery, startStoredWh: 1_000 }, epochMs(START - HOUR_MS));
  plant.advanceTo(epochMs(START));
  expect(plant.state().storedEnergyWh).toBe(1_000);
  plant.advanceTo(epochMs(START + HOUR_MS));
  expect(plant.state()).toMatchObject({ storedEnergyWh: 600, gridImportWh: 0 });
});
