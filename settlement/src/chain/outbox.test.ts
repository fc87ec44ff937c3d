import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  acceleratedClock,
  type Clock,
  durationMs,
  epochMs,
  type Hex,
  type SettlementEvent,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silent } from "../testing/street.ts";
import { DEV_CHAIN_ID, type DevChain, startDevChain } from "./dev-chain.ts";
import { fundGas } from "./gas.ts";
import { memoryOutbox } from "./memory-outbox.ts";
import type { Outbox, OutboxCall } from "./outbox.ts";
import { patience } from "./patience.ts";
import { patientOutbox } from "./patient-outbox.ts";
import { connectRpc, nonceOf } from "./rpc.ts";
import { accountOfKey, keySigner } from "./signer.ts";

let directory: string;
let chain: DevChain;
let rpc: JsonRpcProvider;
let store: ReturnType<typeof memoryOutbox>;
let events: SettlementEvent[];
let stopping: AbortController;
let keyNumber = 0;
let senderKey: Hex;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-outbox-"));
  chain = await startDevChain(directory);
  rpc = connectRpc(chain.rpcUrl, DEV_CHAIN_ID);
});

afterAll(async () => {
  rpc.destroy();
  await chain.stop();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  store = memoryOutbox();
  events = [];
  stopping = new AbortController();
  keyNumber += 1;
  senderKey = `0x${(0x7000 + keyNumber).toString(16).padStart(64, "0")}`;
  await fundGas(rpc, [accountOfKey(senderKey)]);
});

afterEach(async () => {
  stopping.abort();
  await rpc.send("evm_setAutomine", [true]);
});

function outbox(wallClock: Clock = systemClock, feeCapWei: bigint | null = null): Outbox {
  const { signal } = stopping;
  const emit = (event: SettlementEvent): number => events.push(event);
  return patientOutbox({ rpc, store, wallClock, logger: silent, signal, feeCapWei, emit });
}

/** A call that does nothing but take a nonce; `done` says whether it counts as happened otherwise. */
function call(key: string, done = false): OutboxCall {
  const to = "0x00000000000000000000000000000000000000bb";
  return { key, sender: keySigner(senderKey), to, data: "0x", done: async () => done };
}

describe("the outbox", { timeout: 60_000 }, () => {
  it("waits, and says so once, while a fee cap holds a call back", async () => {
    await rpc.send("anvil_setNextBlockBaseFeePerGas", ["0x77359400"]);
    await rpc.send("anvil_mine", ["0x1"]);
    const sending = outbox(systemClock, 2_000_000_000n).submit(call("capped"));
    while (events.length === 0) await sleep(systemClock, durationMs(10));
    await sleep(systemClock, durationMs(400));
    expect(events).toEqual([expect.objectContaining({ kind: "held-back", code: "CHAIN_FEE_CAP" })]);
    expect(store.entries, "nothing was signed").toEqual([]);
    // Empty blocks let the base fee fall by an eighth each.
    await rpc.send("anvil_mine", ["0x100"]);
    expect((await sending).receipt?.succeeded).toBe(true);
  });

  it("sends a call once, however often it is asked to", async () => {
    const box = outbox();
    const [first, again] = await Promise.all([box.submit(call("a")), box.submit(call("a"))]);
    const later = await outbox().submit(call("a"));
    expect(first.receipt?.succeeded).toBe(true);
    expect(again.transactionHash).toBe(first.transactionHash);
    expect(later.transactionHash).toBe(first.transactionHash);
    expect(store.entries).toHaveLength(1);
    expect(await nonceOf(rpc, accountOfKey(senderKey))).toBe(1);
  });

  it("keeps one sender's calls in a row of nonces", async () => {
    const box = outbox();
    const results = await Promise.all(["a", "b", "c", "d"].map((key) => box.submit(call(key))));
    expect(new Set(results.map(({ transactionHash }) => transactionHash)).size).toBe(4);
    expect(store.entries.map(({ key, nonce, status }) => [key, nonce, status])).toEqual([
      ["a", 0, "confirmed"],
      ["b", 1, "confirmed"],
      ["c", 2, "confirmed"],
      ["d", 3, "confirmed"],
    ]);
    expect(await nonceOf(rpc, accountOfKey(senderKey))).toBe(4);
  });

  it("sends nothing for what has happened already", async () => {
    expect(await outbox().submit(call("a", true))).toEqual({ transactionHash: null, receipt: null });
    expect(store.entries).toEqual([]);
  });

  it("resends the very bytes that an earlier life signed, and lets them go before its own", async () => {
    await rpc.send("evm_setAutomine", [false]);
    const abandoned = outbox().submit(call("a"));
    while (store.entries.length === 0) await sleep(systemClock, durationMs(5));
    stopping.abort(new Error("killed"));
    await expect(abandoned).rejects.toThrow("killed");
    // The node forgets what it had in its pool.
    await rpc.send("anvil_dropAllTransactions", []);
    await rpc.send("evm_setAutomine", [true]);

    stopping = new AbortController();
    await outbox().submit(call("b"));
    expect(store.entries.map(({ key, nonce, status }) => [key, nonce, status])).toEqual([
      ["a", 0, "confirmed"],
      ["b", 1, "confirmed"],
    ]);
    const { transactionHash } = await outbox().submit(call("a"));
    expect(transactionHash).toBe(store.entries[0]?.transactionHash);
    expect(await nonceOf(rpc, accountOfKey(senderKey))).toBe(2);
  });

  it("offers more when no block takes a call, under the same nonce", async () => {
    await rpc.send("evm_setAutomine", [false]);
    // A minute passes in 0.3 s, so that the half minute of patience is over soon.
    const now = epochMs(1_800_000_000_000);
    const hasty = acceleratedClock({ anchorMs: now, wallAnchorMs: systemClock.now(), speed: 200 });
    const sent = outbox(hasty).submit(call("a"));
    while (store.entries.length < 2) await sleep(systemClock, durationMs(10));
    await rpc.send("evm_setAutomine", [true]);
    await rpc.send("evm_mine", []);
    const { receipt } = await sent;
    expect(receipt?.succeeded).toBe(true);
    expect(store.entries[0]).toMatchObject({ nonce: 0, status: "replaced" });
    expect(store.entries.every(({ nonce }) => nonce === 0)).toBe(true);
    expect(await nonceOf(rpc, accountOfKey(senderKey))).toBe(1);
  });

  it("says what the contract refuses, and leaves nothing behind", async () => {
    // Init code that reverts at once: PUSH1 0, PUSH1 0, REVERT.
    const refused = outbox().submit({ ...call("a"), to: null, data: "0x60006000fd" });
    await expect(refused).rejects.toMatchObject({ code: "CHAIN_CALL_REVERTED", retryable: false });
    expect(store.entries).toEqual([]);
  });

  it("does not hide that a sender cannot pay", async () => {
    await rpc.send("anvil_setBalance", [accountOfKey(senderKey), "0x0"]);
    await expect(outbox().submit(call("a"))).rejects.toMatchObject({ code: "CHAIN_REFUSED" });
  });

  it("waits for a chain that is away, telling so once and when it is back", async () => {
    const { signal } = stopping;
    const emit = (event: SettlementEvent): number => events.push(event);
    const patient = patience({ wallClock: systemClock, logger: silent, emit, signal });
    // Nobody listens at the first address: its connections are refused at once, and more than once.
    const nobody = connectRpc("http://127.0.0.1:9", DEV_CHAIN_ID);
    let asked = 0;
    const ask = (): Promise<number> => nonceOf(asked++ < 2 ? nobody : rpc, accountOfKey(senderKey));
    expect(await patient.until(ask)).toBe(0);
    nobody.destroy();
    expect(events.map(({ kind }) => kind)).toEqual(["unreachable", "reachable"]);
  });
});
