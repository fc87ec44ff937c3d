import {
  epochMs,
  good,
  missing,
  type PointReadings,
  seededRandom,
  type Watts,
  watts,
} from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { adviceOn } from "./advice.ts";
import { judgeQuantity } from "./judge-step.ts";
import { type Phase, QUANTITIES } from "./step-data.ts";

const NOW = epochMs(1_800_000_000_000);

/** Charge and discharge in turn with 500 W; `grid` says what the meter reads of the k-th reading of a phase. */
function phasesOf(
  repeats: number,
  grid: (batteryW: number, phase: number, reading: number) => number | null,
): readonly Phase[] {
  return Array.from({ length: 2 * repeats }, (_, phase) => {
    const batteryW = phase % 2 === 0 ? -500 : 500;
    const samples = Array.from({ length: 10 }, (_each, reading) => {
      const value = grid(batteryW, phase, reading);
      const gridPowerW =
        value === null
          ? missing<Watts>("bad", "the meter is asleep", NOW)
          : good(watts(Math.round(value)), NOW);
      const points: PointReadings = { gridPowerW, batteryPowerW: good(watts(batteryW), NOW) };
      return { atMs: NOW, points };
    });
    return { kind: batteryW < 0 ? "charge" : "discharge", appliedPowerW: batteryW, samples } as const;
  });
}

const verdictOf = (phases: readonly Phase[]) => judgeQuantity("meter", phases);

describe("the judge", () => {
  test.each([
    ["right", -1],
    ["right", -0.75],
    ["reversed", 1],
    ["scaled by 10", -10],
    ["scaled by 10", -0.1],
    ["scaled by 10", 10],
    ["not moving", 0],
    ["not moving", -0.04],
    ["unclear", -0.5],
    ["unclear", 3],
  ])("says %s when the meter moves by %d W for each watt", (verdict, factor) => {
    expect(verdictOf(phasesOf(2, (batteryW) => 700 + factor * batteryW))).toMatchObject({
      verdict,
      expectedW: -1_000,
      movedW: 1_000 * factor,
      ratio: -factor || 0,
      toleranceW: 0,
    });
  });

  test("sees through a load that drifts steadily, and says how far it may be off", () => {
    const drifting = phasesOf(2, (batteryW, phase) => 700 - batteryW + 100 * phase);
    expect(verdictOf(drifting)).toMatchObject({ verdict: "right", movedW: -967, toleranceW: 100 });
  });

  test("does not take a load that jumps once for a reversed meter", () => {
    for (const jumpAt of [1, 2, 3]) {
      const jumping = phasesOf(2, (batteryW, phase) => -batteryW + (phase >= jumpAt ? 2_000 : 0));
      expect(verdictOf(jumping)).toMatchObject({
        verdict: "unclear",
        reason: expect.stringContaining("moved too much"),
      });
    }
  });

  test("is never wrong about a noisy house: it is right, or it says that it does not know", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 500; seed++) {
      const random = seededRandom(seed);
      const noiseW = random.between(0, 3_000);
      const loads = Array.from({ length: 6 }, () => random.between(0, noiseW));
      const phases = phasesOf(
        3,
        (batteryW, phase) => (loads[phase] ?? 0) - batteryW + random.between(-50, 50),
      );
      const { verdict } = verdictOf(phases);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["right", "unclear"]);
    expect(counts.get("right")).toBeGreaterThan(20);
  });

  test("does not conclude from one repeat, from a meter that is bad, or from a point that nobody has", () => {
    const once = phasesOf(1, (batteryW) => -batteryW);
    expect(verdictOf(once)).toMatchObject({ verdict: "unclear", ratio: null });
    const asleep = phasesOf(2, () => null);
    expect(verdictOf(asleep)).toMatchObject({ verdict: "unclear", reason: "the meter is asleep" });
    expect(judgeQuantity("inverter", once)).toMatchObject({ verdict: "not measured", ratio: null });
  });
});

describe("the advice", () => {
  const advice = (factor: number, battery: number): readonly string[] => {
    const phases = phasesOf(2, (batteryW) => factor * batteryW).map((phase) => ({
      ...phase,
      appliedPowerW: battery * (phase.appliedPowerW ?? 0),
    }));
    return adviceOn(QUANTITIES.map((quantity) => judgeQuantity(quantity, phases)));
  };

  test("is nothing when all is right, and names what to set when one is not", () => {
    expect(advice(-1, 1)).toEqual([]);
    expect(advice(1, 1)).toEqual([expect.stringContaining("meterSign: -1")]);
    expect(advice(-10, 1)).toEqual([expect.stringContaining("ten times too large")]);
    expect(advice(0.1, 1)).toEqual([expect.stringContaining("ten times too small, and reversed")]);
    expect(advice(0, 1)).toEqual([expect.stringContaining("did not move")]);
  });

  test("blames the command when everything is off in the same way", () => {
    expect(advice(-1, 10)).toEqual([expect.stringContaining("the command is scaled")]);
  });
});
