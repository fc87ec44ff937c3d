import { describe, expect, test } from "vitest";
import { axisIn, mechanismsIn, plansOf } from "./run-grid.ts";
import type { RunPlan } from "./run-plan.ts";

const BASE: RunPlan = {
  scenario: null,
  data: "somewhere",
  mechanism: "uniform",
  strategy: "truthful",
  forecast: "persistence",
  seed: "1",
  days: null,
  feeder: null,
  shuffle: null,
  lieBooks: 4,
};

test("a grid has every combination once", () => {
  const axes = [axisIn("mechanism=uniform,sbba"), axisIn("days=7,30"), axisIn("seed=1..3")];
  const plans = plansOf(BASE, axes);
  expect(plans.length).toBe(12);
  expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(12);
  expect(plans[0]).toEqual({ ...BASE, mechanism: "uniform", days: 7, seed: "1" });
  expect(plans.at(-1)).toEqual({ ...BASE, mechanism: "sbba", days: 30, seed: "3" });
  expect(plansOf(BASE, [])).toEqual([BASE]);
});

test("lists, ranges and single values are read", () => {
  expect(axisIn("seed=a,3..5,z").values).toEqual(["a", "3", "4", "5", "z"]);
  expect(axisIn("strategy=none").values).toEqual(["none"]);
  expect(mechanismsIn("pay-as-bid:500,mcafee").values).toEqual(["pay-as-bid:500", "mcafee"]);
  const all = mechanismsIn("all").values;
  expect(all).toContain("mid-market-rate");
  expect(all).not.toContain("network-constrained");
});

describe("what can't be meant is said", () => {
  test.each([
    ["seed", "USAGE_BAD_AXIS"],
    ["seed=", "USAGE_BAD_AXIS"],
    ["seed=1=2", "USAGE_BAD_AXIS"],
    ["weather=good", "USAGE_BAD_AXIS"],
    ["seed=1,2,1", "USAGE_BAD_AXIS"],
    ["seed=1..3,2", "USAGE_BAD_AXIS"],
    ["seed=3..1", "USAGE_BAD_AXIS"],
    ["seed=1..100000000", "USAGE_BAD_AXIS"],
    ["days=0", "USAGE_BAD_AXIS"],
    ["days=1.5", "USAGE_BAD_AXIS"],
    ["strategy=guess", "USAGE_BAD_AXIS"],
    ["forecast=oracle", "USAGE_BAD_AXIS"],
    ["mechanism=wishful", "SIMULATION_MECHANISM_UNKNOWN"],
  ])("%s: %s", (text, code) => {
    expect(() => axisIn(text)).toThrow(expect.objectContaining({ code }));
  });
});
