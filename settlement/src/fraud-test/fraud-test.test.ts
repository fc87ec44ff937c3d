import { expect, it } from "vitest";
import { fraudTest } from "./fraud-test.ts";

it("proves lies about honest batches before the contracts, and nothing against honest ones", {
  timeout: 120_000,
}, async () => {
  const steps: object[] = [];
  const result = await fraudTest({ seed: 7, mutations: 40, honestBatches: 4 }, (step) => steps.push(step));
  expect(result).toMatchObject({ mutations: 40, honestBatches: 4, challenges: 40 });
  expect(result.undetected).toEqual([]);
  expect(result.rejected).toEqual([]);
  expect(result.honestSlashed).toEqual([]);
  const proved = Object.values(result.kinds).reduce((sum, count) => sum + count, 0);
  expect(proved + result.refused).toBeGreaterThanOrEqual(40);
});
