import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** The whole program: its child processes cannot be started from one given as text. */
const PROGRAM = fileURLToPath(new URL("../../../vpp-core/src/cli/commonwatt.ts", import.meta.url));

test("simulation-bench compares arrays with live objects, and judges every figure", async () => {
  const child = spawn(process.execPath, [PROGRAM, "simulation-bench", "--percent", "1", "--json"]);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(errors).toBe("");
  const lines = output.trim().split("\n");
  const summary = JSON.parse(lines.at(-1) ?? "");
  expect(lines.slice(0, -1).map((line) => JSON.parse(line).event)).toEqual([
    "objects",
    "run",
    "cost",
    "cost",
    "threads",
    "optimiser",
    "feeder",
  ]);
  expect(summary).toMatchObject({
    event: "summary",
    percent: 1,
    objects: { homeIntervals: 60 * 96, same: true },
    year: { homeIntervals: 1_000 * 4 * 96 },
    threads: { sameHash: true },
    feeder: { buses: 906, homes: 55, flows: 1_440 },
  });
  expect(summary.optimiserHomeDaysPerSecond).toBeGreaterThan(0);
  expect(summary.twoThreadCeiling).toBeGreaterThan(0);
  expect(summary.feeder.residual).toBeLessThan(1e-6);
  expect(summary.year.peakMemoryMiB).toBeGreaterThan(50);
  expect(summary.checks.map(({ name }: { name: string }) => name)).toEqual([
    "sameAsLiveObjects",
    "homeIntervalsPerSecond",
    "peakMemoryMiB",
    "costGrowth100To10000Homes",
    "twoWorkerSpeedup",
    "twoWorkersSameHash",
    "powerFlowsPerSecond",
    "powerBalanceResidual",
  ]);
}, 300_000);
