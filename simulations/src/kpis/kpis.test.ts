import { expect, test } from "vitest";
import { type Changes, handMadeRun } from "../../test/hand-made-run.ts";
import { giniOf, jainOf } from "./fairness.ts";
import { totalOf } from "./kpi.ts";
import { KPI_GROUPS, kpisOf } from "./kpis.ts";

function figures(changes: Changes = {}): Readonly<Record<string, number | null>> {
  return Object.fromEntries(kpisOf(handMadeRun(changes)).map(({ name, value }) => [name, value]));
}

/** Of the hand-made run. */
const EXPECTED: Readonly<Record<string, number | null>> = {
  load: 3,
  production: 2.8,
  curtailed: 0.2,
  gridImport: 1.2,
  gridExport: 0.8,
  selfSufficiency: 1 - 1.2 / 3,
  selfConsumption: 1 - 0.8 / 2.8,
  homesSelfSufficiency: 1 - 2.2 / 3,
  homesSelfConsumption: 1 - 1.8 / 2.8,
  localShare: 0.8 / 2.2,
  traded: 1,
  settledShare: 0.8,
  trades: 1,
  welfare: 0.15,
  welfareShare: 0.75,
  operatorBalance: 0.002,
  priceMean: 0.2,
  priceMin: 0.2,
  priceMax: 0.2,
  priceVolatility: null,
  regretMean: null,
  regretMost: null,
  liesThatPay: null,
  regretPromised: null,
  cost: 0.322,
  costWithoutTrading: 0.5,
  tradingGainPerHome: 0.079,
  savingsPerHome: 0.089,
  savingsLeast: 0.08,
  savingsMost: 0.098,
  savingsShare: 0.178 / 0.5,
  homesBetterOff: 1,
  fees: 0,
  gini: 0.002 / (2 * 0.158),
  jain: 0.158 ** 2 / (2 * (0.078 ** 2 + 0.08 ** 2)),
  minMax: 0.078 / 0.08,
  // 97 500 and 100 000 micro per kWh, at a spread of 200 000.
  qualityOfExperience: 1 - (2 * 1_250) / 200_000,
  peakImport: 1.2,
  peakExport: 0.8,
  peakImportChange: 1.2 / 1.5 - 1,
  feederLosses: null,
  voltageLowest: null,
  voltageHighest: null,
  voltageViolations: null,
  transformerLoading: null,
  lineLoading: null,
  limitedIntervals: null,
  passedIntervals: null,
  batteryCycles: 0.2,
  batteryLosses: 0.1,
  storedChange: 0.1,
  batteryFullCycles: 0.225,
  batteryCapacityLeft: 0.999,
  batteryAgeingCost: 0.05,
  carCharged: 0.9,
  carDistance: 4,
  carUnmet: 0.1,
  carUnmetOutings: 1,
  heatPumpUsed: 0.6,
  heatDelivered: 1.8,
  heatPumpPerformance: 3,
  coldHours: 1.5,
  loadMae: 400 / 4,
  loadBias: -200 / 4,
  loadPinball: 6_000 / (30 * 4),
  loadInside: null,
  // Of the home with modules alone.
  pvMae: 200 / 2,
  pvBias: -200 / 2,
  pvPinball: 3_000 / (30 * 2),
  pvInside: null,
  co2: 0.24,
  co2Saved: 0.06,
};

test("every figure is what paper and pencil say", () => {
  const found = figures();
  expect(Object.keys(found)).toEqual(Object.keys(EXPECTED));
  for (const [name, value] of Object.entries(EXPECTED)) {
    if (value === null) expect(found[name], name).toBeNull();
    else expect(found[name], name).toBeCloseTo(value, 9);
  }
});

test("what has no value says why, and is never 0", () => {
  const none = Float64Array.of(0, 0);
  const values = kpisOf(
    handMadeRun({
      intervals: {
        pvWh: none,
        curtailedWh: none,
        tradedWh: none,
        settledWh: none,
        price: Int32Array.of(-1, -1),
      },
      homes: { withTradingNano: Float64Array.of(50_000_000, -500_000_000) },
    }),
  );
  for (const { name, value, reason } of values) {
    expect(value === null, `${name} has a value or a reason`).toBe(reason !== null);
  }
  const reasons = Object.fromEntries(values.map(({ name, reason }) => [name, reason]));
  expect(reasons["selfConsumption"]).toBe("no module gave anything");
  expect(reasons["priceMean"]).toBe("nothing was traded");
  expect(reasons["loadInside"]).toBe("the forecast names one number, and no spread");
  expect(reasons["gini"]).toBe("1 of 2 homes lost by trading");
});

test("forecasts are scored where there was one, with the spread that they name", () => {
  const [none, inside] = [Float64Array.of(0, 0), Float64Array.of(1, 2)];
  expect(figures({ forecasts: { loadInside: inside, pvInside: Float64Array.of(1, 1) } })).toMatchObject({
    loadInside: 0.75,
    pvInside: 0.5,
  });
  const reasonsOf = (changes: Changes): Readonly<Record<string, string | null>> =>
    Object.fromEntries(kpisOf(handMadeRun(changes)).map(({ name, reason }) => [name, reason]));
  expect(reasonsOf({ forecasts: { intervals: none } })["loadMae"]).toBe(
    "nothing was expected of any interval",
  );
  expect(reasonsOf({ homes: { pvWh: none } })["pvMae"]).toBe("no home has modules");
});

test("Gini and Jain know their ends", () => {
  expect(giniOf([5, 5, 5, 5])).toBe(0);
  expect(giniOf([0, 0, 0, 8])).toBe(0.75);
  expect(giniOf([1, 2, 3, 4])).toBeCloseTo(0.25, 12);
  expect(jainOf([5, 5, 5, 5])).toBe(1);
  expect(jainOf([0, 0, 0, 8])).toBe(0.25);
});

test("sums stay exact beyond the safe integers", () => {
  const column = Float64Array.of(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 3, -1);
  expect(totalOf(column)).toBe(2n * BigInt(Number.MAX_SAFE_INTEGER) + 2n);
  expect(totalOf([])).toBe(0n);
});

test("names are unique, and each figure has a unit, a definition and a source", () => {
  const kpis = KPI_GROUPS.flatMap((group) => group.kpis);
  expect(new Set(kpis.map(({ name }) => name)).size).toBe(kpis.length);
  for (const { name, unit, definition, source } of kpis) {
    expect(
      [unit, definition, source].every((words) => words.length > 0),
      name,
    ).toBe(true);
  }
});
