import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, type Hex, type SettlementRail, sleep, systemClock } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DevChain, startDevChain } from "../chain/dev-chain.ts";
import { requestWithdrawalData } from "../chain/escrow-calls.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { connectRpc, nonceOf } from "../chain/rpc.ts";
import { signCall } from "../chain/sign-call.ts";
import { accountOfKey, keySigner } from "../chain/signer.ts";
import { escrow } from "../escrow-rail.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { type TestStreet, testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";

/** Locked from 6 − (1 + 2 × 1) seconds after the request on. */
const TERMS = {
  challengeWindowSeconds: 1,
  responseSeconds: 1,
  withdrawalDelaySeconds: 6,
  sweepEarnings: false,
};
const MAX_UINT128 = 2n ** 128n - 1n;

let directory: string;
let street: TestStreet;
let chain: DevChain;
let rail: SettlementRail;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-cover-"));
  street = testStreet(2);
  chain = await startDevChain(join(directory, "elsewhere"));
  rail = escrow({ rpcUrl: chain.rpcUrl, finality: 0, ...TERMS });
  await rail.start(testContext(street, directory, { batches: memoryBatches(), outbox: memoryOutbox() }));
});

afterEach(async () => {
  await rail.stop();
  await chain.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Home 2 buys 800 Wh for 0.12 from home 1. */
async function settleOne(number: number): Promise<void> {
  const interval = testInterval(number);
  const flows = [[0, 800] as const, [800, 0] as const];
  await rail.settle(
    street.deliver(interval, flows, [testTrade(interval, 1, 1, 2, 800, 150_000)], rail.signingDomain()),
  );
  await rail.drain(AbortSignal.timeout(20_000));
}

/** Home 2's owner asks for money without telling anybody. */
async function request(amount: bigint): Promise<void> {
  const { contract, chainId } = await rail.audit();
  const rpc = connectRpc(chain.rpcUrl, chainId);
  const ownerKey: Hex = street.sites[1]?.ownerKey ?? "0x";
  const owner = accountOfKey(ownerKey);
  const call = { to: contract, data: requestWithdrawalData(amount, owner) };
  const signed = await signCall(rpc, keySigner(ownerKey), call, await nonceOf(rpc, owner), null, null);
  const sent = await rpc.broadcastTransaction(signed.rawTransaction);
  expect((await sent.wait())?.status).toBe(1);
  rpc.destroy();
}

describe("a buyer who asks for all its money", { timeout: 60_000 }, () => {
  it("does not hold up its batch before the lock, nor make anybody deposit for it", async () => {
    await request(MAX_UINT128);
    await settleOne(1);
    expect(await rail.audit()).toMatchObject({
      conserved: true,
      batchesFinalized: 1,
      tokenBalance: 200_000_000n,
    });
  });

  it("is paid out first when its money is locked, then deposits again, and batches go on", async () => {
    await settleOne(1);
    await request(MAX_UINT128);
    await sleep(systemClock, durationMs(3_000));
    await settleOne(2);
    // 100 − 0.12 went out, and 0.24 − 0.12 came in again with a fresh deposit of 100.
    const tokenBalance = 200_000_000n - 99_880_000n + 100_120_000n;
    expect(await rail.audit()).toMatchObject({ conserved: true, batchesFinalized: 2, tokenBalance });
  });
});
