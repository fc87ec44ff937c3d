import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SignedOrder } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { orderId } from "../src/order/order-id.ts";
import { replayJournal } from "../src/replay/replay-journal.ts";
import { readRecords } from "./market-records.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const CHILD = fileURLToPath(new URL("./submit-until-killed.ts", import.meta.url));

/** Runs the child until it has had `count` acknowledgements, kills it, and gives all it printed. */
async function acknowledgedBeforeKill(folder: string, firstSalt: number, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, folder, String(firstSalt)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill("SIGKILL");
  }
  await ended;
  expect(child.signalCode).toBe("SIGKILL");
  return lines;
}

it("keeps every acknowledged order exactly once when its process is killed, again and again", async () => {
  const folder = await temporaryFolder();
  const acknowledged: string[] = [];
  for (const [round, count] of [9, 30, 17].entries()) {
    acknowledged.push(...(await acknowledgedBeforeKill(folder, round * 1_000_000, count)));
    const records = await readRecords(folder);
    const kept = records.flatMap((record) =>
      record["kind"] === "order-submitted" ? [orderId(record["order"] as SignedOrder) as string] : [],
    );
    expect(acknowledged.filter((id) => !kept.includes(id))).toEqual([]);
    expect(new Set(kept).size).toBe(kept.length);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(9 + 30 + 17);
  const replay = await replayJournal(folder);
  expect(replay.counts.orders).toBeGreaterThanOrEqual(acknowledged.length);
});
