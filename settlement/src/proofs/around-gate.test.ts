import { expect, it } from "vitest";
import { aroundGate } from "./around-gate.ts";

it.each([
  ["whole seconds, as judges count", 90_500, 1_000_000_000, { early: 999_609, late: 1_000_209 }],
  ["nothing before there was time", 90_000, 100_000, { early: 0, late: 310 }],
  ["a gate that never closes", 200_000, 100_000, { early: 0, late: 300 }],
])("knows the times around a gate: %s", (_, gateClosureMs, startMs, times) => {
  expect(aroundGate({ gateClosureMs }, startMs)).toEqual(times);
});
