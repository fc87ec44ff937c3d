import { epochMs, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { simulate } from "../engine/simulate.ts";
import { createNeighbourhood, type HomeBattery, type NeighbourhoodHome } from "./create-neighbourhood.ts";

const INTERVALS = 4;
const frame = {
  community: "test",
  intervalMinutes: 60,
  startMs: epochMs(0),
  intervals: INTERVALS,
  retailPrice: [300_000, 300_000, 310_500, 300_000],
  feedInPrice: [80_000, 80_000, 80_000, -20_000],
} as const;
const battery: HomeBattery = {
  ...{ capacityWh: wattHours(5_000), storedMinWh: wattHours(500), storedMaxWh: wattHours(5_000) },
  ...{
    chargePowerMaxW: watts(2_500),
    dischargePowerMaxW: watts(2_500),
    startStoredWh: 2_000,
    reserveWh: 500,
  },
  ...{ chargeEfficiencyPermille: 960, dischargeEfficiencyPermille: 960, inverterPowerMaxW: null },
};
const home = (id: string, pvWh: readonly number[] | null): NeighbourhoodHome => ({
  siteId: siteId(id),
  loadWh: [400, 300, 900, 100],
  pvWh,
  battery: pvWh === null ? null : battery,
  ...{ importPowerMaxW: 20_000, exportPowerMaxW: 2_000, strategy: "truthful" },
});
const homes = [home("b", null), home("a", [0, 2_000, 6_000, 9_000]), home("c", null), home("B", null)];

describe("createNeighbourhood", () => {
  test("sorts homes by code unit, so that it does not matter how they are given", async () => {
    const neighbourhood = createNeighbourhood(frame, homes);
    expect(neighbourhood.siteIds).toEqual(["B", "a", "b", "c"]);
    expect([...neighbourhood.pvWh.subarray(4, 8)]).toEqual([0, 2_000, 0, 0]);
    const shuffled = createNeighbourhood(frame, [...homes.slice(2), ...homes.slice(0, 2)]);
    expect(shuffled).toEqual(neighbourhood);
    const options = { mechanism: "uniform", forecast: "perfect", seed: "1", workers: 1 } as const;
    const { hash, intervals } = await simulate({ ...options, neighbourhood });
    expect((await simulate({ ...options, neighbourhood: shuffled })).hash).toBe(hash);
    expect(intervals.curtailedWh[3]).toBeGreaterThan(0);
  });

  test.each([
    ["a value that is not whole", { ...home("x", null), loadWh: [1, 2, 3, 4.5] }, "loadWh of x[3]"],
    ["a profile that is too short", { ...home("x", null), loadWh: [1, 2, 3] }, "must hold 4 values, got 3"],
    ["less than nothing", { ...home("x", null), loadWh: [1, 2, 3, -4] }, "must be 0 to"],
    ["a name twice", home("a", null), "two homes are called a"],
    [
      "a battery that holds more than it can",
      { ...home("x", null), battery: { ...battery, storedMaxWh: wattHours(6_000) } },
      "storedMaxWh ≤ capacityWh",
    ],
  ] as const)("refuses %s", (_, wrong, message) => {
    expect(() => createNeighbourhood(frame, [...homes, wrong])).toThrow(message);
  });

  test("refuses a tariff that can be milked, and intervals off their boundaries", () => {
    const dear = { ...frame, feedInPrice: [80_000, 300_001, 0, 0] };
    expect(() => createNeighbourhood(dear, homes)).toThrow(
      "feedInPrice[1]: must not be above the retail price",
    );
    expect(() => createNeighbourhood({ ...frame, startMs: epochMs(1) }, homes)).toThrow("startMs");
  });
});
