import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, type Logger, type SettlementEvent, sleep, systemClock } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { COURT, callData } from "../chain/contracts.ts";
import { committedArgument } from "../chain/court-calls.ts";
import { courtReader } from "../chain/court-reader.ts";
import { startDevChain } from "../chain/dev-chain.ts";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { connectRpc } from "../chain/rpc.ts";
import { escrow } from "../escrow-rail.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { silent, testContext, testInterval, testStreet } from "../testing/street.ts";
import { headerOf } from "./stored-batch.ts";

it("says that a committed batch was taken back, and never reports it again", {
  timeout: 60_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-steps-"));
  const chain = await startDevChain(join(directory, "elsewhere"));
  const rail = escrow({ rpcUrl: chain.rpcUrl, finality: 0, challengeWindowSeconds: 600 });
  try {
    const street = testStreet(2);
    const events: SettlementEvent[] = [];
    const errors: string[] = [];
    const logger: Logger = { ...silent, error: (fields) => errors.push(JSON.stringify(fields)) };
    const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
    await rail.start({ ...testContext(street, directory, stores, events), logger });
    await rail.settle(street.deliver(testInterval(1), [], []));
    while (!events.some(({ kind }) => kind === "committed")) await sleep(systemClock, durationMs(10));

    const record = await stores.batches.byNumber(1);
    const deployment = await readManifest(manifestPath(directory));
    if (record === null || deployment === null) throw new Error("nothing was committed");
    const rpc = connectRpc(chain.rpcUrl, deployment.chainId);
    const commit = await courtReader(rpc, deployment).commitOf(1, null);
    const batch = { header: headerOf(record), committedAt: commit?.committedAt ?? 0 };
    // As if a judge had found something.
    const judge = deployment.judges["OrderJudge"];
    const kind = `0x${Buffer.from("order-forged").toString("hex").padEnd(64, "0")}`;
    const data = callData(COURT, "takeBack", [committedArgument(batch), judge, kind]);
    await rpc.send("anvil_impersonateAccount", [judge]);
    await rpc.send("anvil_setBalance", [judge, "0xde0b6b3a7640000"]);
    await rpc.send("eth_sendTransaction", [{ from: judge, to: deployment.court, data }]);
    rpc.destroy();
    await rail.settle(street.deliver(testInterval(2), [], []));
    while (!events.some((event) => event.kind === "taken-back")) await sleep(systemClock, durationMs(10));

    expect(errors.join()).toMatch(/batch 1 was on the chain and is not any more: .*order-forged/);
    const takenBack = { kind: "taken-back", batchNumber: 1, reason: "order-forged" };
    expect(events).toContainEqual(expect.objectContaining(takenBack));
    expect(events.filter((event) => event.kind === "committed")).toHaveLength(1);
  } finally {
    await rail.stop();
    await chain.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
