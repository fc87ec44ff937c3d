import { epochMs, siteId } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { handMadeResult, twoHomes } from "../../../test/hand-made-run.ts";
import type { Figure } from "../figure.ts";
import { batteryState } from "./battery-state.ts";
import { energyBySource, importBySource } from "./energy-by-source.ts";
import { voltagesByBus, voltagesOverTime } from "./feeder-voltages.ts";
import { forecastLosses } from "./forecast-losses.ts";
import { prices } from "./prices.ts";
import { rowsOfTime, sumOver } from "./rows-of-time.ts";
import { savingsPerHome } from "./savings-per-home.ts";

const { intervals } = handMadeResult();

function rowsOf({ table }: Figure): readonly (readonly string[])[] {
  return [table.headings, ...table.rows];
}

test("energy by source adds up, above the line as below", () => {
  const figure = energyBySource(twoHomes(), intervals);
  expect(figure.table.rows).toEqual([
    ["01-01 00:00", "2.8", "0", "0", "−1", "−1", "−0.8"],
    ["01-01 01:00", "0", "0.8", "1.2", "−2", "0", "0"],
  ]);
  for (const [, ...cells] of figure.table.rows) {
    const sum = cells.reduce((total, cell) => total + Number(cell.replace("−", "-")), 0);
    expect(sum).toBeCloseTo(0, 9);
  }
});

test("imports and prices say what the columns hold", () => {
  expect(rowsOf(importBySource(twoHomes(), intervals))).toEqual([
    ["interval", "from neighbours, kWh", "from the retailer, kWh"],
    ["01-01 00:00", "0.8", "0.2"],
    ["01-01 01:00", "0", "1.2"],
  ]);
  expect(prices(twoHomes(), intervals).table.rows).toEqual([
    ["01-01 00:00", "0.2", "0.3", "0.1"],
    ["01-01 01:00", "–", "0.3", "0.1"],
  ]);
});

test("runs of some days are shown by hour, as are minutes of a day", () => {
  const week = rowsOfTime({ startMs: epochMs(0), intervalMinutes: 15, intervals: 672 });
  expect([week.rowName, week.rows.length]).toEqual(["hour", 168]);
  const day = rowsOfTime({ startMs: epochMs(1_800_000), intervalMinutes: 1, intervals: 1_440 });
  expect([day.rowName, day.rows.length]).toEqual(["hour", 25]);
  expect(day.rows[0]).toEqual({ label: "01-01 00:30", from: 0, to: 30 });
  expect(day.rows.at(-1)).toEqual({ label: "01-02 00:00", from: 1_410, to: 1_440 });
});

test("voltages are shown between what may be, by time and by bus", () => {
  const feeder = {
    buses: ["source", "end"],
    busLowestV: Float64Array.of(240, 205),
    busHighestV: Float64Array.of(241, 255),
    lowestV: Float64Array.of(205, 230),
    highestV: Float64Array.of(240, 255),
    outside: Int32Array.of(1, 1),
    lossesWh: Float64Array.of(10, 20),
    loading: null,
    lineLoading: null,
    nominalVoltageV: 230,
    residual: 0,
    sweepsMax: 3,
  };
  expect(rowsOf(voltagesOverTime(twoHomes(), feeder))).toEqual([
    ["interval", "highest, V", "least that may be, V", "most that may be, V", "lowest, V"],
    ["01-01 00:00", "240", "207", "253", "205"],
    ["01-01 01:00", "255", "207", "253", "230"],
  ]);
  expect(voltagesByBus(feeder).table.rows).toEqual([
    ["source", "241", "207", "253", "240"],
    ["end", "255", "207", "253", "205"],
  ]);
  const many = Array.from({ length: 1_000 }, (_, bus) => `bus-${bus}`);
  const volts = (at: number, value: number) =>
    Float64Array.from(many, (_, bus) => (bus === at ? value : 230));
  const thinned = voltagesByBus({
    ...feeder,
    buses: many,
    busLowestV: volts(7, 200),
    busHighestV: volts(501, 260),
  });
  expect(thinned.table.rows.map(([bus]) => bus)).toEqual(expect.arrayContaining(["bus-7", "bus-501"]));
  expect(thinned.table.rows.length).toBeLessThanOrEqual(202);
});

test("long runs are shown by day, whole days or not", () => {
  const time = { startMs: epochMs(Date.UTC(2026, 0, 1, 22)), intervalMinutes: 60, intervals: 300 } as const;
  const { rowName, rows } = rowsOfTime(time);
  expect(rowName).toBe("day");
  expect(rows[0]).toEqual({ label: "2026-01-01", from: 0, to: 2 });
  expect(rows[1]).toEqual({ label: "2026-01-02", from: 2, to: 26 });
  expect(rows.at(-1)?.to).toBe(300);
  const ones = new Float64Array(300).fill(1);
  expect(rows.reduce((sum, row) => sum + sumOver(row, ones), 0)).toBe(300);
});

test("batteries are shown as shares of what they may hold; none, no picture", () => {
  const trace = {
    siteIds: [siteId("a"), siteId("b")],
    importWh: new Int32Array(4),
    exportWh: new Int32Array(4),
    soldWh: new Int32Array(4),
    boughtWh: new Int32Array(4),
    storedWh: Int32Array.of(2_000, 0, 1_000, 0),
  };
  expect(batteryState(twoHomes(), trace)?.table.rows).toEqual([
    ["01-01 00:00", "50", "50", "50"],
    ["01-01 01:00", "25", "25", "25"],
  ]);
  expect(batteryState(twoHomes(), { ...trace, siteIds: [siteId("b")] })).toBeNull();
});

test("forecasts are judged home by home, PV where there are modules", () => {
  const [load, pv, ...more] = forecastLosses(handMadeResult());
  expect(load?.table.rows).toEqual([
    ["b", "75"],
    ["a", "25"],
  ]);
  expect(pv?.table.rows).toEqual([["a", "50"]]);
  expect(more).toEqual([]);
  expect(forecastLosses(handMadeResult({ forecasts: { intervals: Float64Array.of(0, 0) } }))).toEqual([]);
});

test("savings stand in falling order; of many homes, ranks", () => {
  expect(savingsPerHome(["a", "b", "c"], [1, 3, -2]).table.rows).toEqual([
    ["b", "3"],
    ["a", "1"],
    ["c", "−2"],
  ]);
  const many = Array.from({ length: 101 }, (_, i) => `home-${i}`);
  const { rows } = savingsPerHome(
    many,
    many.map((_, i) => i),
  ).table;
  expect(rows[0]).toEqual(["rank 1: home-100", "100"]);
  expect(rows.at(-1)).toEqual(["rank 101: home-0", "0"]);
  expect(rows.length).toBe(21);
});
