import { epochMs, type SimulatedClock, simulatedClock, watts } from "@commonwatt/vpp-core";
import { beforeEach, describe, expect, test } from "vitest";
import { BenchPlant } from "./bench-plant.ts";
import { OpcuaBattery } from "./opcua-battery.ts";

const MIDNIGHT = epochMs(Date.UTC(2026, 5, 21));
const HOUR_MS = 3_600_000;

let clock: SimulatedClock;
let plant: BenchPlant;
let battery: OpcuaBattery;

beforeEach(() => {
  clock = simulatedClock(MIDNIGHT);
  plant = new BenchPlant({ startMs: MIDNIGHT });
  battery = new OpcuaBattery(plant, clock);
});

function command(powerW: number, lifeMs: number, sequence: number) {
  return battery.setActivePower(watts(powerW), epochMs(clock.now() + lifeMs), sequence);
}

describe("an emulated OPC UA battery", () => {
  test("holds what it is told, within its ratings, both ways", () => {
    expect(command(-2_000, HOUR_MS, 1)).toEqual({ status: "taken", appliedPowerW: -2_000 });
    expect(plant.state().batteryPowerW).toBe(-2_000);
    expect(command(-7_000, HOUR_MS, 2)).toEqual({ status: "taken", appliedPowerW: -5_000 });
    expect(command(7_000, HOUR_MS, 3)).toEqual({ status: "taken", appliedPowerW: 5_000 });
    expect(battery.setpointW()).toBe(5_000);
  });

  test("a command ends by itself when it is due, even if nobody looks until much later", () => {
    command(3_000, HOUR_MS, 1);
    clock.advanceTo(epochMs(MIDNIGHT + 4 * HOUR_MS));
    battery.settle();
    expect(battery.setpointW()).toBeNull();
    // One hour at 3000 W, then three of the house's own 500 W.
    expect(plant.state()).toMatchObject({ storedEnergyWh: 5_000 - 3_000 - 1_500, batteryPowerW: 500 });
    expect(plant.state()).toMatchObject({ gridExportWh: 2_500, gridImportWh: 0 });
  });

  test("a newer command outlives the end of the one before", () => {
    command(3_000, HOUR_MS, 1);
    command(1_000, 2 * HOUR_MS, 2);
    clock.advanceTo(epochMs(MIDNIGHT + HOUR_MS + 1));
    expect(battery.setpointW()).toBe(1_000);
  });

  test.each([
    ["that has ended", 0, 2, "expired"],
    ["of long ago", -HOUR_MS, 2, "expired"],
    ["with the last sequence", HOUR_MS, 1, "out-of-order"],
    ["with an older sequence", HOUR_MS, 0, "out-of-order"],
  ])("a command %s is refused and changes nothing", (_, lifeMs, sequence, code) => {
    command(1_000, HOUR_MS, 1);
    expect(command(2_000, lifeMs, sequence)).toEqual({ status: "refused", code });
    expect(battery.setpointW()).toBe(1_000);
    expect(battery.lastSequence()).toBe(1);
  });

  test("release ends the newest command, and an older release does not", () => {
    command(1_000, HOUR_MS, 5);
    expect(battery.release(4)).toEqual({ status: "refused", code: "out-of-order" });
    expect(battery.setpointW()).toBe(1_000);
    expect(battery.release(5)).toMatchObject({ status: "taken" });
    expect(battery.setpointW()).toBeNull();
    expect(plant.state().batteryPowerW).toBe(500);
    expect(command(1_000, HOUR_MS, 6)).toMatchObject({ status: "taken" });
  });
});
