import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commonwatt, eventsIn } from "../../test/commonwatt.ts";
import { folderWith } from "../../test/data-files.ts";
import { smallStreet } from "../../test/small-street.ts";
import { parquetTable } from "../data/parquet.ts";

interface Summary {
  readonly resultHash: string;
  readonly inputHash: string;
  readonly conserved: boolean;
  readonly folder: string;
  readonly kpis: Readonly<Record<string, number | null>>;
  readonly checks: readonly { readonly name: string; readonly holds: boolean }[];
}

async function simulated(data: string, out: string, ...more: readonly string[]): Promise<Summary> {
  const { code, stdout, stderr } = await commonwatt(
    "simulate",
    "--data",
    data,
    "--out",
    out,
    "--json",
    ...more,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const events = eventsIn(stdout);
  expect(events.map(({ event }) => event).filter((event) => event !== "kpi")).toEqual([
    "data",
    "loaded",
    "summary",
  ]);
  return events.at(-1) as unknown as Summary;
}

test("the folder holds what the summary says", { timeout: 180_000 }, async () => {
  const data = await smallStreet();
  const out = join(await folderWith({}), "run");
  const { resultHash, inputHash, kpis } = await simulated(data, out, "--days", "2");
  expect(readdirSync(out).sort()).toEqual([
    "homes.csv",
    "homes.parquet",
    "intervals.csv",
    "intervals.parquet",
    "manifest.json",
    "report.html",
    "summary.json",
  ]);
  const read = (name: string): string => readFileSync(join(out, name), "utf8");
  expect(JSON.parse(read("manifest.json"))).toMatchObject({
    format: "commonwatt-run-1",
    plan: { mechanism: null, days: 2 },
    settings: { mechanism: "uniform", forecast: "persistence", seed: "1" },
    mechanism: { name: "uniform-price", kPerMille: 500 },
    resultHash,
    inputHash,
  });
  expect(JSON.parse(read("summary.json"))).toMatchObject({ resultHash, kpis });
  const [head = "", ...lines] = read("intervals.csv").trimEnd().split("\n");
  expect(lines.length).toBe(48);
  expect(lines[0]).toMatch(/^2016-08-01T00:00:00\.000Z,/);
  const at = head.split(",").indexOf("loadWh");
  const loadKWh = lines.reduce((sum, line) => sum + Number(line.split(",")[at]), 0) / 1_000;
  expect(loadKWh).toBeCloseTo(kpis["load"] ?? Number.NaN, 9);
  const homes = await parquetTable(join(out, "homes.parquet"));
  const column = (name: string): readonly unknown[] =>
    Array.from({ length: homes.rows }, (_, row) => homes.cell(row, homes.names.indexOf(name)));
  expect(column("siteId")).toEqual([1, 2, 3, 4, 5].map((number) => `Building_${number}`));
  const saved = column("savedNano").reduce((sum: number, nano) => sum + Number(nano), 0) / 5e9;
  expect(saved).toBeCloseTo(kpis["savingsPerHome"] ?? Number.NaN, 9);
});

test("what is wrong is said with a code, and ends with 2 where a person has to correct it", {
  timeout: 180_000,
}, async () => {
  const street = await smallStreet();
  const foreign = await folderWith({ "diary.txt": "mine" });
  const ends = await Promise.all([
    commonwatt("simulate"),
    commonwatt("simulate", "--data", street, "--mechanism", "wishful"),
    commonwatt("simulate", "--data", street, "--out", foreign),
    commonwatt("simulate", "--data", street, "--mode", "wire", "--compare", "all"),
  ]);
  expect(ends.map(({ code, stderr }) => [code, stderr.split(":")[0]])).toEqual([
    [2, "USAGE_NO_DATA"],
    [2, "SIMULATION_MECHANISM_UNKNOWN"],
    [1, "SIMULATION_FOLDER_FOREIGN"],
    [2, "SIMULATION_MODE_UNFIT"],
  ]);
});

test("a person gets a table, and the place of the report", { timeout: 180_000 }, async () => {
  const out = join(await folderWith({}), "run");
  const { code, stdout } = await commonwatt(
    "simulate",
    "--data",
    await smallStreet(),
    "--out",
    out,
    "--lies",
    "0",
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}selfSufficiency +0\.\d+ {2}share$/m);
  expect(stdout).toMatch(/^ {2}regretMean +– {2}no value: no lies were searched$/m);
  expect(stdout).toMatch(/^holds {2}conserved/m);
  expect(stdout).toContain(join(out, "report.html"));
});

test("mechanisms stand side by side, and a study goes on where it was", { timeout: 180_000 }, async () => {
  const out = join(await folderWith({}), "study");
  const args = [
    "simulate",
    "--data",
    await smallStreet(),
    "--compare",
    "uniform,sbba",
    "--out",
    out,
    "--lies",
    "2",
  ];
  const first = await commonwatt(...args);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^uniform +1 +0\.\d+/m);
  expect(readdirSync(out).sort()).toEqual([
    "groups.csv",
    "groups.parquet",
    "manifest.json",
    "report.html",
    "runs",
    "runs.csv",
    "runs.parquet",
    "summary.json",
  ]);
  const again = await commonwatt(...args, "--vary", "seed=1,2", "--json");
  const events = eventsIn(again.stdout);
  const runs = events.filter(({ event }) => event === "run");
  expect(
    runs.filter(({ reused }) => reused === true).map(({ mechanism, seed }) => [mechanism, seed]),
  ).toEqual([
    ["uniform", "1"],
    ["sbba", "1"],
  ]);
  expect(events.at(-1)).toMatchObject({ event: "summary", runs: 4, reused: 2 });
});
