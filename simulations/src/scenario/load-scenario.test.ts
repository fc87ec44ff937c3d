import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isCommonwattError, seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { folderWith, measuredData } from "../../test/data-files.ts";
import { fieldTable } from "../../test/schema-fields.ts";
import { simulate } from "../engine/simulate.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { JsonSchema } from "./check-value.ts";
import { divide, draw } from "./draw.ts";
import { type LoadOptions, loadScenario, type Scenario } from "./load-scenario.ts";
import { scenarioSchema } from "./scenario-schema.ts";

const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const EXAMPLE = inPackage("examples/scenario/scenario.yaml");

async function load(
  text: string,
  files: Record<string, string> = {},
  options: LoadOptions = {},
): Promise<Scenario> {
  return await loadScenario(`${await folderWith({ "s.yaml": text, ...files })}/s.yaml`, options);
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.catch((thrown: unknown) => thrown);
  return isCommonwattError(error) ? `${error.code} ${error.message}` : `no refusal: ${error}`;
}

function column(
  energyWh: Int32Array,
  home: number,
  { siteIds, intervals }: Neighbourhood,
): readonly number[] {
  return Array.from({ length: intervals }, (_, t) => energyWh[t * siteIds.length + home] ?? -1);
}

describe("the example", () => {
  test("is the same twice, and another with another seed", async () => {
    const [first, second, other] = await Promise.all([
      loadScenario(EXAMPLE),
      loadScenario(EXAMPLE),
      loadScenario(EXAMPLE, { overrides: { seed: "7" } }),
    ]);
    expect(second).toEqual(first);
    expect(other.neighbourhood.loadWh).not.toEqual(first.neighbourhood.loadWh);
    expect(first).toMatchObject({
      mechanism: "uniform",
      forecast: "persistence",
      seed: "2026",
      assumptions: [],
    });
    const { siteIds, startMs, intervals, strategies, batteries, pvWh, feePpm } = first.neighbourhood;
    expect([siteIds.length, intervals, startMs, feePpm]).toEqual([12, 672, Date.UTC(2026, 5, 30, 22), 5000]);
    expect(batteries.capacityWh.filter((capacityWh) => capacityWh > 0)).toHaveLength(4);
    expect(strategies.filter((name) => name === "self-consumption")).toHaveLength(2);
    const roofs = siteIds.filter((_id, home) =>
      column(pvWh, home, first.neighbourhood).some((energyWh) => energyWh > 0),
    );
    expect(roofs).toHaveLength(7);
  });

  test("has the tariff's prices by local hour", async () => {
    const { retailPrice, feedInPrice } = (await loadScenario(EXAMPLE)).neighbourhood;
    // Wednesday 2026-07-01: cheap until six, dear until nine in the evening.
    expect(
      [...retailPrice.slice(0, 96)]
        .map((price, t) => [price, t])
        .filter(([price], t, all) => price !== all[t - 1]?.[0]),
    ).toEqual([
      [240_000, 0],
      [320_000, 24],
      [240_000, 84],
    ]);
    // Saturday until noon, Sunday never.
    const dear = (day: number): number =>
      retailPrice.slice(day * 96, (day + 1) * 96).filter((price) => price === 320_000).length;
    expect([2, 3, 4].map(dear)).toEqual([60, 24, 0]);
    expect(new Set(feedInPrice)).toEqual(new Set([80_000]));
  });

  test("runs, with money conserved", async () => {
    const scenario = await loadScenario(EXAMPLE, { overrides: { days: 1, strategy: "truthful" } });
    expect(new Set(scenario.neighbourhood.strategies)).toEqual(new Set(["truthful"]));
    expect(await simulate({ ...scenario, workers: 1 })).toMatchObject({ conserved: true });
  });
});

/** Written anew by `npx vitest run --config .config/vitest.config.ts simulations/src/scenario --update`. */
describe("what is published beside it", () => {
  test("is the schema itself, for editors", async () => {
    const schema = `${JSON.stringify(scenarioSchema, null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(inPackage("docs/scenario.schema.json"));
  });

  test("is a page with every field", async () => {
    const file = inPackage("docs/scenario.md");
    const page = await readFile(file, "utf8");
    const [told = ""] = /^.*\n## Every field\n/s.exec(page) ?? [];
    expect(told).not.toBe("");
    await expect(`${told}\n${fieldTable(scenarioSchema as JsonSchema)}\n`).toMatchFileSnapshot(file);
  });
});

describe("homes", () => {
  const CSV =
    "time,anna,ben\n2026-01-05T00:00:00Z,1,0.5\n2026-01-05T01:00:00Z,2,0.5\n2026-01-05T02:00:00Z,,0.5\n";
  const DATA = `
data:
  measured:
    path: homes.csv
    format: csv
    rules: { missing: linear }
    columns:
      time: { column: time }
      values: [{ column: anna, quantity: load, site: anna }, { column: ben, quantity: load, site: ben }]
`;

  test("of a data source have its energies, and the report tells what was filled", async () => {
    const { neighbourhood, reports } = await load(
      `${DATA}\nresolutionMinutes: 60\nsites: [{ from: measured }]`,
      { "homes.csv": CSV },
    );
    expect(neighbourhood).toMatchObject({
      siteIds: ["anna", "ben"],
      startMs: Date.UTC(2026, 0, 5),
      intervals: 2,
    });
    expect(column(neighbourhood.loadWh, 0, neighbourhood)).toEqual([1000, 2000]);
    expect(reports["measured"]?.findings).toMatchObject([
      { site: "ben", problem: "outside-common-time", count: 1 },
    ]);
  });

  test("may take one column of it, scaled, with a roof of the model", async () => {
    const text = `${DATA}
resolutionMinutes: 60
sites:
  - { id: ben, load: { data: measured, scale: 2 } }
  - { id: carla, load: { data: measured, site: ben }, pv: { peakW: 5000 }, battery: { capacityWh: 4000, startShare: 0 } }
`;
    const { neighbourhood } = await load(text, { "homes.csv": CSV });
    expect(column(neighbourhood.loadWh, 0, neighbourhood)).toEqual([1000, 1000]);
    expect(column(neighbourhood.loadWh, 1, neighbourhood)).toEqual([500, 500]);
    // It never holds less than storedMinShare.
    expect([neighbourhood.batteries.startStoredWh[1], neighbourhood.batteries.inverterPowerMaxW[1]]).toEqual([
      400, 4500,
    ]);
    expect(neighbourhood.batteries.chargePowerMaxW[1]).toBe(2000);
  });

  test("that the data does not have are refused, as is a time that it does not cover", async () => {
    const files = { "homes.csv": CSV };
    expect(await refusal(load(`${DATA}\nsites: [{ id: dora, load: { data: measured } }]`, files))).toMatch(
      /^IMPORT_UNKNOWN_SITE measured|^IMPORT_UNKNOWN_SITE homes: there is no home dora; there are anna, ben/,
    );
    expect(await refusal(load(`${DATA}\nstart: 2026-02-01\nsites: [{ from: measured }]`, files))).toMatch(
      /^IMPORT_OUT_OF_TIME measured/,
    );
    expect(await refusal(load(`${DATA}\ndays: 3\nsites: [{ from: measured }]`, files))).toMatch(
      /does not cover 3 days/,
    );
  });

  test("hang on the feeder that the file names, from where the file is", async () => {
    const folder = await folderWith({ "in/s.yaml": "days: 1\nfeeder: ../feeder\nsites: [{ id: a }]" });
    const limits = {};
    expect((await loadScenario(`${folder}/in/s.yaml`)).feeder).toEqual({
      folder: `${folder}/feeder`,
      limits,
    });
    expect((await load("days: 1\nsites: [{ id: a }]")).feeder).toBeNull();
  });

  test("do not change when others are added", async () => {
    const home =
      "{ id: a, pv: { peakW: { uniform: { min: 1000, max: 9000 } } }, battery: { capacityWh: { choice: [1000, 2000] } } }";
    const alone = (await load(`days: 1\nsites: [${home}]`)).neighbourhood;
    const together = (await load(`days: 1\nsites: [{ id: b, count: 2 }, ${home}]`)).neighbourhood;
    expect(column(together.loadWh, 0, together)).toEqual(column(alone.loadWh, 0, alone));
    expect(column(together.pvWh, 0, together)).toEqual(column(alone.pvWh, 0, alone));
    expect(together.batteries.capacityWh[0]).toBe(alone.batteries.capacityWh[0]);
  });

  test("too many for the memory there is are refused before anything is made", async () => {
    const estimates: number[] = [];
    const text = "days: 3650\nresolutionMinutes: 1\nsites: [{ id: a, count: 100000 }]";
    const loading = load(text, {}, { onEstimate: (bytes) => estimates.push(bytes) });
    expect(await refusal(loading)).toMatch(
      /^SIMULATION_TOO_LARGE 100000 homes over 5256000 intervals need about \d+ MiB/,
    );
    expect(estimates).toEqual([]);
    await load("days: 1\nsites: [{ id: a }]", {}, { onEstimate: (bytes) => estimates.push(bytes) });
    expect(estimates).toHaveLength(1);
  });
});

describe("prices", () => {
  const HOURS =
    "t;EUR\n2026-01-05 00:00;100\n2026-01-05 01:00;-20\n2026-01-05 03:00;50\n2026-01-05 04:00;50\n".replaceAll(
      ";",
      ",",
    );
  const tariff = (more: string): string => `
timeZone: Europe/Zurich
start: 2026-01-05
days: 0.2083333333
resolutionMinutes: 30
tariff:
  retailPricePerKwh: { series: { path: day.csv, timeColumn: t, priceColumn: EUR, per: MWh${more} } }
  feedInPricePerKwh: 0.08
sites: [{ id: a }]
`;

  test("of a file hold until the next; a hole is told, and feed-in never pays more than a kWh costs", async () => {
    const { neighbourhood, assumptions } = await load(tariff(", factor: 1.1, addPerKwh: 0.05"), {
      "day.csv": HOURS,
    });
    const hourly = [160_000, 28_000, 28_000, 105_000, 105_000];
    expect([...neighbourhood.retailPrice]).toEqual(hourly.flatMap((price) => [price, price]));
    expect([...neighbourhood.feedInPrice.slice(0, 4)]).toEqual([80_000, 80_000, 28_000, 28_000]);
    expect(assumptions).toEqual([
      "day.csv: no price for 2 intervals; the last one before holds on",
      "feed-in price lowered to the retail price in 4 intervals",
    ]);
  });

  test("that a file does not have for all of the time are refused", async () => {
    const short = HOURS.split("\n").slice(0, 3).join("\n");
    expect(await refusal(load(tariff(""), { "day.csv": short }))).toMatch(
      /^IMPORT_OUT_OF_TIME day\.csv: it has prices from/,
    );
    expect(await refusal(load(tariff(""), { "day.csv": HOURS.replace("EUR", "USD") }))).toMatch(
      /no column "EUR"/,
    );
  });

  const { path, skip } = measuredData("citylearn-2022");
  test.skipIf(skip)(`of a data source are its own ${skip || ""}`, async () => {
    const text = `
resolutionMinutes: 60
days: 2
data: { citylearn: { path: ${JSON.stringify(path)} } }
tariff: { retailPricePerKwh: { data: citylearn } }
sites: [{ from: citylearn }]
`;
    const scenario = `${await folderWith({ "s.yaml": text })}/s.yaml`;
    const { neighbourhood } = await loadScenario(scenario);
    expect([neighbourhood.siteIds.length, neighbourhood.retailPrice[0]]).toEqual([17, 220_000]);
    expect(neighbourhood.carbonGPerKwh).toHaveLength(48);
  });
});

describe("what is drawn", () => {
  const draws = (drawn: Parameters<typeof draw>[0]): readonly number[] =>
    Array.from({ length: 2_000 }, (_, index) => draw(drawn, 3, seededRandom(`draw/${index}`)));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

  test("follows its distribution", () => {
    expect(new Set(draws(undefined))).toEqual(new Set([3]));
    expect(new Set(draws(7))).toEqual(new Set([7]));
    const uniform = draws({ uniform: { min: 10, max: 20 } });
    expect([Math.min(...uniform) >= 10, Math.max(...uniform) < 20]).toEqual([true, true]);
    expect(mean(uniform)).toBeCloseTo(15, 0);
    expect(mean(draws({ normal: { mean: 50, deviation: 5 } }))).toBeCloseTo(50, 0);
    const cut = draws({ normal: { mean: 50, deviation: 50, min: 0, max: 60 } });
    expect([Math.min(...cut), Math.max(...cut)]).toEqual([0, 60]);
    expect(new Set(draws({ choice: [1, 2] }))).toEqual(new Set([1, 2]));
  });

  test("is divided in whole homes, whatever their order", () => {
    const names = Array.from({ length: 10 }, (_, index) => `home-${index}`);
    const shares = [
      ["a", 0.55],
      ["b", 0.25],
      ["c", 0.2],
    ] as const;
    const divided = divide(names, shares, "seed");
    const count = (label: string): number => [...divided.values()].filter((one) => one === label).length;
    expect([count("a"), count("b"), count("c")]).toEqual([6, 2, 2]);
    expect(new Map([...divide(names.toReversed(), shares, "seed")])).toEqual(divided);
    expect(divide(names, shares, "other")).not.toEqual(divided);
  });
});
