import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  durationMs,
  type Hex,
  type SettlementRail,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BatchHeader, type BatchHeaderJson, hashHeader, headerFromJson } from "../batch/batch-header.ts";
import { type AnvilProcess, startAnvil } from "../chain/anvil-process.ts";
import { commitData } from "../chain/court-calls.ts";
import { courtReader } from "../chain/court-reader.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { type Deployment, manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { sendRaw } from "../chain/trial-chain.ts";
import { escrow } from "../escrow-rail.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { runOnChain } from "../testing/run-command.ts";
import { testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";

// Far longer than the tests take on a busy machine: only the clock of the chain is moved over it.
const WINDOW_SECONDS = 3_600;
const MONTH_SECONDS = 31 * 24 * 3_600;
const UNIT = 1_000_000n;
const BATCHES = 2;

let directory: string;
let anvil: AnvilProcess;
let rpc: JsonRpcProvider;
let deployment: Deployment;
let rail: SettlementRail;
let last: BatchHeader;
const street = testStreet(3);
const [seller, buyer, third] = street.sites.map(({ account }) => account) as [Account, Account, Account];

/** Two batches, in each of which the first home sold 0.12 to the second; then the operator is gone. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-escrow-"));
  for (const name of ["chain", "operator", "archives"]) await mkdir(join(directory, name));
  anvil = await startAnvil(join(directory, "chain"), DEV_CHAIN_ID, 0);
  rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, DEV_CHAIN_ID);
  const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
  const terms = { challengeWindowSeconds: WINDOW_SECONDS, responseSeconds: 30, sweepEarnings: false };
  rail = escrow({ rpcUrl: `http://127.0.0.1:${anvil.port}`, finality: 0, ...terms });
  await rail.start(testContext(street, join(directory, "operator"), stores));
  for (let number = 1; number <= BATCHES; number++) {
    const interval = testInterval(number);
    const flows = [[0, 800] as const, [800, 0] as const, [100, 0] as const];
    const trades = [testTrade(interval, 1, 1, 2, 800, 150_000)];
    await rail.settle(street.deliver(interval, flows, trades, rail.signingDomain()));
  }
  while ((await stores.batches.byNumber(BATCHES))?.status !== "committed")
    await sleep(systemClock, durationMs(20));
  await rail.stop();
  for (const { header, archive } of await stores.batches.list(1, BATCHES)) {
    last = headerFromJson(header as BatchHeaderJson);
    await writeFile(join(directory, "archives", `${last.archiveHash}.json`), JSON.stringify(archive));
  }
  for (const [at, { ownerKey }] of street.sites.entries())
    await writeFile(join(directory, `home-${at + 1}.key`), ownerKey, { mode: 0o600 });
  const known = await readManifest(manifestPath(join(directory, "operator")));
  if (known === null) throw new Error("nothing was deployed");
  deployment = known;
}, 60_000);

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs `commonwatt escrow …` with somebody's key. */
function run(who: string, ...args: readonly string[]): ReturnType<typeof runOnChain> {
  const keyFile =
    who === "operator" ? join(directory, "operator", "operator.key") : join(directory, `${who}.key`);
  const manifest = manifestPath(join(directory, "operator"));
  return runOnChain(["escrow", ...args], { rpcUrl: `http://127.0.0.1:${anvil.port}`, manifest, keyFile });
}

async function passSeconds(seconds: number): Promise<void> {
  await rpc.send("evm_increaseTime", [seconds]);
  await rpc.send("anvil_mine", ["0x1"]);
}

const refusal = (words: string) => ({
  code: 1,
  err: expect.stringContaining(`CHAIN_CALL_REVERTED: ${words}`),
});
const tokensOf = (account: Account): Promise<bigint> => escrowReader(rpc, deployment).tokenBalance(account);
const archives = (): readonly string[] => ["--source", join(directory, "archives")];

describe("commonwatt escrow", { timeout: 240_000 }, () => {
  it("asks for money, and calls it off again", async () => {
    expect((await run("home-3", "status", "--of", third)).summary).toMatchObject({
      ...{ event: "summary", exists: true, balance: "100000000", requested: "0", dueAt: null, head: BATCHES },
    });
    expect(await run("home-3", "request", "--amount", "1.2345678")).toMatchObject({
      ...{ code: 2, err: expect.stringContaining("USAGE_AMOUNT") },
    });
    expect(await run("home-3", "request", "--amount", "12.5")).toMatchObject({ code: 0 });
    expect(await escrowReader(rpc, deployment).funds(third)).toMatchObject({ requested: 12_500_000n });
    expect(await run("home-3", "request")).toMatchObject(refusal("a withdrawal is under way already"));
    expect(await run("home-3", "withdraw", ...archives())).toMatchObject(
      refusal("the withdrawal is due from"),
    );
    expect(await run("home-3", "cancel")).toMatchObject({ code: 0 });
    expect(await run("home-3", "cancel")).toMatchObject(refusal(`${third} has asked for no withdrawal`));
  });

  it("agrees to no more than pending batches leave", async () => {
    const out = join(directory, "early.json");
    const agreeing = (amount: string) => ["agree", "--of", buyer, "--amount", amount, "--out", out];
    const code = (name: string) => ({ code: 1, err: expect.stringContaining(name) });
    expect(await run("operator", ...agreeing("99"))).toMatchObject(code("BATCH_WITHHELD"));
    // 100 put in; two batches that are not final owe 0.24.
    expect(await run("operator", ...agreeing("99.77"), ...archives())).toMatchObject({
      ...code("ESCROW_ACCOUNT_SHORT"),
    });
    expect(await run("operator", ...agreeing("99.76"), ...archives())).toMatchObject({ code: 0 });
  });

  it("makes batches final without the operator, when their time has come", async () => {
    expect((await run("home-3", "finalize")).summary).toMatchObject({
      ...{ numbers: [], waiting: expect.stringContaining("batch 1 can be challenged until") },
    });
    await passSeconds(WINDOW_SECONDS + 1);
    expect((await run("home-3", "finalize")).summary).toMatchObject({ numbers: [1, 2], waiting: null });
    expect(await courtReader(rpc, deployment).progress()).toEqual({ head: BATCHES, finalNumber: BATCHES });
  });

  it("pays at once what the operator agreed to, once, and nobody else can agree", async () => {
    const agreement = join(directory, "agreement.json");
    const agreeing = ["agree", "--of", seller, "--amount", "5", "--valid", "36000", "--out", agreement];
    expect(await run("home-2", ...agreeing)).toMatchObject({
      code: 2,
      err: expect.stringContaining("KEY_INVALID"),
    });
    expect(await run("operator", ...agreeing)).toMatchObject({ code: 0 });
    const exiting = ["fast-exit", "--agreement", agreement, ...archives()];
    expect(await run("home-2", ...exiting)).toMatchObject({
      err: expect.stringContaining("USAGE_AGREEMENT"),
    });
    const before = await tokensOf(seller);
    expect((await run("home-1", ...exiting)).summary).toMatchObject({ paid: "5000000", recipient: seller });
    expect(await tokensOf(seller)).toBe(before + 5n * UNIT);
    expect(await run("home-1", ...exiting)).toMatchObject(refusal("the operator did not sign this"));
    await writeFile(agreement, "{}");
    expect(await run("home-1", ...exiting)).toMatchObject({
      code: 2,
      err: expect.stringContaining("USAGE_AGREEMENT"),
    });
  });

  it("pays the operator its fees, and nobody else", async () => {
    expect(await run("operator", "claim-fees")).toMatchObject(refusal("there is nothing to be paid"));
    expect(await run("home-1", "claim-fees")).toMatchObject(refusal("only the operator may do this"));
    const snapshot = await rpc.send("evm_snapshot", []);
    await commitFees(3n * UNIT);
    await passSeconds(WINDOW_SECONDS + 1);
    expect((await run("home-3", "finalize")).summary).toMatchObject({ numbers: [BATCHES + 1] });
    const before = await tokensOf(third);
    expect((await run("operator", "claim-fees", "--recipient", third)).summary).toMatchObject({
      paid: "3000000",
    });
    expect(await tokensOf(third)).toBe(before + 3n * UNIT);
    await rpc.send("evm_revert", [snapshot]);
  });

  it("lets everybody leave a community whose operator is gone", async () => {
    expect(await run("home-1", "request")).toMatchObject({ code: 0 });
    expect(await run("home-3", "request")).toMatchObject({ code: 0 });
    expect(await run("home-3", "freeze")).toMatchObject(refusal("the operator was not silent long enough"));
    await passSeconds(MONTH_SECONDS);
    expect(await run("home-3", "freeze")).toMatchObject({ code: 0 });
    expect(await run("home-3", "freeze")).toMatchObject(refusal("the court is frozen"));
    expect(await run("home-1", "withdraw")).toMatchObject({
      code: 1,
      err: expect.stringContaining("BATCH_WITHHELD"),
    });
    const before = await tokensOf(seller);
    // Somebody else may see to it, but not when less is there than was asked for.
    const others = await run("home-2", "withdraw", "--of", seller, ...archives());
    expect(others).toMatchObject({
      code: 1,
      err: expect.stringContaining("only the account itself may take less"),
    });
    // 100 put in, 0.24 earned, 5 taken out at once.
    expect((await run("home-1", "withdraw", ...archives())).summary).toMatchObject({ paid: "95240000" });
    expect(await tokensOf(seller)).toBe(before + 95_240_000n);
    expect((await run("home-3", "withdraw", "--recorded")).summary).toMatchObject({ paid: "100000000" });
    expect((await run("home-2", "status", "--of", buyer)).summary).toMatchObject({ isFrozen: true });
  });
});

/** A batch as the operator could commit it, with fees. */
async function commitFees(fees: bigint): Promise<void> {
  const { operator } = deployment.terms;
  const before = await courtReader(rpc, deployment).commitOf(BATCHES, null);
  const header: BatchHeader = {
    ...{ ...last, number: last.number + 1, previousHash: hashHeader(last) },
    ...{ intervalIndex: last.intervalIndex + 1, intervalStart: last.intervalEnd },
    ...{ intervalEnd: 2 * last.intervalEnd - last.intervalStart },
    ...{ feeTotal: fees * 1_000n, debitTotal: last.creditTotal + fees * 1_000n },
  };
  await rpc.send("anvil_impersonateAccount", [operator]);
  const data: Hex = commitData(header, before?.committedAt ?? 0);
  await sendRaw(rpc, { from: operator, to: deployment.court, data });
  await rpc.send("anvil_stopImpersonatingAccount", [operator]);
}
