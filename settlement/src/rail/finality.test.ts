import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatchStore,
  durationMs,
  type SettlementEvent,
  type SettlementRail,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAnvil } from "../chain/anvil-process.ts";
import { courtReader } from "../chain/court-reader.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { finalReader } from "../chain/final-reader.ts";
import { type Deployment, manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { connectRpc } from "../chain/rpc.ts";
import { escrow } from "../escrow-rail.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { type TestStreet, testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";

/** Blocks that must stand on one that counts. */
const DEPTH = 4;
/** Long enough for a step of the rail that should not come. */
const A_WHILE_MS = 3_000;

let directory: string;
let anvil: Awaited<ReturnType<typeof startAnvil>>;
let rpc: JsonRpcProvider;
let street: TestStreet;
let rail: SettlementRail;
let batches: BatchStore;
let events: SettlementEvent[];
let deployment: Deployment;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-finality-"));
  anvil = await startAnvil(directory, DEV_CHAIN_ID, 0);
  const rpcUrl = `http://127.0.0.1:${anvil.port}`;
  rpc = connectRpc(rpcUrl, DEV_CHAIN_ID);
  [street, batches, events] = [testStreet(2), memoryBatches(), []];
  const terms = { challengeWindowSeconds: 1, responseSeconds: 1, sweepEarnings: false };
  rail = escrow({ rpcUrl, finality: DEPTH, ...terms });
  await rail.start(testContext(street, directory, { batches, outbox: memoryOutbox() }, events));
  const found = await readManifest(manifestPath(directory));
  if (found === null) throw new Error("nothing was deployed");
  deployment = found;
});

afterEach(async () => {
  await rail.stop();
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

const mine = (blocks: number): Promise<unknown> => rpc.send("anvil_mine", [`0x${blocks.toString(16)}`]);
const headOf = async (): Promise<number> => (await courtReader(rpc, deployment).progress()).head;
const aWhile = (): Promise<void> => sleep(systemClock, durationMs(A_WHILE_MS));

/** Home 2 buys 800 Wh for 0.12 from home 1. */
async function settleOne(number: number): Promise<void> {
  const interval = testInterval(number);
  const flows = [[0, 800] as const, [800, 0] as const];
  const trades = [testTrade(interval, 1, 1, 2, 800, 150_000)];
  await rail.settle(street.deliver(interval, flows, trades, rail.signingDomain()));
}

/** Goes on making blocks until every batch is paid for good. */
async function drainMining(): Promise<void> {
  const drained = rail.drain(AbortSignal.timeout(40_000));
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  drained.then(over, over);
  while (!isOver) {
    await mine(1);
    await sleep(systemClock, durationMs(100));
  }
  await drained;
}

describe("a rail on a chain that may go back", { timeout: 90_000 }, () => {
  it("commits nothing that stands on deposits and sites which a reorganisation can still undo", async () => {
    await settleOne(1);
    await aWhile();
    expect(await headOf()).toBe(0);
    // The deposits never happened; nothing of ours was built on them.
    await rpc.send("anvil_reorg", [2, []]);
    await aWhile();
    expect(await headOf()).toBe(0);
    expect(events.filter(({ kind }) => kind === "committed")).toHaveLength(0);
    await drainMining();
    expect(await rail.audit()).toMatchObject({
      ...{ conserved: true, batchesFinalized: 1, tokenBalance: 200_000_000n },
    });
  });

  it("says that a batch is final and paid when that cannot be undone", async () => {
    await mine(DEPTH);
    await settleOne(1);
    while ((await rail.audit()).batchesFinalized < 1) await sleep(systemClock, durationMs(50));
    await aWhile();
    const told = (): readonly string[] => events.map(({ kind }) => kind);
    expect(told()).toContain("committed");
    expect(told()).not.toContain("finalized");
    // What made it final is gone; it is made final once more, and told once.
    await rpc.send("anvil_reorg", [1, []]);
    await drainMining();
    expect(told().filter((kind) => kind === "finalized")).toHaveLength(1);
    expect(told().filter((kind) => kind === "paid")).toHaveLength(1);
    expect(await rail.audit()).toMatchObject({ conserved: true, batchesFinalized: 1 });
  });

  it("reads what the chain itself calls final", async () => {
    const reader = finalReader(rpc, deployment, "finalized");
    expect((await reader.block()).number).toBe(0);
    const [first, second] = street.sites.map(({ account }) => account);
    if (first === undefined || second === undefined) throw new Error("a street has homes");
    expect(await reader.isAt(first, 0)).toBe(false);
    await mine(200);
    expect((await reader.block()).number).toBeGreaterThan(deployment.block);
    expect(await Promise.all([reader.isAt(first, 0), reader.isAt(second, 1)])).toEqual([true, true]);
    expect(await reader.isAt(first, 1)).toBe(false);
    expect(await reader.deposited(first)).toBe(100_000_000n);
    expect(await reader.isRegistered("home-1")).toBe(true);
    expect(await reader.isRegistered("home-9")).toBe(false);
  });
});
