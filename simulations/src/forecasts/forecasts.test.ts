import { epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { simulate } from "../engine/simulate.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import type { ForecastName } from "./forecast.ts";
import { FORECASTS } from "./forecast-registry.ts";

const NAMES = Object.keys(FORECASTS) as readonly ForecastName[];
const HONEST = NAMES.filter((name) => name !== "perfect");
const HOMES = 6;

const neighbourhoods = new Map<number, Neighbourhood>();

function drawn(days: number): Neighbourhood {
  const known = neighbourhoods.get(days);
  if (known !== undefined) return known;
  const made = syntheticNeighbourhood({
    ...{ homes: HOMES, days, intervalMinutes: 60, seed: "forecasts", strategy: "truthful" },
    startMs: epochMs(Date.UTC(2026, 4, 1)),
  });
  neighbourhoods.set(days, made);
  return made;
}

/** One home without modules whose load is as given. */
function alone(
  loadOf: (t: number) => number,
  days: number,
  more: Partial<Neighbourhood> = {},
): Neighbourhood {
  const given = drawn(days);
  const loadWh = Int32Array.from({ length: given.intervals * HOMES }, (_, at) =>
    loadOf(Math.floor(at / HOMES)),
  );
  return { ...given, loadWh, pvWh: new Int32Array(loadWh.length), ...more };
}

function expected(name: ForecastName, neighbourhood: Neighbourhood, now: number, of: number): unknown {
  const [loadWh, pvWh] = [new Int32Array(HOMES), new Int32Array(HOMES)];
  const run = FORECASTS[name].begin(neighbourhood, "1");
  const isKnown = run.expect(now, of, 0, HOMES, loadWh, pvWh);
  return { isKnown, loadWh, pvWh, spread: of === now ? run.spread : undefined };
}

function run(neighbourhood: Neighbourhood, forecast: ForecastName, workers = 1): Promise<SimulationResult> {
  return simulate({ neighbourhood, mechanism: "uniform", forecast, seed: "1", workers });
}

function total(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}

describe.each(HONEST)("%s", (name) => {
  test("knows nothing of what is to come", () => {
    const given = drawn(40);
    for (const now of [1, 2, 5, 24, 30, 200, 700, 900]) {
      const changed = (column: Int32Array): Int32Array =>
        column.map((value, at) => (at < now * HOMES ? value : (value * 7 + at) % 5_000));
      const other = { ...given, loadWh: changed(given.loadWh), pvWh: changed(given.pvWh) };
      for (const later of [now, now + 1, now + 23, now + 24, now + 59]) {
        expect(expected(name, other, now, later)).toEqual(expected(name, given, now, later));
      }
    }
  });

  test("learns from what was", () => {
    const given = drawn(40);
    const changed = given.loadWh.map((value) => value + 1_000);
    expect(expected(name, { ...given, loadWh: changed }, 700, 700)).not.toEqual(
      expected(name, given, 700, 700),
    );
  });

  test("says nothing before anything is known, and names no energy below 0", () => {
    const given = drawn(3);
    expect(expected(name, given, 0, 0)).toMatchObject({ isKnown: false });
    for (let now = 1; now < given.intervals; now++) {
      const { loadWh, pvWh } = expected(name, given, now, now) as { loadWh: Int32Array; pvWh: Int32Array };
      expect(Math.min(...loadWh, ...pvWh)).toBeGreaterThanOrEqual(0);
    }
  });

  test("comes to the same on two threads, and whoever asks for what", async () => {
    const given = drawn(4);
    const strategies = given.siteIds.map((_, home) =>
      home % 2 === 0 ? "optimiser" : "time-of-use",
    ) satisfies StrategyName[];
    await STRATEGIES.optimiser.prepare?.();
    const [one, two] = [
      await run({ ...given, strategies }, name),
      await run({ ...given, strategies }, name, 2),
    ];
    expect(two.hash).toBe(one.hash);
    expect(two.forecasts).toEqual(one.forecasts);
    // The looks ahead of the optimiser leave the forecast of the interval that is bid for as it is.
    const plain = await run(given, name);
    expect(one.forecasts).toEqual(plain.forecasts);
  });
});

test("the seasonal one tells weekdays from weekends, by the clock of the homes", () => {
  // 1 May 2026 is a Friday; 0:00 UTC on Saturday is 22:00 on Friday two hours west.
  const given = (utcOffsetMinutes: number): Neighbourhood =>
    alone((t) => ([1, 2].includes(Math.floor((t + utcOffsetMinutes / 60) / 24) % 7) ? 900 : 300), 30, {
      utcOffsetMinutes,
    });
  const loadOf = (neighbourhood: Neighbourhood, t: number): number =>
    (expected("seasonal", neighbourhood, t, t) as { loadWh: Int32Array }).loadWh[0] as number;
  for (const offset of [0, -120, 600]) {
    const neighbourhood = given(offset);
    for (let t = 14 * 24; t < 28 * 24; t++) {
      expect(loadOf(neighbourhood, t)).toBe(neighbourhood.loadWh[t * HOMES]);
    }
  }
});

test("the seasonal one is the mean of seven days", () => {
  const neighbourhood = alone((t) => Math.floor(t / 24) * 10, 30);
  // 29 May is a Friday: before it 28, 27, 26, 25, 22, 21 and 20 May.
  const { loadWh } = expected("seasonal", neighbourhood, 28 * 24, 28 * 24) as { loadWh: Int32Array };
  expect(loadWh[0]).toBe(Math.round(((27 + 26 + 25 + 24 + 21 + 20 + 19) * 10) / 7));
});

test("analogues follow what came before", () => {
  // Two kinds of days that only their first hours tell apart.
  const neighbourhood = alone((t) => (Math.floor(t / 24) % 3 === 0 ? 400 : 1_200) + (t % 24) * 10, 40);
  for (const day of [30, 31, 32, 33]) {
    const t = day * 24 + 12;
    const { loadWh } = expected("analogue", neighbourhood, t, t) as { loadWh: Int32Array };
    expect(Math.abs((loadWh[0] as number) - (neighbourhood.loadWh[t * HOMES] as number))).toBeLessThan(30);
  }
});

test("scores order forecasts as they deserve, and a spread pays", async () => {
  const given = drawn(40);
  const [perfect, persistence, seasonal, analogue] = await Promise.all(NAMES.map((name) => run(given, name)));
  const pinball = (result: SimulationResult | undefined): number =>
    total(result?.forecasts.loadPinballTenthsWh ?? Float64Array.of(Number.NaN));
  expect(pinball(perfect)).toBe(0);
  expect(pinball(analogue)).toBeLessThan(0.7 * pinball(persistence));
  expect(pinball(analogue)).toBeLessThan(0.7 * pinball(seasonal));
  // Of one number a pinball loss is half of its error at each pair of opposite quantiles.
  expect(pinball(seasonal)).toBe(15 * total(seasonal?.homes.loadErrorWh ?? new Float64Array(0)));
  const inside = total(analogue?.forecasts.loadInside ?? new Float64Array(0)) / (HOMES * (40 * 24 - 1));
  expect(inside).toBeGreaterThan(0.6);
  expect(inside).toBeLessThan(0.95);
});
