import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SettlementEvent, SettlementRail } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyBatch } from "./batch/verify-batch.ts";
import { escrow } from "./escrow-rail.ts";
import { fileOf } from "./rail/stored-batch.ts";
import { memoryBatches, memoryOutbox } from "./testing/memory-stores.ts";
import { testContext, testInterval, testStreet, testTrade } from "./testing/street.ts";

let directory: string;
let rail: SettlementRail | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-rail-"));
});

afterEach(async () => {
  await rail?.stop();
  rail = null;
  await rm(directory, { recursive: true, force: true });
});

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

describe("the escrow rail", () => {
  it("takes two intervals from signed meters to a payout that is conserved on the chain", async () => {
    const street = testStreet(3);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    const events: SettlementEvent[] = [];
    rail = escrow({ challengeWindowSeconds: 1, sweepEarnings: false });
    await rail.start(testContext(street, directory, stores, events));
    expect(await rail.audit()).toMatchObject({ owed: 1_300_000_000n, conserved: true, batchesCommitted: 0 });

    const [one, two] = [testInterval(1), testInterval(2)];
    const first = street.deliver(
      one,
      [
        [0, 1_500],
        [700, 0],
        [333, 0],
      ],
      [testTrade(one, 1, 1, 2, 700, 200_001), testTrade(one, 2, 1, 3, 333, 200_001)],
    );
    const settled = await rail.settle(first);
    expect(settled).toMatchObject({ batchNumber: 1, settledWh: 1_033, intervalIndex: one.index });
    expect(await rail.settle(first)).toEqual(settled);
    await rail.settle(
      street.deliver(
        two,
        [
          [0, 0],
          [500, 0],
          [0, 0],
        ],
        [],
      ),
    );
    await expect(rail.settle(street.deliver(testInterval(0), [], []))).rejects.toMatchObject({
      code: "SETTLEMENT_INTERVAL_PAST",
    });
    await rail.drain(soon());

    const audit = await rail.audit();
    expect(audit).toMatchObject({ conserved: true, batchesCommitted: 2, batchesFinalized: 2 });
    expect(audit.tokenBalance).toBe(1_300_000_000n);
    const records = await stores.batches.list(1, 10);
    expect(records.map(({ status }) => status)).toEqual(["paid", "paid"]);
    const [a, b] = records.map(fileOf);
    expect(a && verifyBatch(null, a)).toEqual([]);
    expect(a && b && verifyBatch(a, b)).toEqual([]);
    const kinds = events.flatMap((event) =>
      "batchNumber" in event ? [`${event.kind}:${event.batchNumber}`] : [],
    );
    expect(kinds.toSorted()).toEqual([
      "committed:1",
      "committed:2",
      "finalized:1",
      "finalized:2",
      "paid:1",
      "paid:2",
    ]);
  });
});
