import { isCommonwattError } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { folderWith, measuredData } from "../../test/data-files.ts";
import type { DataSet } from "./data-set.ts";
import { readData } from "./read-data.ts";

function rounded(values: Float64Array | null | undefined): readonly number[] {
  return Array.from(values ?? [], (value) => Math.round(value * 1000) / 1000);
}

/** What was found, as `site/quantity/problem/rule: count`. */
function findings({ report }: DataSet): Readonly<Record<string, number>> {
  return Object.fromEntries(
    report.findings.map(({ site, quantity, problem, rule, count }) => [
      `${site}/${quantity}/${problem}/${rule}`,
      count,
    ]),
  );
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.catch((thrown: unknown) => thrown);
  return isCommonwattError(error) ? `${error.code} ${error.message}` : `no refusal: ${error}`;
}

describe("the IEEE European low-voltage feeder", () => {
  const FILES = {
    "Loads.txt":
      "! a comment\r\nNew Load.LOAD1 Phases=1 Bus1=34.1 kV=0.23 kW=1 PF=0.95 Yearly=Shape_1\r\nNew Load.LOAD2 Phases=1 Bus1=47.2 kV=0.23 kW=2 PF=0.95 Yearly=Shape_2\r\n",
    "LoadShapes.txt":
      "New Loadshape.Shape_1 npts=3 minterval=1 mult=(file=profiles/a.txt) useactual=true\r\nNew Loadshape.shape_2 npts=3 minterval=1 mult=(file=profiles/b.txt) useactual=false\r\n",
    "profiles/a.txt": " 0.06 \n 0.12 \n 6 \n",
    "profiles/b.txt": "0.6\n\n0.3\n",
  };

  test("gives homes with bus, phase and one-minute energies", async () => {
    const data = await readData({ path: await folderWith(FILES) }, { missing: "hold" });
    expect(data).toMatchObject({ startMs: Date.UTC(2026, 0, 1), stepMs: 60_000, steps: 3 });
    expect(data.sites.map(({ id, connection }) => [id, connection])).toEqual([
      ["LOAD1", { bus: "34", phase: 1 }],
      ["LOAD2", { bus: "47", phase: 2 }],
    ]);
    expect(data.sites.map(({ loadWh }) => rounded(loadWh))).toEqual([
      [1, 2, 100],
      [20, 20, 10],
    ]);
    expect(findings(data)).toEqual({ "LOAD2/load/missing/hold": 1 });
  });

  test.each([
    [
      "a phase left out",
      { "Loads.txt": "New Load.A Bus1=34 Yearly=Shape_1\n" },
      /Loads\.txt:1: bus1 must name one phase/,
    ],
    [
      "a lost shape",
      { "Loads.txt": "New Load.A Bus1=34.1 Yearly=No\n" },
      /Loads\.txt:1: there is no shape "No"/,
    ],
    ["a word in a profile", { "profiles/a.txt": "1\nx\n" }, /a\.txt:2: "x" is no number/],
  ])("with %s is refused", async (_what, changes, told) => {
    const path = await folderWith({ ...FILES, ...changes });
    expect(await refusal(readData({ path }))).toMatch(told);
  });

  const { path, skip } = measuredData("ieee-european-lv");
  test.skipIf(skip)(`as published has 55 homes and a day of minutes ${skip || ""}`, async () => {
    const data = await readData({ path });
    expect(data).toMatchObject({ steps: 1440, stepMs: 60_000 });
    expect(data.sites).toHaveLength(55);
    expect(data.report.findings).toEqual([]);
    expect(data.sites.map(({ connection }) => connection?.phase).filter((phase) => phase === 1)).toHaveLength(
      21,
    );
  });
});

describe("Ausgrid's solar homes", () => {
  const LABELS = Array.from({ length: 48 }, (_, i) => {
    const minutes = ((i + 1) * 30) % 1440;
    return `${Math.floor(minutes / 60)}:${minutes % 60 === 0 ? "00" : "30"}`;
  });
  const HEAD = `2012-2013 Solar home electricity data\nCustomer,Generator Capacity,Postcode,Consumption Category,date,${LABELS},Row Quality\n`;
  const row = (customer: number, category: string, date: string, first: string, quality = ""): string =>
    `${customer},3.78,2076,${category},${date},${[first, ...Array.from({ length: 47 }, () => "0.1")]},${quality}\n`;

  test("have a row for each day: general and controlled load together, and what the modules give", async () => {
    const text =
      HEAD +
      row(12, "GC", "1/07/2012", "0.5") +
      row(12, "CL", "1/07/2012", "1.25", "NA") +
      row(12, "GG", "1/07/2012", "0.02") +
      row(7, "GC", "1-Jul-12", "");
    const data = await readData({ path: await folderWith({ "solar.csv": text }) }, { missing: "linear" });
    // Midnight of eastern standard time.
    expect(data).toMatchObject({ startMs: Date.UTC(2012, 5, 30, 14, 30), stepMs: 1_800_000, steps: 47 });
    expect(findings(data)).toEqual({
      "12/load/estimated/keep": 1,
      "12/load/outside-common-time/drop": 2,
      "12/pv/outside-common-time/drop": 1,
    });
    const alone = await readData({ path: await folderWith({ "solar.csv": text }), sites: ["12"] });
    expect(alone.startMs).toBe(Date.UTC(2012, 5, 30, 14));
    expect(rounded(alone.sites[0]?.loadWh).slice(0, 2)).toEqual([1750, 200]);
    expect(rounded(alone.sites[0]?.pvWh).slice(0, 2)).toEqual([20, 100]);
  });

  test("in local time have a day of 46 half hours, whose other two are dropped and counted", async () => {
    const days = ["6/10/2012", "7/10/2012", "8/10/2012"].map((date) => row(1, "GC", date, "0.1")).join("");
    const path = await folderWith({ "solar.csv": HEAD + days });
    const data = await readData({ path, timeZone: "Australia/Sydney" });
    expect(data.steps).toBe(3 * 48 - 2);
    expect(findings(data)).toEqual({ "1/time/clock-forward/drop": 2 });
    const standard = await readData({ path });
    expect([standard.steps, findings(standard)]).toEqual([3 * 48, {}]);
  });

  test("in local time miss an hour on the day of 25", async () => {
    const days = ["6/04/2013", "7/04/2013", "8/04/2013"].map((date) => row(1, "GC", date, "0.1")).join("");
    const path = await folderWith({ "solar.csv": HEAD + days });
    const data = await readData({ path, timeZone: "Australia/Sydney" });
    expect(data.steps).toBe(3 * 48 + 2);
    expect(findings(data)).toEqual({ "1/load/missing/same-time-yesterday": 2 });
  });

  test.each([
    ["another category", row(1, "XX", "1/07/2012", "0.5"), /solar\.csv:3: "XX" is no category/],
    ["no date", row(1, "GC", "32/07/2012", "0.5"), /solar\.csv:3: "32\/07\/2012" is no date/],
    ["a word", row(1, "GC", "1/07/2012", "lots"), /solar\.csv:3: "lots" is no number/],
  ])("with %s are refused by line", async (_what, line, told) => {
    expect(await refusal(readData({ path: await folderWith({ "solar.csv": HEAD + line }) }))).toMatch(told);
  });
});

describe("households of Open Power System Data", () => {
  const HOME = "DE_KN_residential4";
  const text = [
    `utc_timestamp,cet_cest_timestamp,interpolated,${HOME}_grid_import,${HOME}_grid_export,${HOME}_pv,${HOME}_dishwasher,DE_KN_industrial1_grid_import,DE_KN_residential9_pv`,
    "2016-01-01T00:00:00Z,2016-01-01T01:00:00+0100,,10,5,100,1,7,",
    `2016-01-01T00:15:00Z,2016-01-01T01:15:00+0100,${HOME}_grid_import,10.5,5,100,1,8,1`,
    "2016-01-01T00:30:00Z,2016-01-01T01:30:00+0100,,,,101,1,9,2",
    "2016-01-01T00:45:00Z,2016-01-01T01:45:00+0100,,11.1,5.75,101,1,9,3",
    "2016-01-01T01:00:00Z,2016-01-01T02:00:00+0100,,11.0,5.75,101,1,9,",
  ].join("\n");

  test("are registers: what a home takes is import and pv less export, and a gap keeps its energy", async () => {
    const data = await readData({ path: await folderWith({ "household_data_15min_singleindex.csv": text }) });
    expect(data).toMatchObject({ startMs: Date.UTC(2016, 0, 1), stepMs: 900_000, steps: 4 });
    expect(data.sites.map(({ id }) => id)).toEqual([HOME]);
    expect(rounded(data.sites[0]?.pvWh)).toEqual([0, 1000, 0, 0]);
    expect(rounded(data.sites[0]?.loadWh)).toEqual([500, 925, 0, 0]);
    expect(findings(data)).toEqual({
      [`${HOME}/export/missing/spread`]: 2,
      [`${HOME}/import/estimated/keep`]: 1,
      [`${HOME}/import/missing/spread`]: 2,
      [`${HOME}/import/register-step-back/hold`]: 1,
      [`${HOME}/load/negative/zero`]: 1,
    });
  });

  test("are others by name, and unknown names are refused with those there are", async () => {
    const path = await folderWith({ "household_data_15min_singleindex.csv": text });
    const other = await readData({ path, sites: ["DE_KN_industrial1"] });
    expect(rounded(other.sites[0]?.loadWh)).toEqual([1000, 1000, 0, 0]);
    expect(await refusal(readData({ path, sites: ["DE_KN_residential9"] }))).toMatch(
      /^IMPORT_UNKNOWN_SITE .*there is no home DE_KN_residential9; there are DE_KN_residential4, DE_KN_industrial1/,
    );
  });
});

describe("Home Assistant", () => {
  const DASHBOARD = [
    "entity_id,type,unit,2026-01-05T10:00:00.000Z,2026-01-05T11:00:00.000Z,2026-01-05T12:00:00.000Z",
    "sensor.import_low,grid_consumption,kWh,1.5,0.5,",
    "sensor.import_high,grid_consumption,Wh,500,0,100",
    "sensor.cost,grid_consumption_cost,EUR,0.4,0.1,",
    "sensor.pv,solar_production,kWh,0,2,1",
    "sensor.export,grid_return,kWh,0,1,0.5",
    "sensor.in,battery_in,kWh,0,0.25,0",
    "sensor.out,battery_out,kWh,0.1,0,0",
    ",calculated_total_consumption,kWh,2.1,1.25,0.6",
  ].join("\n");

  test("has an energy dashboard, where each file is a home", async () => {
    const path = await folderWith({ "anna.csv": DASHBOARD, "ben/1.csv": DASHBOARD });
    const data = await readData({ path }, { missing: "zero" });
    expect(data.sites.map(({ id }) => id)).toEqual(["anna", "ben"]);
    expect(data).toMatchObject({ startMs: Date.UTC(2026, 0, 5, 10), steps: 2 });
    expect(rounded(data.sites[0]?.loadWh)).toEqual([2100, 1250]);
    expect(rounded(data.sites[1]?.pvWh)).toEqual([0, 2000]);
  });

  test("joins files of one home, and counts a value that a file left out", async () => {
    const later = DASHBOARD.replaceAll("2026-01-05T1", "2026-01-06T1");
    const path = await folderWith({ "ben/1.csv": DASHBOARD, "ben/2.csv": later });
    const data = await readData({ path }, { missing: "zero" });
    expect(data.steps).toBe(26);
    expect(findings(data)).toMatchObject({ "ben/import/missing/zero": expect.any(Number) });
  });

  const STATISTICS = [
    "statistic_id\tunit\tstart\tmin\tmax\tmean\tsum\tstate\tdelta",
    "sensor.grid\tkWh\t25.10.2026 01:00\t\t\t\t10\t110\t",
    "sensor.grid\tkWh\t25.10.2026 02:00\t\t\t\t11\t111\t1",
    "sensor.grid\tkWh\t25.10.2026 02:00\t\t\t\t13\t113\t2",
    "sensor.grid\tkWh\t25.10.2026 03:00\t\t\t\t13,5\t113,5\t0,5",
    "sensor.other\tkWh\t25.10.2026 03:00\t\t\t\t1\t1\t1",
  ].join("\n");

  test("has long-term statistics, counters at the end of each hour of local time", async () => {
    const path = await folderWith({ "anna.tsv": STATISTICS });
    const data = await readData({ path, timeZone: "Europe/Zurich", statistics: { "sensor.grid": "import" } });
    expect(data.startMs).toBe(Date.UTC(2026, 9, 25, 0));
    expect(rounded(data.sites[0]?.loadWh)).toEqual([1000, 2000, 500]);
    expect(findings(data)).toEqual({ "anna/time/clock-back/second": 1 });
  });

  test("has to be told what statistics count", async () => {
    const path = await folderWith({ "anna.tsv": STATISTICS });
    expect(await refusal(readData({ path }))).toMatch(
      /IMPORT_BAD_OPTION .*there are sensor\.grid, sensor\.other/,
    );
    const units = await folderWith({ "anna.tsv": STATISTICS.replaceAll("kWh", "m³") });
    expect(await refusal(readData({ path: units, statistics: { "sensor.grid": "import" } }))).toMatch(
      /anna\.tsv:2: "m³" is no unit of energy/,
    );
    const days = DASHBOARD.replace("05T11", "06T10").replace("05T12", "07T10");
    expect(await refusal(readData({ path: await folderWith({ "a.csv": days }) }))).toMatch(
      /more than an hour apart/,
    );
  });
});
