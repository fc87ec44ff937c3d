import { expect, test } from "vitest";
import { rtuFrame } from "../../test/rtu-frames.ts";
import { type ExpectedReply, OwedReplies, readReplyLength } from "./owed-replies.ts";

const readOf = (unit: number, count: number): ExpectedReply => ({
  unit,
  functionCode: 3,
  length: readReplyLength(count),
  address: 40_000,
});

test("knows the replies a unit owes, and their exceptions, from all others", () => {
  const owed = new OwedReplies();
  owed.add(readOf(1, 1));
  expect(owed.has(rtuFrame(1, 3, 2, 0, 7))).toBe(true);
  expect(owed.has(rtuFrame(1, 0x83, 2))).toBe(true);
  expect(owed.has(rtuFrame(2, 3, 2, 0, 7))).toBe(false);
  expect(owed.has(rtuFrame(1, 3, 4, 0, 7, 0, 8))).toBe(false);
  expect(owed.has(rtuFrame(1, 4, 2, 0, 7))).toBe(false);
  owed.clear(1);
  expect(owed.has(rtuFrame(1, 3, 2, 0, 7))).toBe(false);
});

test("the clearing read asks for as many registers as no owed reply has", () => {
  const owed = new OwedReplies();
  expect(owed.probeOf(1)).toBeNull();
  owed.add(readOf(1, 2));
  expect(owed.probeOf(1)).toEqual({ address: 40_000, count: 1 });
  owed.add(readOf(1, 1));
  expect(owed.probeOf(1)).toEqual({ address: 40_000, count: 3 });
  expect(owed.probeOf(2)).toBeNull();
});

test("a unit that is away for long is not probed with ever longer reads", () => {
  const owed = new OwedReplies();
  for (let attempt = 0; attempt < 1_000; attempt++) owed.add(readOf(1, owed.probeOf(1)?.count ?? 1));
  expect(owed.probeOf(1)?.count).toBeLessThanOrEqual(9);
});
