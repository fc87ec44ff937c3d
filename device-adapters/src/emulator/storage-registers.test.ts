import { durationMs, epochMs, simulatedClock, wattHours, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { MIDNIGHT, RATINGS } from "../../test/emulated-home.ts";
import { BenchPlant } from "./bench-plant.ts";
import { StorageRegisters } from "./storage-registers.ts";

function fixture(ratings = RATINGS) {
  const clock = simulatedClock(MIDNIGHT);
  const plant = new BenchPlant({ startMs: MIDNIGHT, ratings, storedEnergyWh: wattHours(5_000) });
  const storage = new StorageRegisters(plant, clock);
  return {
    storage,
    set: (values: Record<string, number>) =>
      storage.write(Object.entries(values).map(([point, value]) => ({ point, value }))),
    pass: (seconds: number) => clock.advanceTo(epochMs(clock.now() + durationMs(seconds * 1_000))),
    batteryPowerW: () => {
      storage.settle();
      return plant.state().batteryPowerW;
    },
  };
}

// At night the load of 500 W comes out of the battery unless it is told otherwise.
test.for([
  ["no control", { StorCtl_Mod: 0, OutWRte: 0 }, 500],
  ["no discharge", { StorCtl_Mod: 2, OutWRte: 0 }, 0],
  ["a limit on discharge", { StorCtl_Mod: 2, OutWRte: 500 }, 200],
  ["no charge lets it discharge", { StorCtl_Mod: 1, InWRte: 0 }, 500],
  ["forced charge", { StorCtl_Mod: 2, OutWRte: -5_000, InWRte: 10_000, ChaGriSet: 1 }, -2_000],
  ["forced charge without leave to use the grid", { StorCtl_Mod: 2, OutWRte: -5_000, InWRte: 10_000 }, 0],
  ["forced discharge", { StorCtl_Mod: 1, OutWRte: 10_000, InWRte: -5_000 }, 2_500],
  ["an exact window", { StorCtl_Mod: 3, OutWRte: 5_000, InWRte: -4_000 }, 2_000],
  ["both blocked", { StorCtl_Mod: 3, OutWRte: 0, InWRte: 0 }, 0],
] as const)("%s", ([, values, powerW]) => {
  const { set, batteryPowerW } = fixture();
  expect(set(values)).toBeNull();
  expect(batteryPowerW()).toBe(powerW);
});

test("returns to neutral when the timer ends, which every command starts anew", () => {
  const { set, pass, storage, batteryPowerW } = fixture();
  set({ InOutWRte_RvrtTms: 60, OutWRte: 0, StorCtl_Mod: 2 });
  pass(40);
  set({ OutWRte: 250 });
  pass(59);
  expect(batteryPowerW()).toBe(100);
  pass(1);
  expect(batteryPowerW()).toBe(500);
  expect(storage.settings).toMatchObject({ StorCtl_Mod: 0, OutWRte: 10_000, InWRte: 10_000 });
});

test("a timer of 0 never ends", () => {
  const { set, pass, batteryPowerW } = fixture();
  set({ OutWRte: 0, StorCtl_Mod: 2 });
  pass(30 * 3_600);
  expect(batteryPowerW()).toBe(0);
});

test("a command of mode 0 ends the timer with the control", () => {
  const { set, pass, storage } = fixture();
  set({ InOutWRte_RvrtTms: 60, OutWRte: 300, StorCtl_Mod: 2 });
  set({ StorCtl_Mod: 0 });
  pass(120);
  expect(storage.settings).toMatchObject({ OutWRte: 300 });
});

test.for([
  [{ StorCtl_Mod: 4 }, 3],
  [{ OutWRte: 10_001 }, 3],
  [{ InWRte: -10_001 }, 3],
  [{ ChaGriSet: 2 }, 3],
  [{ InOutWRte_RvrtTms: 65_535 }, 3],
  [{ WChaMax: 1 }, 2],
  [{ "": 1 }, 2],
  [{ OutWRte: 0, WChaMax: 1 }, 2],
] as const)("refuses %j with exception %i and changes nothing", ([values, exception]) => {
  const { set, storage } = fixture();
  expect(set(values)).toBe(exception);
  expect(storage.settings).toMatchObject({ StorCtl_Mod: 0, OutWRte: 10_000, InWRte: 10_000, ChaGriSet: 0 });
});

test("charges from the sun what the sun gives, when the grid is not allowed", () => {
  const { set, pass, batteryPowerW } = fixture({ ...RATINGS, pvPeakW: watts(2_000) });
  pass(12 * 3_600);
  set({ StorCtl_Mod: 2, OutWRte: -10_000, InWRte: 10_000 });
  expect(batteryPowerW()).toBeGreaterThanOrEqual(-2_000);
});
