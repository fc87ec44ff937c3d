import { durationMs, epochMs, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { parseRegisterTrace, TraceUnit } from "./register-trace.ts";

const TRACE = {
  units: [
    {
      unit: 1,
      frames: [
        { atMs: 0, registers: { 40000: [0x5375, 0x6e53], 40010: [7] } },
        { atMs: 1_000, registers: { 40000: [0x5375, 0x6e53], 40010: [8, 9] }, input: { 40010: [77] } },
      ],
    },
  ],
};

test("serves each frame from its time on, and the last one for ever", () => {
  const clock = simulatedClock(epochMs(5_000));
  const [recorded] = parseRegisterTrace(JSON.stringify(TRACE)).units;
  const unit = new TraceUnit(recorded?.frames ?? [], clock);
  expect(unit.read(40_000, 2)).toEqual(Buffer.from("SunS"));
  expect(unit.read(40_010, 1)).toEqual(Buffer.from([0, 7]));
  expect(unit.read(40_010, 2)).toBe(2);
  clock.advanceTo(epochMs(5_999));
  expect(unit.read(40_010, 1)).toEqual(Buffer.from([0, 7]));
  for (const laterMs of [0, 1_000_000]) {
    clock.advanceTo(epochMs(6_000 + durationMs(laterMs)));
    expect(unit.read(40_010, 2)).toEqual(Buffer.from([0, 8, 0, 9]));
  }
  expect(unit.readInput(40_010, 1)).toEqual(Buffer.from([0, 77]));
  expect(unit.readInput(40_010, 2)).toBe(2);
  expect(unit.write()).toBe(2);
});

test.for([
  ["{", "must be JSON"],
  ["[]", "the trace must be an object"],
  ['{"units":[]}', "units must be a list that is not empty"],
  ['{"units":[{"unit":256,"frames":[{"atMs":0,"registers":{"1":[2]}}]}]}', "units[0].unit must be a whole"],
  ['{"units":[{"unit":1,"frames":[{"atMs":-1,"registers":{"1":[2]}}]}]}', "frames[0].atMs must be"],
  ['{"units":[{"unit":1,"frames":[{"atMs":0,"registers":{"1":[65536]}}]}]}', "from 0 to 65535"],
  ['{"units":[{"unit":1,"frames":[{"atMs":0,"registers":{"x":[1]}}]}]}', "the address of"],
  [
    '{"units":[{"unit":1,"frames":[{"atMs":5,"registers":{"1":[1]}},{"atMs":5,"registers":{"1":[1]}}]}]}',
    "in the order of time",
  ],
] as const)("a trace %s is refused with the place and the rule", ([json, rule]) => {
  expect(() => parseRegisterTrace(json)).toThrow(rule);
});
