import { epochMs, isCommonwattError } from "@commonwatt/vpp-core";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import type { ColumnMap } from "./column-map.ts";
import { readData } from "./read-data.ts";

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.catch((thrown: unknown) => thrown);
  return isCommonwattError(error) ? `${error.code} ${error.message}` : `no refusal: ${error}`;
}

const WIDE = "when;anna use;anna sun;ben use\n2026-01-01 00:15;0,5;0;1\n2026-01-01 00:30;0,25;1,5;1\n";
const WIDE_MAP: ColumnMap = {
  time: { column: "when", at: "end" },
  delimiter: ";",
  decimal: ",",
  values: [
    { column: "anna use", quantity: "load", site: "anna" },
    { column: "anna sun", quantity: "pv", site: "anna", unit: "kW" },
    { column: "ben use", quantity: "load", site: "ben" },
  ],
};

describe("a CSV file of any shape", () => {
  test("may have a column for each home and end its intervals at the time", async () => {
    const path = await folderWith({ "wide.csv": WIDE });
    const data = await readData({ format: "csv", path, timeZone: "Europe/Zurich", columns: WIDE_MAP });
    expect(data).toMatchObject({ startMs: Date.UTC(2025, 11, 31, 23), stepMs: 900_000, steps: 2 });
    expect(
      data.sites.map(({ id, loadWh, pvWh }) => [id, [...loadWh], pvWh === null ? null : [...pvWh]]),
    ).toEqual([
      ["anna", [500, 250], [0, 375]],
      ["ben", [1000, 1000], null],
    ]);
    expect(data.report).toMatchObject({ format: "csv", findings: [], assumptions: [] });
  });

  test("may have the homes below each other, as registers", async () => {
    const text = [
      "home,t,counter",
      "1,1767225600,10",
      "2,1767225600,5",
      "1,1767229200,11.5",
      "2,1767229200,5",
      "2,1767232800,9",
      "1,1767232800,12",
    ].join("\n");
    const columns: ColumnMap = {
      time: { column: "t", format: "epoch-s" },
      siteColumn: "home",
      unit: "MWh",
      kind: "register",
      values: [{ column: "counter", quantity: "load" }],
    };
    const path = await folderWith({ "long.csv": text });
    const rules = { outOfRange: "keep" } as const;
    const data = await readData({ format: "csv", path, columns, sites: ["2"] }, rules);
    expect(data.startMs).toBe(Date.UTC(2026, 0, 1));
    expect(data.sites.map(({ id, loadWh }) => [id, [...loadWh]])).toEqual([["2", [0, 4_000_000]]]);
    expect((await readData({ format: "csv", path, columns }, rules)).sites).toHaveLength(2);
  });

  test("may have no time but a start and a step; the file is the home", async () => {
    const columns: ColumnMap = {
      time: { startMs: epochMs(Date.UTC(2026, 5, 1)), stepMinutes: 30 },
      unit: "W",
      values: [{ column: "power", quantity: "load" }],
    };
    const path = await folderWith({ "carla.csv": "power\n500\nNaN\n700\n" });
    const data = await readData({ format: "csv", path, columns }, { missing: "linear" });
    expect(data.sites.map(({ id, loadWh }) => [id, [...loadWh]])).toEqual([["carla", [250, 300, 350]]]);
    expect(data.report.findings).toMatchObject([{ problem: "missing", rule: "linear", count: 1 }]);
  });

  test("of homes that share no time is refused with the span of each", async () => {
    const columns: ColumnMap = {
      time: { column: "t" },
      siteColumn: "home",
      values: [{ column: "kWh", quantity: "load" }],
    };
    const rows = [
      "anna,2026-01-01T00:00Z,1",
      "anna,2026-01-01T01:00Z,1",
      "ben,2026-02-01T00:00Z,1",
      "ben,2026-02-01T01:00Z,1",
    ];
    const path = await folderWith({ "long.csv": `home,t,kWh\n${rows.join("\n")}\n` });
    expect(await refusal(readData({ format: "csv", path, columns }))).toMatch(
      /^IMPORT_NO_COMMON_TIME .*anna from 2026-01-01T00:00:00.000Z to 2026-01-01T02:00:00.000Z; ben from 2026-02-01/,
    );
    expect((await readData({ format: "csv", path, columns, sites: ["ben"] })).steps).toBe(2);
  });

  test("in local time has days of 23 and 25 hours", async () => {
    const columns: ColumnMap = {
      time: { column: "t" },
      values: [{ column: "kWh", quantity: "load", site: "anna" }],
    };
    const hours = (day: string, from: number, to: number): readonly string[] =>
      Array.from({ length: to - from }, (_, index) => `${day} ${String(from + index).padStart(2, "0")}:00,1`);
    const spring = await folderWith({ "a.csv": `t,kWh\n${hours("2026-03-29", 0, 24).join("\n")}\n` });
    const timeZone = "Europe/Zurich";
    const short = await readData({ format: "csv", path: spring, columns, timeZone });
    expect([short.steps, short.report.findings.map(({ problem, count }) => [problem, count])]).toEqual([
      23,
      [["clock-forward", 1]],
    ]);
    const day = [...hours("2026-10-25", 0, 3), ...hours("2026-10-25", 2, 24)];
    const autumn = await folderWith({ "a.csv": `t,kWh\n${day.join("\n")}\n` });
    const long = await readData({ format: "csv", path: autumn, columns, timeZone });
    expect([long.steps, long.report.findings.map(({ problem, count }) => [problem, count])]).toEqual([
      25,
      [["clock-back", 1]],
    ]);
    await expect(
      readData({ format: "csv", path: spring, columns, timeZone }, { skippedHour: "reject" }),
    ).rejects.toMatchObject({ code: "IMPORT_REJECTED" });
  });

  test.each([
    ["no map", undefined, /IMPORT_BAD_OPTION .*needs "columns"/],
    [
      "a lost column",
      { values: [{ column: "use", quantity: "load" }] },
      /there is no column "use"; there are when, anna use/,
    ],
    [
      "another format of time",
      { time: { column: "when", format: "d/m/y" } },
      /wide\.csv:2: "2026-01-01 00:15" is no time of the format d\/m\/y/,
    ],
    ["a point where a comma is", { decimal: "." }, /wide\.csv:2: "0,5" is no number/],
    [
      "a register of power",
      { values: [{ column: "ben use", quantity: "load", unit: "W", kind: "register" }] },
      /IMPORT_BAD_OPTION .*a register counts energy/,
    ],
  ])("with %s is refused", async (_what, changes, told) => {
    const path = await folderWith({ "wide.csv": WIDE });
    const columns = changes === undefined ? {} : { columns: { ...WIDE_MAP, ...changes } as ColumnMap };
    expect(await refusal(readData({ format: "csv", path, ...columns }))).toMatch(told);
  });
});

describe("a Parquet file", () => {
  const columns: ColumnMap = {
    time: { column: "time" },
    unit: "Wh",
    values: [
      { column: "load", quantity: "load", site: "anna" },
      { column: "count", quantity: "pv", site: "anna", kind: "register" },
    ],
  };

  test("is read by the same map: dates, whole numbers of 64 bits, decimals, gaps", async () => {
    const hours = [0, 1, 2, 3].map((hour) => new Date(Date.UTC(2026, 0, 1, hour)));
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "time", data: hours, type: "TIMESTAMP" },
        { name: "load", data: [10.5, null, 30.25, 1], type: "DOUBLE", nullable: true },
        { name: "count", data: [7n, 9n, 9n, 12n], type: "INT64" },
      ],
    });
    const path = await folderWith({ "year.parquet": new Uint8Array(buffer) });
    const data = await readData(
      { format: "parquet", path: `${path}/year.parquet`, columns },
      { missing: "linear" },
    );
    expect(data).toMatchObject({ name: "year", startMs: Date.UTC(2026, 0, 1), steps: 3 });
    expect([...(data.sites[0]?.loadWh ?? [])]).toEqual([10.5, 20.375, 30.25]);
    expect([...(data.sites[0]?.pvWh ?? [])]).toEqual([2, 0, 3]);
  });

  test("that is none is refused", async () => {
    const path = await folderWith({ "year.parquet": "no parquet" });
    const file = `${path}/year.parquet`;
    expect(await refusal(readData({ format: "parquet", path: file, columns }))).toMatch(
      /^IMPORT_BAD_FILE .*year\.parquet/,
    );
    expect(await refusal(readData({ format: "parquet", path: `${path}/no.parquet`, columns }))).toMatch(
      /^IMPORT_FILE_UNREADABLE/,
    );
  });
});
