import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** The whole program: its child processes cannot be started from one given as text. */
const PROGRAM = fileURLToPath(new URL("../../../vpp-core/src/cli/commonwatt.ts", import.meta.url));

test("market-bench compares all engines on all workloads and judges every figure", async () => {
  const args = ["market-bench", "--percent", "1", "--rounds", "1", "--json"];
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(errors).toBe("");
  const summary = JSON.parse(output.trim().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ event: "summary", percent: 1 });
  expect(summary.workloads.map(({ workload }: { workload: string }) => workload)).toEqual([
    "mixed",
    "match",
    "deep",
    "moves",
    "manyThinBooks",
  ]);
  for (const { workload, comparedMessages, millionPerS } of summary.workloads) {
    expect(comparedMessages.object).toBe(workload === "match" ? 5_000 : 10_000);
    expect(comparedMessages["nodejs-order-book"]).toBeGreaterThanOrEqual(100);
    expect(comparedMessages.naive).toBeGreaterThanOrEqual(100);
    const { naive, ...others } = millionPerS as Record<string, number | null>;
    for (const rate of Object.values(others)) expect(rate).toBeGreaterThan(0);
    // The naive market may be stopped before its clock begins: then it has no rate.
    if (naive !== null) expect(naive).toBeGreaterThan(0);
  }
  expect(summary.auction).toMatchObject({ orders: 10_000, sameFills: true });
  expect(summary.checks.map(({ name }: { name: string }) => name)).toEqual([
    "flatVsNodejsOrderBookWorst",
    "objectVsNodejsOrderBookWorst",
    "objectVsNodejsOrderBookMixed",
    "durableShare",
    "latencyP999Us",
    "callAuctionVsOnePass",
    "callAuctionVsNaiveSort",
    "callAuctionSameFills",
    "callAuction10kMs",
  ]);
}, 600_000);
