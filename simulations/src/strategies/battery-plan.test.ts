import { loadHighs } from "@commonwatt/market";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlanInput, planBattery } from "./battery-plan.ts";

const solver = await loadHighs();
const CENT = 10_000;

const usual: PlanInput = {
  netLoadWh: [0, 0, 1_000, 1_000],
  retailPrice: [10 * CENT, 10 * CENT, 40 * CENT, 40 * CENT],
  feedInPrice: [5 * CENT, 5 * CENT, 5 * CENT, 5 * CENT],
  chargeMaxWh: 2_000,
  dischargeMaxWh: [2_000, 2_000, 2_000, 2_000],
  importMaxWh: 20_000,
  exportMaxWh: 20_000,
  storedWh: 0,
  roomWh: 5_000,
  chargeEfficiency: 0.8,
  dischargeEfficiency: 1,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("planBattery", () => {
  it("buys at night what the evening needs, and no more", () => {
    const { chargedWh, costNano, storedPrice } = planBattery(usual, solver);
    expect(sum(chargedWh.filter((energyWh) => energyWh > 0))).toBeCloseTo(2_500, 3);
    expect(chargedWh.slice(2)).toEqual([expect.closeTo(-1_000, 3), expect.closeTo(-1_000, 3)]);
    // 2,500 Wh at 0.10 and a micro per kWh of wear.
    expect(costNano / 1e9).toBeCloseTo(0.25, 4);
    // Another kWh in the battery saves 1.25 kWh at 0.10.
    expect(storedPrice).toBeCloseTo(12.5 * CENT, -1);
  });

  it("leaves the battery alone when losses eat the difference", () => {
    const dear = { ...usual, retailPrice: [33 * CENT, 33 * CENT, 40 * CENT, 40 * CENT] };
    expect(sum(planBattery(dear, solver).chargedWh.map(Math.abs))).toBeCloseTo(0, 6);
  });

  it("stores the sun instead of feeding it in, and feeds in what does not fit", () => {
    const sunny = { ...usual, netLoadWh: [-3_000, -3_000, 1_000, 1_000], roomWh: 1_600 };
    const { chargedWh, costNano } = planBattery(sunny, solver);
    expect(sum(chargedWh.slice(0, 2))).toBeCloseTo(2_000, 3);
    // 4,000 Wh fed in at 0.05, 400 Wh taken at 0.40.
    expect(costNano / 1e9).toBeCloseTo(-0.2 + 0.16, 3);
  });

  it("shares the inverter with the sun", () => {
    const shared = { ...usual, dischargeMaxWh: [2_000, 2_000, 300, 2_000] };
    expect(planBattery(shared, solver).chargedWh[2]).toBeCloseTo(-300, 3);
  });

  it("always finds a plan that the battery can follow", () => {
    const energy = fc.integer({ min: 0, max: 20_000 });
    const price = fc.integer({ min: -50_000, max: 600_000 });
    const steps = fc.integer({ min: 1, max: 24 });
    const input = steps.chain((count) => {
      const column = (of: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
        fc.array(of, { minLength: count, maxLength: count });
      return fc.record({
        netLoadWh: column(fc.integer({ min: -20_000, max: 20_000 })),
        retailPrice: column(price),
        feedInPrice: column(price),
        chargeMaxWh: energy,
        dischargeMaxWh: column(energy),
        importMaxWh: energy,
        exportMaxWh: energy,
        roomWh: fc.integer({ min: 0, max: 30_000 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        chargeEfficiency: fc.double({ min: 0.5, max: 1, noNaN: true }),
        dischargeEfficiency: fc.double({ min: 0.5, max: 1, noNaN: true }),
      });
    });
    fc.assert(
      fc.property(input, ({ share, ...drawn }) => {
        const plan = planBattery({ ...drawn, storedWh: Math.floor(share * drawn.roomWh) }, solver);
        expect(plan.chargedWh).toHaveLength(drawn.netLoadWh.length);
        expect(Number.isFinite(plan.storedPrice) && Number.isFinite(plan.costNano)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
