import { expect, test } from "vitest";
import type { ModeFigures } from "./mode-figures.ts";
import type { WireRun } from "./wire.ts";
import { wireChecks } from "./wire-checks.ts";

const fast: ModeFigures = {
  ...{ trades: 3, tradedWh: 1_000, settledWh: 900, creditNano: "5", debitNano: "5", conserved: true },
};
const summary = { intervals: 8, batchesFinalized: 8 } as WireRun["summary"];
const wire: WireRun = { ...fast, summary, intervals: 8, speed: 100, warnings: {} };

const broken = (change: Partial<WireRun>): readonly string[] =>
  wireChecks(fast, { ...wire, ...change }).flatMap(({ name, holds }) => (holds ? [] : [name]));

test("energy on the wire may be 2 % off, no more, and money must be conserved", () => {
  expect(broken({})).toEqual([]);
  expect(broken({ tradedWh: 1_020, settledWh: 882 })).toEqual([]);
  expect(broken({ tradedWh: 1_021 })).toEqual(["wireTradedPercentOff"]);
  expect(broken({ settledWh: 881 })).toEqual(["wireSettledPercentOff"]);
  expect(broken({ conserved: false })).toEqual(["wireConserved"]);
  expect(broken({ summary: { ...summary, intervals: 7 } })).toEqual(["wireIntervals"]);
  expect(broken({ summary: { ...summary, batchesFinalized: 7 } })).toEqual(["wireBatchesFinal"]);
});

test("energy where none was expected is infinitely far off", () => {
  const none = { ...fast, tradedWh: 0, settledWh: 0 };
  const found = wireChecks(none, wire).filter(({ holds }) => !holds);
  expect(found.map(({ name, value }) => [name, value])).toEqual([
    ["wireTradedPercentOff", Number.POSITIVE_INFINITY],
    ["wireSettledPercentOff", Number.POSITIVE_INFINITY],
  ]);
  expect(wireChecks(none, { ...wire, tradedWh: 0, settledWh: 0 }).every(({ holds }) => holds)).toBe(true);
});
