import { describe, expect, test } from "vitest";
import { axisOf, labelled } from "./axis.ts";
import { stackedBars } from "./bar-chart.ts";
import type { ChartData } from "./chart-data.ts";
import { curveChart } from "./curve-chart.ts";
import { lineChart } from "./line-chart.ts";
import { rowBars } from "./row-chart.ts";

/** Attributes of every element of a name. */
function elements(svg: string, name: string): readonly Readonly<Record<string, string>>[] {
  return [...svg.matchAll(new RegExp(`<${name}((?: [\\w-]+="[^"]*")*)`, "g"))].map(([, attributes = ""]) =>
    Object.fromEntries(
      [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  );
}

/** Turns pixels back into values, by what the ticks of the drawing say. */
function reader(svg: string, axis: "x" | "y"): (px: number) => number {
  const ticks = elements(svg, "text").filter((text) => text["class"] === `tick ${axis}` && "data-at" in text);
  const [first, last] = [ticks[0], ticks.at(-1)];
  const [at0, at1] = [Number(first?.["data-at"]), Number(last?.["data-at"])];
  const [tick0, tick1] = [Number(first?.["data-tick"]), Number(last?.["data-tick"])];
  return (px) => tick0 + ((px - at0) / (at1 - at0)) * (tick1 - tick0);
}

const DATA: ChartData = {
  rowName: "day",
  rows: ["Mon", "Tue", "Wed"],
  unit: "kWh",
  series: [
    { name: "up", values: [10, 25, 0] },
    { name: "more", values: [5, null, 7] },
    { name: "down", values: [-12, -3, -8] },
  ],
};

describe("an axis", () => {
  test.each([
    [
      [0, 7],
      [0, 2, 4, 6, 8],
    ],
    [
      [-12, 30],
      [-20, 0, 20, 40],
    ],
    [
      [0.03, 0.31],
      [0, 0.1, 0.2, 0.3, 0.4],
    ],
    [[], [0, 0.5, 1]],
    [[-5], [-6, -4, -2, 0]],
    [[2e6], [0, 500_000, 1_000_000, 1_500_000, 2_000_000]],
  ])("of %j has the ticks %j", (values, ticks) => {
    expect(axisOf(values).ticks).toEqual(ticks);
  });

  test("has room for all values", () => {
    for (let i = 1; i < 200; i++) {
      const [low, high] = [-((i * 37) % 11) * 0.173, i ** 1.7 * 0.013];
      const axis = axisOf([low, high]);
      expect(axis.low).toBeLessThanOrEqual(low);
      expect(axis.high).toBeGreaterThanOrEqual(high);
      expect(axis.ticks.length).toBeGreaterThan(2);
      expect(axis.ticks.length).toBeLessThan(9);
    }
  });

  test("has no more labels than there is room for", () => {
    expect(labelled(3, 8)).toEqual([0, 1, 2]);
    expect(labelled(365, 8).length).toBeLessThanOrEqual(8);
    expect(labelled(0, 8)).toEqual([]);
  });
});

test("a stack of bars has the heights of its values, and starts where the one before ends", () => {
  const svg = stackedBars("Energy", DATA);
  const read = reader(svg, "y");
  const bars = elements(svg, "rect").map((bar) => ({
    row: Number(bar["data-row"]),
    series: Number(bar["data-series"]),
    top: read(Number(bar["y"])),
    bottom: read(Number(bar["y"]) + Number(bar["height"])),
  }));
  expect(bars.map(({ row, series }) => [row, series])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 2],
    [2, 1],
    [2, 2],
  ]);
  for (const { row, series, top, bottom } of bars) {
    const value = DATA.series[series]?.values[row] ?? Number.NaN;
    expect(top - bottom).toBeCloseTo(Math.abs(value), 0);
  }
  expect(bars[1]?.bottom).toBeCloseTo(10, 0);
  expect(bars[2]?.top).toBeCloseTo(0, 0);
});

test("a line goes through its values, and breaks where one is missing", () => {
  const svg = lineChart("Prices", {
    ...DATA,
    series: [{ name: "price", values: [1, 2, null, 4, 5, null, 3] }],
  });
  const path = elements(svg, "path").find((one) => one["data-series"] === "0")?.["d"] ?? "";
  const read = reader(svg, "y");
  const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, , y]) => Math.round(read(Number(y))));
  expect(points).toEqual([1, 2, 4, 5, 3]);
  expect(path.match(/M/g)?.length).toBe(3);
  expect(path).toMatch(/h0\.1$/);
});

test("a band has a piece for each stretch without gaps", () => {
  const values = { low: [1, 1, null, 2], high: [3, 4, null, 5] };
  const data = {
    ...DATA,
    series: [
      { name: "low", values: values.low },
      { name: "high", values: values.high },
    ],
  };
  const band = elements(lineChart("Band", data, { band: [0, 1] }), "path").find((one) =>
    one["class"]?.startsWith("band"),
  );
  expect(band?.["d"]?.match(/M/g)?.length).toBe(2);
});

test("bars to the side start at zero and end at their values", () => {
  const svg = rowBars("Savings", {
    ...DATA,
    rows: ["anna", "ben & co", "cleo"],
    series: [{ name: "saved", values: [4, -2, null] }],
  });
  const read = reader(svg, "x");
  const ends = elements(svg, "rect").map((bar) => [
    read(Number(bar["x"])),
    read(Number(bar["x"]) + Number(bar["width"])),
  ]);
  expect(ends[0]?.[1]).toBeCloseTo(4, 1);
  expect(ends[1]?.[0]).toBeCloseTo(-2, 1);
  expect(ends[2]?.[0]).toBeCloseTo(ends[2]?.[1] ?? 1, 5);
  expect(svg).toContain("ben &#38; co");
});

test("whiskers end where a value may lie, and the axis has room for them", () => {
  const series = [{ name: "saved", values: [4, null], spans: [{ low: -3, high: 12 }, null] }];
  const svg = rowBars("Savings", { ...DATA, rows: ["anna", "ben"], series });
  const read = reader(svg, "x");
  const whiskers = elements(svg, "line").filter((line) => line["class"] === "whisker");
  expect(whiskers.map((line) => line["data-row"])).toEqual(["0"]);
  expect(read(Number(whiskers[0]?.["x1"]))).toBeCloseTo(-3, 1);
  expect(read(Number(whiskers[0]?.["x2"]))).toBeCloseTo(12, 1);
});

test("curves step at their energies, and the marks stand where the market cleared", () => {
  const svg = curveChart("Supply and demand", {
    energyUnit: "kWh",
    priceUnit: "currency/kWh",
    demand: [
      { energy: 1, price: 0.3 },
      { energy: 2, price: 0.2 },
    ],
    supply: [{ energy: 2.5, price: 0.1 }],
    price: 0.15,
    volume: 2.5,
  });
  const [x, y] = [reader(svg, "x"), reader(svg, "y")];
  const demand = elements(svg, "path").find((one) => one["data-series"] === "0")?.["d"] ?? "";
  const points = [...demand.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, px, py]) => [
    Number(x(Number(px)).toFixed(1)),
    Number(y(Number(py)).toFixed(2)),
  ]);
  expect(points).toEqual([
    [0, 0.3],
    [1, 0.3],
    [1, 0.2],
    [3, 0.2],
  ]);
  const [volume, price] = elements(svg, "line").filter((line) => line["class"] === "mark");
  expect(x(Number(volume?.["x1"]))).toBeCloseTo(2.5, 1);
  expect(y(Number(price?.["y1"]))).toBeCloseTo(0.15, 2);
});
