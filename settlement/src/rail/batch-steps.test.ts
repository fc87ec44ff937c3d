import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, type Logger, type SettlementEvent, sleep, systemClock } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { startDevChain } from "../chain/dev-chain.ts";
import { connectRpc } from "../chain/rpc.ts";
import { escrow } from "../escrow-rail.ts";
import { encodeWords } from "../hash/words.ts";
import { memoryBatches, memoryOutbox } from "../testing/memory-stores.ts";
import { silent, testContext, testInterval, testStreet } from "../testing/street.ts";

/** Where the escrow keeps its head, in the lowest 64 bits of a word. */
const HEAD_SLOT = "0x4";
const HEAD_BITS = 64n;

it("says that a committed batch was taken back, and never reports it again", {
  timeout: 60_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-steps-"));
  const chain = await startDevChain(join(directory, "elsewhere"));
  const rail = escrow({ rpcUrl: chain.rpcUrl, challengeWindowSeconds: 600 });
  try {
    const street = testStreet(2);
    const events: SettlementEvent[] = [];
    const errors: string[] = [];
    const logger: Logger = { ...silent, error: (fields) => errors.push(JSON.stringify(fields)) };
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    await rail.start({ ...testContext(street, directory, stores, events), logger });
    await rail.settle(street.deliver(testInterval(1), [], []));
    while (!events.some(({ kind }) => kind === "committed")) await sleep(systemClock, durationMs(10));

    const { contract, chainId } = await rail.audit();
    const rpc = connectRpc(chain.rpcUrl, chainId);
    const word = BigInt(await rpc.send("eth_getStorageAt", [contract, HEAD_SLOT, "latest"]));
    expect(BigInt.asUintN(64, word)).toBe(1n);
    await rpc.send("anvil_setStorageAt", [
      contract,
      HEAD_SLOT,
      encodeWords((word >> HEAD_BITS) << HEAD_BITS),
    ]);
    rpc.destroy();
    await rail.settle(street.deliver(testInterval(2), [], []));
    while (errors.length === 0) await sleep(systemClock, durationMs(10));

    expect(errors[0]).toMatch(/batch 1 was on the chain and is not any more/);
    expect(events.filter(({ kind }) => kind === "committed")).toHaveLength(1);
  } finally {
    await rail.stop();
    await chain.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
