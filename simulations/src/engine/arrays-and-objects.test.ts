import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { neighbourhoods } from "../../test/any-neighbourhood.ts";
import { ObjectRun } from "./object-run.ts";
import { simulate } from "./simulate.ts";

const INTERVALS = 8;

describe("a run on arrays", () => {
  test("comes to what the live objects come to, whatever the homes", async () => {
    let trades = 0;
    await fc.assert(
      fc.asyncProperty(
        neighbourhoods(INTERVALS),
        fc.constantFrom("uniform", "uniform:0", "uniform:1000", "pay-as-bid:500"),
        fc.constantFrom("perfect", "persistence", "seasonal", "analogue"),
        async (neighbourhood, mechanism, forecast) => {
          const trace = { homes: "all" } as const;
          const options = {
            neighbourhood,
            mechanism,
            forecast,
            seed: "1",
            workers: 1,
            trace,
            trades: true,
          } as const;
          const objects = new ObjectRun(options);
          for (let t = 0; t < INTERVALS; t++) objects.run(t);
          const result = await simulate(options);
          expect(result).toEqual(objects.result());
          for (const count of result.intervals.trades) trades += count;
        },
      ),
      { numRuns: 300 },
    );
    expect(trades).toBeGreaterThan(100);
  });
});
