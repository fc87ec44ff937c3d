import { wattHours, watts } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatteryRatings, MILLIJOULES_PER_WH, stepBattery, storedAfter } from "./battery.ts";

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

describe("a battery's part load", () => {
  const curved: BatteryRatings = {
    ...ratings,
    chargeEfficiencyPermille: 1_000,
    dischargeEfficiencyPermille: 1_000,
    chargePowerMaxW: watts(5_000),
    dischargePowerMaxW: watts(5_000),
    storedMinWh: wattHours(0),
    capacityWh: wattHours(100_000),
    storedMaxWh: wattHours(100_000),
  };
  /** Output by what the store gave. */
  const efficiency = (rated: BatteryRatings, powerW: number): number => {
    const { state } = stepBattery(rated, holding(50_000), watts(powerW), 3_600_000);
    return (powerW * 3_600_000) / (holding(50_000).storedMillijoules - state.storedMillijoules);
  };

  // Weighted tests of the California Energy Commission, in the parameters of the Sandia inverter model (D. King et al.,
  // SAND2007-5036) at nominal voltage: efficiencies at 10, 20, 30, 50, 75 and 100 % of 5 kW.
  test.each([
    ["SMA SB5000TL-US-22, 240 V", [0.9544, 0.9685, 0.9723, 0.9734, 0.9715, 0.9684]],
    ["Fronius Primo 5.0-1, 240 V", [0.9184, 0.9528, 0.9642, 0.9722, 0.9747, 0.9746]],
  ])("follows that of measured converters: %s", (_, measured) => {
    const [low = 1, full = 1] = [measured[0], measured.at(-1)];
    // The two losses from the efficiencies at a tenth and at full power.
    const working = (10 / low - 1 / full - 9) / 99;
    const rated = {
      ...curved,
      workingLossW: Math.round(5_000 * working),
      fullPowerLossW: Math.round(5_000 * (1 / full - 1 - working)),
    };
    [0.1, 0.2, 0.3, 0.5, 0.75, 1].forEach((load, at) => {
      expect(Math.abs(efficiency(rated, 5_000 * load) - (measured[at] ?? 0)), `${load}`).toBeLessThan(0.006);
    });
  });

  test("empties at rest, down to nothing, and works no more than its room and content allow", () => {
    const rated = { ...ratings, standbyLossW: 10, workingLossW: 35, fullPowerLossW: 170 };
    const rest = stepBattery(rated, holding(1_000), watts(500), 3_600_000);
    expect(rest).toEqual({ state: holding(990), actualPowerW: 0, lostMillijoules: 10 * MILLIJOULES_PER_WH });
    expect(stepBattery(rated, holding(5), watts(0), 3_600_000).state).toEqual(holding(0));
    // 36 W all go to the converter: nothing would be stored, so it rests.
    expect(stepBattery(rated, holding(5_000), watts(-36), 3_600_000).actualPowerW).toBe(0);
    expect(stepBattery(rated, holding(10_000), watts(-4_000), 900_000).actualPowerW).toBe(0);
    const last = stepBattery(rated, holding(1_200), watts(5_000), 3_600_000);
    expect(last.actualPowerW).toBeGreaterThan(150);
    expect(last.state.storedMillijoules - holding(1_000).storedMillijoules).toBeLessThan(
      2 * MILLIJOULES_PER_WH,
    );
  });

  test("balances to the unit and finds the largest power there is", () => {
    const losses = fc.record({
      standbyLossW: fc.integer({ min: 0, max: 60 }),
      workingLossW: fc.integer({ min: 0, max: 200 }),
      fullPowerLossW: fc.integer({ min: 0, max: 800 }),
    });
    const step = fc.record({
      powerW: fc.integer({ min: -8_000, max: 8_000 }),
      durationMs: fc.integer({ min: 1_000, max: 3_600_000 }),
      startWh: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(losses, step, (lost, { powerW, durationMs, startWh }) => {
        const rated = { ...ratings, ...lost };
        const start = holding(startWh);
        const { state, actualPowerW, lostMillijoules } = stepBattery(rated, start, watts(powerW), durationMs);
        const gone = BigInt(actualPowerW) * BigInt(durationMs) + BigInt(lostMillijoules);
        expect(BigInt(state.storedMillijoules)).toBe(BigInt(start.storedMillijoules) - gone);
        expect(lostMillijoules).toBeGreaterThanOrEqual(0);
        expect(state.storedMillijoules).toBeGreaterThanOrEqual(0);
        expect(state.storedMillijoules).toBeLessThanOrEqual(rated.storedMaxWh * MILLIJOULES_PER_WH);
        expect(actualPowerW * powerW).toBeGreaterThanOrEqual(0);
        expect(Math.abs(actualPowerW)).toBeLessThanOrEqual(Math.abs(powerW));
        if (actualPowerW > 0) {
          expect(state.storedMillijoules).toBeGreaterThanOrEqual(rated.storedMinWh * MILLIJOULES_PER_WH);
        }
        const more = actualPowerW + 1;
        if (actualPowerW > 0 && more <= Math.min(powerW, rated.dischargePowerMaxW)) {
          const over = storedAfter(rated, start.storedMillijoules, more, durationMs);
          expect(over).toBeLessThan(rated.storedMinWh * MILLIJOULES_PER_WH);
        }
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });
});
