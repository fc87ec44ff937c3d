import { epochMs, INTERVAL_MINUTES, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createNeighbourhood,
  type HomeBattery,
  type NeighbourhoodHome,
} from "../neighbourhood/create-neighbourhood.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { ObjectRun } from "./object-run.ts";
import { simulate } from "./simulate.ts";

const INTERVALS = 8;
const energies = (maxWh: number): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.constant(0), fc.nat({ max: maxWh })), { minLength: INTERVALS, maxLength: INTERVALS });

/** A battery of any shape, from one that is full to one that cannot move. */
const battery: fc.Arbitrary<HomeBattery> = fc
  .record({
    capacityWh: fc.integer({ min: 1, max: 12_000 }),
    minPercent: fc.nat({ max: 50 }),
    maxPercent: fc.integer({ min: 50, max: 100 }),
    startPercent: fc.nat({ max: 100 }),
    reservePercent: fc.nat({ max: 100 }),
    chargePowerMaxW: fc.nat({ max: 6_000 }),
    dischargePowerMaxW: fc.nat({ max: 6_000 }),
    chargeEfficiencyPermille: fc.integer({ min: 500, max: 1_000 }),
    dischargeEfficiencyPermille: fc.integer({ min: 500, max: 1_000 }),
    inverterPowerMaxW: fc.option(fc.integer({ min: 500, max: 8_000 })),
    standbyLossW: fc.constantFrom(0, 0, 12, 400),
    workingLossW: fc.constantFrom(0, 0, 35, 900),
    fullPowerLossW: fc.constantFrom(0, 0, 170, 1_500),
    cellTemperatureC: fc.integer({ min: -10, max: 45 }),
  })
  .map(({ minPercent, maxPercent, startPercent, reservePercent, ...drawn }) => {
    const part = (percent: number): number => Math.floor((drawn.capacityWh * percent) / 100);
    return {
      ...drawn,
      capacityWh: wattHours(drawn.capacityWh),
      storedMinWh: wattHours(part(minPercent)),
      storedMaxWh: wattHours(part(maxPercent)),
      startStoredWh: part(startPercent),
      reserveWh: part(reservePercent),
      chargePowerMaxW: watts(drawn.chargePowerMaxW),
      dischargePowerMaxW: watts(drawn.dischargePowerMaxW),
    };
  });

const home: fc.Arbitrary<Omit<NeighbourhoodHome, "siteId">> = fc.record({
  loadWh: energies(1_500),
  pvWh: fc.option(energies(3_000)),
  battery: fc.option(battery),
  importPowerMaxW: fc.integer({ min: 500, max: 20_000 }),
  exportPowerMaxW: fc.integer({ min: 0, max: 20_000 }),
  strategy: fc.constantFrom("truthful", "truthful", "self-consumption", "none"),
});

/** Any few homes, with prices that are on no tick and may be below zero. */
const neighbourhoods: fc.Arbitrary<Neighbourhood> = fc
  .record({
    homes: fc.array(home, { minLength: 1, maxLength: 6 }),
    intervalMinutes: fc.constantFrom(...INTERVAL_MINUTES),
    tariffs: fc.array(fc.tuple(fc.integer({ min: -50_000, max: 400_000 }), fc.nat({ max: 300_000 })), {
      minLength: INTERVALS,
      maxLength: INTERVALS,
    }),
    feePpm: fc.constantFrom(0, 1, 15_000, 1_000_000),
  })
  .map(({ homes, tariffs, ...drawn }) =>
    createNeighbourhood(
      {
        ...drawn,
        ...{ community: "any", startMs: epochMs(0), intervals: INTERVALS },
        feedInPrice: tariffs.map(([feedIn]) => feedIn),
        retailPrice: tariffs.map(([feedIn, above]) => feedIn + above),
      },
      homes.map((one, i) => ({ ...one, siteId: siteId(`h${i}`) })),
    ),
  );

describe("a run on arrays", () => {
  test("comes to what the live objects come to, whatever the homes", async () => {
    let trades = 0;
    await fc.assert(
      fc.asyncProperty(
        neighbourhoods,
        fc.constantFrom("uniform", "uniform:0", "uniform:1000", "pay-as-bid:500"),
        fc.constantFrom("perfect", "persistence"),
        async (neighbourhood, mechanism, forecast) => {
          const trace = { homes: "all" } as const;
          const options = {
            neighbourhood,
            mechanism,
            forecast,
            seed: "1",
            workers: 1,
            trace,
            trades: true,
          } as const;
          const objects = new ObjectRun(options);
          for (let t = 0; t < INTERVALS; t++) objects.run(t);
          const result = await simulate(options);
          expect(result).toEqual(objects.result());
          for (const count of result.intervals.trades) trades += count;
        },
      ),
      { numRuns: 300 },
    );
    expect(trades).toBeGreaterThan(100);
  });
});
