import { expect, it } from "vitest";
import { type KillOutcome, killTest } from "./kill-test.ts";

it("loses and doubles nothing, and notices every flipped bit", { timeout: 240_000 }, async () => {
  const outcomes: KillOutcome[] = [];
  const result = await killTest({ kills: 5, seed: 3 }, (outcome) => outcomes.push(outcome));
  expect(outcomes.map(({ kill }) => kill)).toEqual([1, 2, 3, 4, 5]);
  expect(result).toMatchObject({
    kills: 5,
    acknowledgedLost: 0,
    duplicated: 0,
    wrongRecords: 0,
    hashesUnequal: 0,
    flipsUndetected: 0,
  });
  // Compaction may take records away before they are compared; the state they led to is compared then.
  expect(result.comparedRecords).toBeGreaterThan(1_000);
  expect(result.recoveries).toBeGreaterThan(0);
  expect(result.flippedBits).toBeGreaterThan(10_000);
});
