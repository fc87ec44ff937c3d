import { wattHours, watts } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatteryRatings, MILLIJOULES_PER_WH, stepBattery } from "./battery.ts";

const ratings: BatteryRatings = {
  capacityWh: wattHours(10_000),
  storedMinWh: wattHours(1_000),
  storedMaxWh: wattHours(10_000),
  chargePowerMaxW: watts(4_000),
  dischargePowerMaxW: watts(5_000),
  chargeEfficiencyPermille: 960,
  dischargeEfficiencyPermille: 970,
};
const holding = (energyWh: number) => ({ storedMillijoules: energyWh * MILLIJOULES_PER_WH });

describe("battery", () => {
  test("charges and discharges with losses", () => {
    const charged = stepBattery(ratings, holding(5_000), watts(-3_000), 3_600_000);
    expect(charged).toEqual({
      state: holding(5_000 + 2_880),
      actualPowerW: -3_000,
      lostMillijoules: 120 * MILLIJOULES_PER_WH,
    });
    const discharged = stepBattery(ratings, holding(5_000), watts(1_940), 3_600_000);
    expect(discharged).toEqual({
      state: holding(3_000),
      actualPowerW: 1_940,
      lostMillijoules: 60 * MILLIJOULES_PER_WH,
    });
  });

  test("keeps to its power limits", () => {
    expect(stepBattery(ratings, holding(5_000), watts(9_000), 5_000).actualPowerW).toBe(5_000);
    expect(stepBattery(ratings, holding(5_000), watts(-9_000), 5_000).actualPowerW).toBe(-4_000);
  });

  test("stops at its reserve and when it is full", () => {
    expect(stepBattery(ratings, holding(1_000), watts(2_000), 5_000)).toEqual({
      state: holding(1_000),
      actualPowerW: 0,
      lostMillijoules: 0,
    });
    expect(stepBattery(ratings, holding(10_000), watts(-2_000), 5_000).actualPowerW).toBe(0);
    // 97 Wh can come out of 100 Wh above the reserve: half an hour of 194 W, not of 2 kW.
    expect(stepBattery(ratings, holding(1_100), watts(2_000), 1_800_000).actualPowerW).toBe(194);
  });

  test("refuses fractions of a watt and of a millisecond, and steps too long to be counted", () => {
    expect(() =>
      stepBattery(ratings, holding(5_000), 0.5 as typeof ratings.chargePowerMaxW, 5_000),
    ).toThrow();
    expect(() => stepBattery(ratings, holding(5_000), watts(1), 0)).toThrow();
    expect(() => stepBattery(ratings, holding(5_000), watts(1), 1.5)).toThrow();
    expect(() => stepBattery(ratings, holding(5_000), watts(1), 1e12)).toThrow();
  });

  test("balances to the unit over any sequence of steps", () => {
    const efficiency = fc.integer({ min: 500, max: 1000 });
    const steps = fc.array(
      fc.record({
        powerW: fc.integer({ min: -8_000, max: 8_000 }),
        durationMs: fc.integer({ min: 1, max: 900_000 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        efficiency,
        efficiency,
        fc.integer({ min: 1_000, max: 10_000 }),
        steps,
        (into, out, startWh, run) => {
          const rated = { ...ratings, chargeEfficiencyPermille: into, dischargeEfficiencyPermille: out };
          let state = holding(startWh);
          let balance = BigInt(state.storedMillijoules);
          for (const { powerW, durationMs } of run) {
            const moved = stepBattery(rated, state, watts(powerW), durationMs);
            balance -= BigInt(moved.actualPowerW) * BigInt(durationMs) + BigInt(moved.lostMillijoules);
            state = moved.state;
            expect(BigInt(state.storedMillijoules)).toBe(balance);
            expect(moved.lostMillijoules).toBeGreaterThanOrEqual(0);
            expect(moved.actualPowerW * powerW).toBeGreaterThanOrEqual(0);
            expect(Math.abs(moved.actualPowerW)).toBeLessThanOrEqual(Math.abs(powerW));
            expect(state.storedMillijoules).toBeGreaterThanOrEqual(rated.storedMinWh * MILLIJOULES_PER_WH);
            expect(state.storedMillijoules).toBeLessThanOrEqual(rated.storedMaxWh * MILLIJOULES_PER_WH);
          }
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });
});
