import { describe, expect, test } from "vitest";
import { good, type Measured, missing } from "../der/measured.ts";
import type { PointReadings } from "../der/reading.ts";
import { durationMs, epochMs } from "../time/clock.ts";
import { wattHours } from "../units/energy.ts";
import { type Watts, watts } from "../units/power.ts";
import { LeaseWatch } from "./lease-watch.ts";

const RESPONSE = { settleMs: durationMs(30_000), toleranceW: watts(100), tolerancePercent: 10 };
const LEASE_S = 60;
const at = (seconds: number) => epochMs(1_000 * seconds);

/** A watch with shorthands in seconds and watts; what is measured is as old as its observation. */
function bench() {
  const watch = new LeaseWatch(RESPONSE, durationMs(5_000));
  return {
    watch,
    told: (seconds: number, powerW: number, lengthS = LEASE_S) =>
      watch.applied(watts(powerW), at(seconds), at(seconds + lengthS)),
    sees: (seconds: number, batteryW: number | Measured<Watts>, more: More = {}) => {
      const { gridW = 0, storedWh = 5_000, ...limits } = more;
      const points: PointReadings = {
        batteryPowerW: typeof batteryW === "number" ? good(watts(batteryW), at(seconds)) : batteryW,
        storedEnergyWh: good(wattHours(storedWh), at(seconds)),
        batteryCapacityWh: good(wattHours(10_000), at(seconds)),
        ...limits,
      };
      const grid =
        gridW === null ? missing<Watts>("bad", "silent", at(seconds)) : good(watts(gridW), at(seconds));
      return watch.observe(points, grid, at(seconds));
    },
  };
}

type More = Partial<PointReadings> & { readonly gridW?: number | null; readonly storedWh?: number };

describe("a lease that runs", () => {
  test("settles first, and is followed as soon as the power is there", () => {
    const { told, sees } = bench();
    expect(sees(0, 400)).toBeNull();
    told(0, 2_000);
    expect(sees(5, 400)).toMatchObject({ outcome: "settling", commandedW: 2_000, measuredW: 400 });
    expect(sees(10, 1_850)).toEqual({
      outcome: "following",
      commandedW: 2_000,
      measuredW: 1_850,
      reason: null,
    });
  });

  test.each([
    ["commanded percent that is not delivered", -3_000, -1_400],
    ["a register taken, and the old mode kept", -3_000, 500],
    ["a hold that is none", 0, 900],
  ])("%s is not followed once it has settled", (_name, powerW, measuredW) => {
    const { told, sees } = bench();
    told(0, powerW);
    for (const second of [5, 10, 15, 20, 25]) {
      expect(sees(second, measuredW)).toMatchObject({ outcome: "settling" });
    }
    expect(sees(30, measuredW)).toMatchObject({
      outcome: "not-following",
      measuredW,
      reason: `told ${powerW} W, it does ${measuredW} W`,
    });
  });

  test("a slow ramp is waited for as long as it comes nearer, and not for ever", () => {
    const { told, sees } = bench();
    told(0, 3_000, 600);
    for (const [second, powerW] of [
      [25, 500],
      [40, 1_000],
      [55, 1_500],
      [70, 2_000],
    ] as const) {
      expect(sees(second, powerW)?.outcome).toBe("settling");
    }
    expect(sees(75, 2_000)?.outcome).toBe("not-following");
    expect(sees(95, 2_400)?.outcome).toBe("not-following");
    expect(sees(100, 2_800)?.outcome).toBe("following");
  });

  test("a setpoint that moves every cycle is judged by all that was told within the settling time", () => {
    const { told, sees, watch } = bench();
    for (let second = 0; second < 60; second += 5) {
      told(second, 1_000 + 20 * second);
      sees(second + 4, 900);
    }
    expect(watch.verdict).toMatchObject({ outcome: "not-following", measuredW: 900 });
    told(60, -2_000);
    expect(sees(65, 800)?.outcome).toBe("following");
    expect(sees(100, 800)?.outcome).toBe("not-following");
  });

  test.each([
    ["full", -2_000, { storedWh: 9_600 }, -300, "it does -300 W, as much as it can now, 96 % full"],
    ["empty", 2_000, { storedWh: 300 }, 0, "it does 0 W, as much as it can now, 3 % full"],
    [
      "limited for now",
      2_000,
      { dischargePowerMaxW: good(watts(800), at(40)) },
      800,
      "it does 800 W, as much as it can now, 50 % full",
    ],
  ] as const)("a battery that is %s follows as far as it can", (_name, powerW, more, measuredW, reason) => {
    const { told, sees } = bench();
    told(0, powerW);
    expect(sees(40, measuredW, more)).toMatchObject({ outcome: "following", reason });
    // What it can does not excuse the other direction.
    expect(sees(45, -Math.sign(powerW) * 900, more)?.outcome).toBe("not-following");
  });

  test("nothing good measured, as of a night's sentinels or a silent device, is unknown and no miss", () => {
    const { told, sees, watch } = bench();
    told(0, 2_000, 600);
    const asleep = missing<Watts>("unavailable", "the inverter sleeps", at(40));
    expect(sees(40, asleep)).toEqual({
      outcome: "unknown",
      commandedW: 2_000,
      measuredW: null,
      reason: "its power is not known: the inverter sleeps",
    });
    expect(sees(100, good(watts(0), at(40)))).toMatchObject({
      outcome: "unknown",
      reason: "its power was last measured 60000 ms ago",
    });
    told(100, 2_000);
    expect(watch.misses).toBe(0);
  });
});

describe("a battery that does not follow", () => {
  test("is doubted after three leases in a row, rests, and is trusted again when it follows", () => {
    const { told, sees, watch } = bench();
    for (const second of [0, 30, 60, 90]) {
      told(second, 2_000);
      sees(second + 29, 0);
    }
    expect(watch.misses).toBe(2);
    expect(watch.doubt(at(119))).toMatchObject({ resting: true });
    watch.released(at(120));
    expect(watch.misses).toBe(3);
    const reason = "the battery has not followed 3 leases in a row: told 2000 W, it does 0 W";
    expect(watch.doubt(at(120))).toEqual({ reason, resting: true });
    expect(watch.doubt(at(119 + 900))).toEqual({ reason, resting: false });
    told(1_020, 2_000);
    sees(1_049, 0);
    sees(1_055, 0);
    watch.released(at(1_056));
    expect(watch.doubt(at(1_060))).toMatchObject({ resting: true });
    told(2_000, 2_000);
    sees(2_010, 2_000);
    told(2_030, 2_000);
    expect(watch.doubt(at(2_030))).toBeNull();
    expect(watch.misses).toBe(0);
  });

  test("one lease that is followed ends the row", () => {
    const { told, sees, watch } = bench();
    told(0, 2_000);
    for (const [second, powerW] of [
      [30, 0],
      [60, 0],
      [90, 2_000],
      [120, 0],
      [150, 0],
    ] as const) {
      told(second, 2_000);
      sees(second + 25, powerW);
      sees(second + 29, powerW);
    }
    watch.released(at(180));
    expect(watch.doubt(at(180))).toBeNull();
  });
});

describe("a lease that has ended", () => {
  test.each([
    ["its timer did not release", 3_000, -2_500],
    ["it charges on from the grid", -3_000, 3_500],
  ])("%s: it is still running when it is seen twice", (_name, powerW, gridW) => {
    const { told, sees } = bench();
    told(0, powerW);
    sees(10, powerW, { gridW });
    expect(sees(70, powerW, { gridW })).toBeNull();
    expect(sees(91, powerW, { gridW })).toBeNull();
    expect(sees(96, powerW, { gridW })).toMatchObject({
      outcome: "still-running",
      commandedW: powerW,
      reason: `its lease for ${powerW} W has ended, and it still does ${powerW} W against a grid power of ${gridW} W`,
    });
  });

  test.each([
    ["the house takes as much", 3_000, { gridW: 0 }],
    ["the house takes more", 3_000, { gridW: 700 }],
    ["the sun gives more than it can take", -3_000, { gridW: -900 }],
    ["the battery does something else", 600, { gridW: -500 }],
  ])("a battery in its own mode is not taken for one that runs on: %s", (_name, measuredW, more) => {
    const { told, sees, watch } = bench();
    told(0, Math.sign(measuredW) * 3_000);
    for (const second of [91, 96, 101]) expect(sees(second, measuredW, more)).toBeNull();
    expect(watch.isIdle).toBe(true);
  });

  test("without a meter nothing can be said, and a release in between starts the wait anew", () => {
    const { told, sees, watch } = bench();
    told(0, 3_000);
    expect(sees(95, 3_000, { gridW: null })).toBeNull();
    expect(watch.isIdle).toBe(false);
    watch.released(at(100));
    for (const second of [105, 125]) expect(sees(second, 3_000, { gridW: -2_500 })).toBeNull();
    sees(131, 3_000, { gridW: -2_500 });
    expect(sees(136, 3_000, { gridW: -2_500 })?.outcome).toBe("still-running");
  });
});
