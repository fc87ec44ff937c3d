import { epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { cleanSeries } from "./clean-series.ts";
import { collectFindings, type DataFinding } from "./data-report.ts";
import { type DataRules, DEFAULT_RULES } from "./data-rules.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);
const _ = Number.NaN;

interface Cleaned {
  readonly energyWh: readonly number[];
  readonly findings: readonly DataFinding[];
}

/** Cleans hourly values; a row is `[hour, value]`. */
function cleaned(
  kind: "interval" | "register",
  rows: readonly (readonly [hour: number, value: number])[],
  steps: number,
  rules: Partial<DataRules> = {},
): Cleaned {
  const found = collectFindings();
  const series = {
    site: "anna",
    quantity: "load" as const,
    kind,
    timesMs: rows.map(([hour]) => START_MS + hour * HOUR_MS),
    valuesWh: rows.map(([, value]) => value),
  };
  const grid = { startMs: epochMs(START_MS), stepMs: HOUR_MS, steps };
  const energyWh = cleanSeries(series, grid, { ...DEFAULT_RULES, ...rules }, found);
  return { energyWh: [...energyWh], findings: found.findings() };
}

function counts({ findings }: Cleaned): Record<string, number> {
  return Object.fromEntries(findings.map(({ problem, rule, count }) => [`${problem}/${rule}`, count]));
}

describe("energies of intervals", () => {
  test("that are whole pass untouched and unreported", () => {
    const result = cleaned(
      "interval",
      [
        [0, 5],
        [1, 0],
        [2, 7],
      ],
      3,
    );
    expect(result).toEqual({ energyWh: [5, 0, 7], findings: [] });
  });

  test.each([
    ["hold", [1, 1, 1, 4, 4]],
    ["linear", [1, 2, 3, 4, 4]],
    ["zero", [1, 0, 0, 4, 0]],
  ] as const)("with gaps are filled by %s", (missing, energyWh) => {
    const result = cleaned(
      "interval",
      [
        [0, 1],
        [1, _],
        [3, 4],
      ],
      5,
      { missing },
    );
    expect(result.energyWh).toEqual(energyWh);
    expect(counts(result)).toEqual({ [`missing/${missing}`]: 3 });
    expect(result.findings[0]?.first).toEqual(
      [1, 2, 4].map((hour) => new Date(START_MS + hour * HOUR_MS).toISOString()),
    );
  });

  test("take the measured value of the same time on the nearest earlier day, else of a later one", () => {
    const rows = Array.from({ length: 72 }, (_value, hour) => [hour, hour] as const);
    const kept = rows.filter(([hour]) => ![3, 30, 54].includes(hour));
    const result = cleaned("interval", kept, 72);
    expect([result.energyWh[3], result.energyWh[30], result.energyWh[54]]).toEqual([27, 6, 6]);
    expect(counts(result)).toEqual({ "missing/same-time-yesterday": 3 });
  });

  test("that stand twice count once", () => {
    const rows = [
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 4],
    ] as const;
    expect(cleaned("interval", rows, 3).energyWh).toEqual([1, 2, 4]);
    const last = cleaned("interval", rows, 3, { duplicated: "last" });
    expect(last.energyWh).toEqual([1, 3, 4]);
    expect(counts(last)).toEqual({ "duplicated/last": 1 });
  });

  test("below zero or beyond a home's power are dropped, zeroed or kept, and counted", () => {
    const rows = [
      [0, 1],
      [1, -2],
      [2, 200_000],
      [3, 4],
    ] as const;
    const dropped = cleaned("interval", rows, 4, { missing: "linear" });
    expect(dropped.energyWh).toEqual([1, 2, 3, 4]);
    expect(counts(dropped)).toEqual({
      "missing/linear": 2,
      "negative/missing": 1,
      "out-of-range/missing": 1,
    });
    const mended = cleaned("interval", rows, 4, { negative: "zero", outOfRange: "keep" });
    expect(mended.energyWh).toEqual([1, 0, 200_000, 4]);
  });

  test("beside the grid go to the nearest step, and outside it nowhere", () => {
    const result = cleaned(
      "interval",
      [
        [-1, 9],
        [0.1, 1],
        [1, 2],
        [2, 9],
      ],
      2,
    );
    expect(result.energyWh).toEqual([1, 2]);
    expect(counts(result)).toEqual({ "off-step/nearest": 1, "outside-common-time/drop": 2 });
  });

  test.each([
    [{ missing: "reject" }, "missing"],
    [{ duplicated: "reject" }, "duplicated"],
    [{ negative: "reject" }, "negative"],
    [{ outOfRange: "reject" }, "out-of-range"],
  ] as const)("are refused under %o", (rules, problem) => {
    const rows = [
      [0, 1],
      [1, -1],
      [1, 2],
      [2, 999_999],
    ] as const;
    expect(() => cleaned("interval", rows, 4, rules)).toThrow(
      expect.objectContaining({ code: "IMPORT_REJECTED" }),
    );
    expect(() => cleaned("interval", rows, 4, rules)).toThrow(
      new RegExp(`anna: load: ${problem} at 2026-01-01T`),
    );
  });

  test("without any value are an error", () => {
    expect(() => cleaned("interval", [[0, _]], 2)).toThrow(
      expect.objectContaining({ code: "IMPORT_NO_DATA" }),
    );
  });
});

describe("registers", () => {
  test("give the rise within each step", () => {
    const result = cleaned(
      "register",
      [
        [0, 100],
        [1, 103],
        [2, 103],
        [3, 110],
      ],
      3,
    );
    expect(result).toEqual({ energyWh: [3, 0, 7], findings: [] });
  });

  test("heal a gap: what was counted in it is spread over it", () => {
    const result = cleaned(
      "register",
      [
        [0, 100],
        [1, _],
        [3, 109],
        [4, 110],
      ],
      4,
    );
    expect(result.energyWh).toEqual([3, 3, 3, 1]);
    expect(counts(result)).toEqual({ "missing/spread": 3 });
  });

  test("read between the ends of steps are divided evenly", () => {
    expect(
      cleaned(
        "register",
        [
          [-0.5, 0],
          [0.5, 10],
          [1.5, 30],
        ],
        1,
      ).energyWh,
    ).toEqual([15]);
  });

  test("that step back stood still, or began again", () => {
    const rows = [
      [0, 100],
      [1, 104],
      [2, 3],
      [3, 5],
    ] as const;
    const held = cleaned("register", rows, 3);
    expect(held.energyWh).toEqual([4, 0, 2]);
    expect(counts(held)).toEqual({ "register-step-back/hold": 1 });
    expect(cleaned("register", rows, 3, { stepBack: "restart" }).energyWh).toEqual([4, 3, 2]);
    expect(() => cleaned("register", rows, 3, { stepBack: "reject" })).toThrow(/register-step-back/);
  });

  test("in any order of rows are read in order of time", () => {
    const result = cleaned(
      "register",
      [
        [2, 12],
        [0, 0],
        [1, 5],
        [1, 7],
      ],
      2,
    );
    expect(result.energyWh).toEqual([5, 7]);
    expect(counts(result)).toEqual({ "duplicated/first": 1 });
    expect(
      cleaned(
        "register",
        [
          [2, 12],
          [0, 0],
          [1, 5],
          [1, 7],
        ],
        2,
        { duplicated: "last" },
      ).energyWh,
    ).toEqual([7, 5]);
  });

  test("say nothing before their first and after their last reading", () => {
    const result = cleaned(
      "register",
      [
        [1, 5],
        [2, 7],
      ],
      3,
      { missing: "zero" },
    );
    expect(result.energyWh).toEqual([0, 2, 0]);
    expect(counts(result)).toEqual({ "missing/zero": 2 });
  });
});
