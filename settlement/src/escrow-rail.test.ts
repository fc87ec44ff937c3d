import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  durationMs,
  type Logger,
  type SettlementEvent,
  type SettlementRail,
  siteId,
  sleep,
  systemClock,
  wattHours,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyBatch } from "./batch/verify-batch.ts";
import { DEV_CHAIN_ID, startDevChain } from "./chain/dev-chain.ts";
import { memoryOutbox } from "./chain/memory-outbox.ts";
import { escrow } from "./escrow-rail.ts";
import { fileOf } from "./rail/stored-batch.ts";
import { memoryBatches } from "./testing/memory-batches.ts";
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

describe("the escrow rail", { timeout: 60_000 }, () => {
  it("takes two intervals from signed meters to a payout that is conserved on the chain", async () => {
    const street = testStreet(3);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    const events: SettlementEvent[] = [];
    rail = escrow({ challengeWindowSeconds: 1, responseSeconds: 1, sweepEarnings: false });
    await rail.start(testContext(street, directory, stores, events));
    expect(await rail.audit()).toMatchObject({ owed: 300_000_000n, conserved: true, batchesCommitted: 0 });

    const [one, two] = [testInterval(1), testInterval(2)];
    const first = street.deliver(
      one,
      [
        [0, 1_500],
        [700, 0],
        [333, 0],
      ],
      [testTrade(one, 1, 1, 2, 700, 200_001), testTrade(one, 2, 1, 3, 333, 200_001)],
      rail.signingDomain(),
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
    expect(audit.tokenBalance).toBe(300_000_000n);
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

  it("sweeps what a home earned to its owner, and stays conserved", async () => {
    const street = testStreet(2);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    const events: SettlementEvent[] = [];
    rail = escrow({ challengeWindowSeconds: 1, responseSeconds: 1, withdrawalDelaySeconds: 4 });
    await rail.start(testContext(street, directory, stores, events));
    const interval = testInterval(1);
    const trades = [testTrade(interval, 1, 1, 2, 1_000, 200_000)];
    await rail.settle(
      street.deliver(
        interval,
        [
          [0, 1_000],
          [1_000, 0],
        ],
        trades,
        rail.signingDomain(),
      ),
    );
    while (!events.some(({ kind }) => kind === "withdrawn")) await sleep(systemClock, durationMs(20));

    expect(events.find(({ kind }) => kind === "withdrawn")).toMatchObject({
      siteId: "home-1",
      amount: 200_000n,
    });
    const audit = await rail.audit();
    expect(audit).toMatchObject({ conserved: true, tokenBalance: 200_000_000n - 200_000n });
    // Earned once, withdrawn once: a second batch without trades brings nothing more.
    await rail.settle(street.deliver(testInterval(2), [], []));
    await rail.drain(soon());
    expect(events.filter(({ kind }) => kind === "withdrawn")).toHaveLength(1);
  });

  it("lets a home that runs short deposit again before its batch is committed", async () => {
    const street = testStreet(2);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    rail = escrow({
      challengeWindowSeconds: 1,
      responseSeconds: 1,
      depositPerSite: 50_000n,
      sweepEarnings: false,
    });
    await rail.start(testContext(street, directory, stores));
    const interval = testInterval(1);
    await rail.settle(
      street.deliver(
        interval,
        [
          [0, 1_000],
          [1_000, 0],
        ],
        [testTrade(interval, 1, 1, 2, 1_000, 200_000)],
        rail.signingDomain(),
      ),
    );
    await rail.drain(soon());
    // 0.20 was missing 0.15, and a full deposit of 0.05 came on top.
    const owed = 2n * 50_000n + 200_000n;
    expect(await rail.audit()).toMatchObject({ conserved: true, owed });
  });

  it("works on any JSON-RPC endpoint", async () => {
    const chain = await startDevChain(join(directory, "elsewhere"));
    try {
      const street = testStreet(2);
      const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
      rail = escrow({ rpcUrl: chain.rpcUrl, finality: 0, challengeWindowSeconds: 1, responseSeconds: 1 });
      await rail.start(testContext(street, directory, stores));
      const interval = testInterval(1);
      const trades = [testTrade(interval, 1, 1, 2, 500, 100_000)];
      await rail.settle(
        street.deliver(
          interval,
          [
            [0, 500],
            [500, 0],
          ],
          trades,
          rail.signingDomain(),
        ),
      );
      await rail.drain(soon());
      expect(await rail.audit()).toMatchObject({
        conserved: true,
        batchesFinalized: 1,
        chainId: DEV_CHAIN_ID,
      });
      await rail.stop();
      rail = null;
    } finally {
      await chain.stop();
    }
  });

  it("counts a home whose meter says nothing sound as if it had delivered nothing", async () => {
    const street = testStreet(2);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    rail = escrow({ challengeWindowSeconds: 1, responseSeconds: 1, sweepEarnings: false });
    await rail.start(testContext(street, directory, stores));
    const interval = testInterval(1);
    const trades = [testTrade(interval, 1, 1, 2, 1_000, 200_000)];
    const delivery = street.deliver(
      interval,
      [
        [0, 1_000],
        [1_000, 0],
      ],
      trades,
      rail.signingDomain(),
    );
    const seller = siteId("home-1");
    const readings = delivery.readings.map((reading) =>
      reading.siteId === seller ? { ...reading, exportWh: wattHours(reading.exportWh + 1) } : reading,
    );
    const settled = await rail.settle({ ...delivery, readings });
    expect(settled.settledWh).toBe(0);
    // The seller makes the buyer whole: (0.30 − 0.20) for 1 kWh.
    expect(settled.statements[0]).toMatchObject({ debitNano: 100_000_000n, meteredExportWh: 0 });
    await rail.drain(soon());
    expect((await rail.audit()).conserved).toBe(true);
  });

  it("never says a key, neither in its log nor in an event or a manifest", async () => {
    const street = testStreet(2);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    const said: unknown[] = [];
    const take = (fields: object, message: string): void => void said.push([fields, message]);
    const logger: Logger = { debug: take, info: take, warn: take, error: take, child: () => logger };
    const file = join(directory, "given.key");
    const key = `0x${"c3".repeat(32)}`;
    await writeFile(file, key, { mode: 0o600 });
    rail = escrow({
      operator: { file },
      challengeWindowSeconds: 1,
      responseSeconds: 1,
      depositPerSite: 50_000n,
    });
    const context = testContext(street, directory, stores);
    await rail.start({ ...context, logger, emit: (event) => said.push(event) });
    const interval = testInterval(1);
    const trades = [testTrade(interval, 1, 1, 2, 1_000, 200_000)];
    await rail.settle(
      street.deliver(
        interval,
        [
          [0, 1_000],
          [1_000, 0],
        ],
        trades,
        rail.signingDomain(),
      ),
    );
    await rail.drain(soon());
    said.push(await readFile(join(directory, "deployment.json"), "utf8"));
    const text = JSON.stringify(said, (_, value) => (typeof value === "bigint" ? String(value) : value));
    expect(text).toContain("runs short");
    expect(JSON.stringify(stores.outbox.entries).includes(key.slice(2))).toBe(false);
    for (const secret of [key, ...street.sites.map(({ ownerKey }) => ownerKey)]) {
      expect(text.toLowerCase().includes(secret.slice(2))).toBe(false);
    }
  });

  it("refuses what it cannot run with", async () => {
    const invalid = (field: string): unknown =>
      expect.objectContaining({
        code: "ESCROW_OPTIONS_INVALID",
        details: expect.objectContaining({ field }),
      });
    expect(() => escrow({ challengeWindowSeconds: 0 })).toThrow(invalid("challengeWindowSeconds"));
    expect(() => escrow({ responseSeconds: 0 })).toThrow(invalid("responseSeconds"));
    expect(() =>
      escrow({ challengeWindowSeconds: 5, responseSeconds: 2, withdrawalDelaySeconds: 9 }),
    ).toThrow(invalid("withdrawalDelaySeconds"));
    expect(() => escrow({ depositPerSite: 0n })).toThrow(invalid("depositPerSite"));
    expect(() => escrow({ minimumBond: -1n })).toThrow(invalid("minimumBond"));
    expect(() => escrow({ sweepMinimum: 0n })).toThrow(invalid("sweepMinimum"));
    expect(() => escrow({ rpcUrl: "chain" })).toThrow(invalid("rpcUrl"));
    expect(() => escrow({ rpcUrl: [] })).toThrow(invalid("rpcUrl"));
    expect(() => escrow({ finality: -1 })).toThrow(invalid("finality"));
    expect(() => escrow({ finality: 1.5 })).toThrow(invalid("finality"));
    expect(() => escrow({ maxFeeGwei: 0 })).toThrow(invalid("maxFeeGwei"));
    await expect(escrow().audit()).rejects.toMatchObject({ code: "SETTLEMENT_NOT_RUNNING", retryable: true });

    const street = testStreet(1);
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    const context = testContext(street, directory, stores);
    const sites = street.sites.map((site) => ({ ...site, account: "0x01" as Account }));
    await expect(escrow().start({ ...context, sites })).rejects.toMatchObject({ code: "SITE_ACCOUNT_WRONG" });
  });
});
