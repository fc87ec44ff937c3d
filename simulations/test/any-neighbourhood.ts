import { epochMs, INTERVAL_MINUTES, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import fc from "fast-check";
import {
  createNeighbourhood,
  type HomeBattery,
  type NeighbourhoodHome,
} from "../src/neighbourhood/create-neighbourhood.ts";
import type { Neighbourhood } from "../src/neighbourhood/neighbourhood.ts";

const energies = (intervals: number, maxWh: number): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.constant(0), fc.nat({ max: maxWh })), { minLength: intervals, maxLength: intervals });

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

const home = (intervals: number): fc.Arbitrary<Omit<NeighbourhoodHome, "siteId">> =>
  fc.record({
    loadWh: energies(intervals, 1_500),
    pvWh: fc.option(energies(intervals, 3_000)),
    battery: fc.option(battery),
    importPowerMaxW: fc.integer({ min: 500, max: 20_000 }),
    exportPowerMaxW: fc.integer({ min: 0, max: 20_000 }),
    strategy: fc.constantFrom("truthful", "truthful", "self-consumption", "none"),
  });

/** Any few homes, with prices that are on no tick and may be below zero. */
export const neighbourhoods = (intervals: number): fc.Arbitrary<Neighbourhood> =>
  fc
    .record({
      homes: fc.array(home(intervals), { minLength: 1, maxLength: 6 }),
      intervalMinutes: fc.constantFrom(...INTERVAL_MINUTES),
      tariffs: fc.array(fc.tuple(fc.integer({ min: -50_000, max: 400_000 }), fc.nat({ max: 300_000 })), {
        minLength: intervals,
        maxLength: intervals,
      }),
      feePpm: fc.constantFrom(0, 1, 15_000, 1_000_000),
    })
    .map(({ homes, tariffs, ...drawn }) =>
      createNeighbourhood(
        {
          ...drawn,
          ...{ community: "any", startMs: epochMs(0), intervals },
          feedInPrice: tariffs.map(([feedIn]) => feedIn),
          retailPrice: tariffs.map(([feedIn, above]) => feedIn + above),
        },
        homes.map((one, i) => ({ ...one, siteId: siteId(`h${i}`) })),
      ),
    );
