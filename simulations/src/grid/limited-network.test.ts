import { expect, test } from "vitest";
import { fromSequences, radialFeeder } from "./feeder.ts";
import { withLimits } from "./feeder-limits.ts";
import { freeNetwork, limitedNetwork } from "./limited-network.ts";

const impedance = fromSequences(0.1, 0.03, 0.4, 0.06);
const FEEDER = radialFeeder({
  ...{ source: "s", sourceVoltageV: 240, nominalVoltageV: 200, transformerVA: null },
  branches: [
    { name: "supply", from: "s", to: "bar", impedance },
    { name: "near", from: "bar", to: "n", impedance, ratingA: 50 },
    { name: "far", from: "n", to: "f", impedance, ratingA: 20 },
    { name: "idle", from: "bar", to: "i", impedance, ratingA: 5 },
  ],
  connections: [
    { name: "a", bus: "bar", phase: 1, powerFactor: 1 },
    { name: "b", bus: "n", phase: 1, powerFactor: 1 },
    { name: "c", bus: "f", phase: 1, powerFactor: 0.8 },
    { name: "d", bus: "f", phase: 3, powerFactor: 1 },
  ],
});
const ALL = Int32Array.of(0, 1, 2, 3);

test("parts homes by the phases of rated lines and by the transformer", () => {
  const network = limitedNetwork(withLimits(FEEDER, { transformerVA: 30_000 }), ALL);
  expect(network.homeZones).toEqual(["transformer", "near.1", "far.1", "far.3"]);
  expect(network.limits).toEqual([
    { id: "transformer", from: "grid", to: "transformer", limitVA: 30_000, homes: [0, 1, 2, 3] },
    { id: "near.1", from: "transformer", to: "near.1", limitVA: 10_000, homes: [1, 2] },
    { id: "far.1", from: "near.1", to: "far.1", limitVA: 4_000, homes: [2] },
    { id: "near.3", from: "transformer", to: "near.3", limitVA: 10_000, homes: [3] },
    { id: "far.3", from: "near.3", to: "far.3", limitVA: 4_000, homes: [3] },
  ]);
  expect(limitedNetwork(FEEDER, ALL).homeZones[0]).toBe("grid");
});

test("leaves free what limits leave beside what flows anyway, less where there is reactive power", () => {
  const network = limitedNetwork(FEEDER, ALL);
  const { lines, passed } = freeNetwork(network, Float64Array.of(9_000, 1_000, 600, -5_000), 60);
  const free = (id: string) => {
    const line = lines.find((one) => one.id === id);
    return [line?.capacityWh, line?.backCapacityWh];
  };
  // 95 % of 10 kVA; 600 W at a power factor of 0.8 come with 450 var, and so might all that is added.
  const near = 9_500 * 0.8;
  expect(free("near.1")).toEqual([near - 1_600, near + 1_600]);
  expect(free("far.1")).toEqual([3_800 * 0.8 - 600, 3_800 * 0.8 + 600]);
  expect(free("far.3")).toEqual([3_800 + 5_000, 0]);
  expect(passed).toEqual(["far.3"]);
});
