import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatchStatus,
  type BatchStore,
  durationMs,
  type OutboxEntry,
  type OutboxStore,
  type SettlementEvent,
  type SettlementRail,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DevChainOwner } from "./chain/dev-chain-lock.ts";
import { memoryOutbox } from "./chain/memory-outbox.ts";
import { escrow } from "./escrow-rail.ts";
import { memoryBatches } from "./testing/memory-batches.ts";
import { type TestStreet, testContext, testInterval, testStreet, testTrade } from "./testing/street.ts";

let directory: string;
let street: TestStreet;
let stores: { batches: BatchStore; outbox: OutboxStore & { readonly entries: readonly OutboxEntry[] } };
let events: SettlementEvent[];
let rail: SettlementRail | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-rail-"));
  street = testStreet(3);
  stores = { batches: memoryBatches(), outbox: memoryOutbox() };
  events = [];
});

afterEach(async () => {
  await rail?.stop();
  rail = null;
  await rm(directory, { recursive: true, force: true });
});

async function startRail(): Promise<SettlementRail> {
  rail = escrow({ challengeWindowSeconds: 1, responseSeconds: 1, sweepEarnings: false });
  await rail.start(testContext(street, directory, stores, events));
  return rail;
}

async function stopRail(): Promise<void> {
  await rail?.stop();
  rail = null;
}

/** Interval `number`, in which home 1 sells 800 Wh to home 2. */
async function settleOne(to: SettlementRail, number: number): Promise<void> {
  const interval = testInterval(number);
  const trades = [testTrade(interval, 1, 1, 2, 800, 150_000)];
  await to.settle(
    street.deliver(
      interval,
      [
        [0, 900],
        [800, 0],
        [100, 0],
      ],
      trades,
      to.signingDomain(),
    ),
  );
}

async function reached(number: number, status: BatchStatus): Promise<void> {
  const deadline = systemClock.now() + 20_000;
  while ((await stores.batches.byNumber(number))?.status !== status) {
    if (systemClock.now() > deadline) throw new Error(`batch ${number} never was ${status}`);
    await sleep(systemClock, durationMs(5));
  }
}

async function chainOwner(): Promise<DevChainOwner> {
  return JSON.parse(await readFile(join(directory, "dev-chain.lock"), "utf8")) as DevChainOwner;
}

/** Everything is paid once, and the books are right: each interval moved 0.12 from home 2 to home 1. */
async function expectAllPaid(on: SettlementRail, batchCount: number): Promise<void> {
  await on.drain(AbortSignal.timeout(30_000));
  const audit = await on.audit();
  expect(audit).toMatchObject({
    conserved: true,
    batchesCommitted: batchCount,
    batchesFinalized: batchCount,
    tokenBalance: 300_000_000n,
  });
  const keys = stores.outbox.entries.filter(({ status }) => status === "confirmed").map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)]);
  const last = await stores.batches.byNumber(batchCount);
  expect(last?.header).toMatchObject({
    creditTotal: String(120_000_000 * batchCount),
    debitTotal: String(120_000_000 * batchCount),
    feeTotal: "0",
  });
}

describe("a rail that is interrupted", { timeout: 60_000 }, () => {
  it.each<BatchStatus>(["stored", "committed", "final"])(
    "goes on after a stop when its batch was %s, and does nothing twice",
    async (status) => {
      const before = await startRail();
      await settleOne(before, 1);
      await reached(1, status);
      await stopRail();
      const after = await startRail();
      await settleOne(after, 2);
      await expectAllPaid(after, 2);
      const confirmed = stores.outbox.entries.filter((entry) => entry.status === "confirmed");
      expect(confirmed.filter(({ key }) => /^(commit|finalize|deposit|bond|deploy)/.test(key))).toHaveLength(
        2 + 2 + 3 + 1 + 12,
      );
    },
  );

  it("finds a batch on the chain that its store does not know to be there", async () => {
    const before = await startRail();
    await settleOne(before, 1);
    await reached(1, "committed");
    await stopRail();
    // As if the process had died between the block and the database.
    const { commitHash } = (await stores.batches.byNumber(1)) ?? {};
    await stores.batches.update(1, { status: "stored", commitHash: null });
    const after = await startRail();
    await expectAllPaid(after, 1);
    expect((await stores.batches.byNumber(1))?.commitHash).toBe(commitHash);
    expect(stores.outbox.entries.filter(({ key }) => key.startsWith("commit"))).toHaveLength(1);
  });

  it("finishes what was under way when the node is killed and comes back", async () => {
    const on = await startRail();
    await settleOne(on, 1);
    await reached(1, "committed");
    process.kill((await chainOwner()).anvilProcessId ?? 0, "SIGKILL");
    await settleOne(on, 2);
    await expectAllPaid(on, 2);
    const reachability = events.map(({ kind }) => kind).filter((kind) => kind.endsWith("reachable"));
    // A node that is back at once was not away for anybody.
    const told = reachability.map((_, at) => (at % 2 === 0 ? "unreachable" : "reachable"));
    expect(reachability).toEqual(told);
    expect(reachability.at(-1)).not.toBe("unreachable");
  });

  it("brings a chain that is older than the store up to it, with the same headers", async () => {
    const before = await startRail();
    await settleOne(before, 1);
    await reached(1, "paid");
    await stopRail();
    const old = await readFile(join(directory, "chain.json"));
    const between = await startRail();
    await settleOne(between, 2);
    await settleOne(between, 3);
    await reached(3, "paid");
    await stopRail();
    await writeFile(join(directory, "chain.json"), old);

    const after = await startRail();
    await settleOne(after, 4);
    await reached(4, "paid");
    await expectAllPaid(after, 4);
  });

  it("builds everything again on a chain that was lost altogether", async () => {
    const before = await startRail();
    await settleOne(before, 1);
    await reached(1, "paid");
    const { contract } = await before.audit();
    await stopRail();
    for (const name of ["chain.json", "chain.previous.json"])
      await rm(join(directory, name), { force: true });

    const after = await startRail();
    await settleOne(after, 2);
    await reached(2, "paid");
    await expectAllPaid(after, 2);
    expect((await after.audit()).contract).toBe(contract);
  });
});
