import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domainSeparator } from "@commonwatt/market";
import {
  durationMs,
  type Hex,
  type IntervalDelivery,
  type SettlementRail,
  sleep,
  systemClock,
  wattHours,
} from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchHeaderJson } from "../batch/batch-header.ts";
import { TREE_NUMBERS } from "../batch/leaf-salt.ts";
import { type AnvilProcess, startAnvil } from "../chain/anvil-process.ts";
import { committedHeader } from "../chain/committed-header.ts";
import { courtReader } from "../chain/court-reader.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { type Deployment, manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { patientOutbox } from "../chain/patient-outbox.ts";
import { registryReader } from "../chain/registry-reader.ts";
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { keySigner } from "../chain/signer.ts";
import { escrow } from "../escrow-rail.ts";
import { fundWatcher } from "../fraud-demo/fund-watcher.ts";
import { keccak256 } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import { demand } from "../proofs/withheld-leaves.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { DOMAIN, silent, testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";
import { thriftyNode } from "../testing/thrifty-node.ts";
import { folderSource } from "./batch-source.ts";
import { bring, type ChallengeContext } from "./challenge.ts";
import { checkedBatches } from "./checked-batches.ts";
import { keptEvents } from "./kept-events.ts";
import type { WatchEvent } from "./watch-event.ts";
import { Watcher } from "./watcher.ts";

const WATCHER_KEY: Hex = `0x${"7a".repeat(32)}`;
/** The third home's meter, of which there are two: see `testStreet`. */
const COPIED_METER = meterSigner(`0x${(0x2002).toString(16).padStart(64, "0")}`, () =>
  domainSeparator({ community: "test-street", domain: rail.signingDomain() ?? DOMAIN }),
);
const BATCHES = 3;

let directory: string;
let anvil: AnvilProcess;
let nodeUrl: string;
let rpc: JsonRpcProvider;
let deployment: Deployment;
let rail: SettlementRail;
const street = testStreet(3);

/** Three batches wait before the court, and then the operator is gone. In the third, a copied meter speaks. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-watch-"));
  const folders = ["chain", "operator", "public"].map((name) => join(directory, name));
  const [chainFolder = "", operatorFolder = "", publicFolder = ""] = folders;
  for (const folder of folders) await mkdir(folder);
  anvil = await startAnvil(chainFolder, DEV_CHAIN_ID, 0);
  nodeUrl = `http://127.0.0.1:${anvil.port}`;
  rpc = connectRpc(nodeUrl, DEV_CHAIN_ID);
  const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
  const terms = { challengeWindowSeconds: 900, responseSeconds: 600, sweepEarnings: false };
  rail = escrow({ rpcUrl: nodeUrl, finality: 0, ...terms });
  await rail.start(testContext(street, operatorFolder, stores));
  for (let number = 1; number <= BATCHES; number++) await rail.settle(deliveryOf(number));
  while ((await stores.batches.byNumber(BATCHES))?.status !== "committed") await pause();
  await rail.stop();
  for (const { header, archive } of await stores.batches.list(1, BATCHES)) {
    const { archiveHash } = header as BatchHeaderJson;
    await writeFile(join(publicFolder, `${archiveHash}.json`), JSON.stringify(archive));
  }
  const known = await readManifest(manifestPath(operatorFolder));
  if (known === null) throw new Error("nothing was deployed");
  deployment = known;
  await fundWatcher(nodeUrl, operatorFolder, WATCHER_KEY);
}, 60_000);

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

function deliveryOf(number: number): IntervalDelivery {
  const interval = testInterval(number);
  const flows = [[0, 900] as const, [800, 0] as const, [100, 0] as const];
  const delivery = street.deliver(
    interval,
    flows,
    [testTrade(interval, 1, 1, 2, 800, 150_000)],
    rail.signingDomain(),
  );
  if (number < BATCHES) return delivery;
  const readings = delivery.readings.map((reading) =>
    // A reading of the copied meter, under a number that the other had used for the first interval.
    reading.siteId === "home-3" && reading.takenAtMs === interval.startMs
      ? COPIED_METER.sign({ ...reading, sequence: 1, importWh: wattHours(reading.importWh + 1) })
      : reading,
  );
  return { ...delivery, readings };
}

interface Watching {
  readonly watcher: Watcher;
  readonly events: WatchEvent[];
}

/** A watcher over a node, with a folder of its own; with the challenger's key if it is given one. */
async function watch(
  name: string,
  node: JsonRpcProvider,
  options: {
    readonly challenger?: ChallengeContext;
    readonly answers?: boolean;
    readonly from?: number;
  } = {},
): Promise<Watching> {
  const events: WatchEvent[] = [];
  const folder = join(directory, name);
  const log = keptEvents(node, deployment, join(folder, "events.ndjson"));
  const watcher = new Watcher(
    {
      ...{ rpc: node, deployment, court: courtReader(node, deployment, log), log, logger: silent },
      checked: await checkedBatches(join(folder, "right.txt"), deployment),
      sources: [folderSource(join(directory, "public"))],
      archives: join(folder, "archives"),
      challenger: options.challenger ?? null,
      answers: options.answers ?? false,
      graceSeconds: 0,
      now: () => systemClock.now(),
      emit: (event) => events.push(event),
    },
    options.from ?? 1,
  );
  return { watcher, events };
}

function challengerOf(node: JsonRpcProvider): ChallengeContext {
  const { signal } = new AbortController();
  const wallClock = systemClock;
  const store = memoryOutbox();
  return {
    ...{ deployment, court: courtReader(node, deployment), escrow: escrowReader(node, deployment) },
    registry: registryReader(node, deployment),
    outbox: patientOutbox({ rpc: node, store, wallClock, logger: silent, signal, feeCapWei: null }),
    ...{ signer: keySigner(WATCHER_KEY), wallClock },
  };
}

function pause(): Promise<void> {
  return sleep(systemClock, durationMs(20));
}

function verdicts(events: readonly WatchEvent[]): readonly string[] {
  return events.flatMap((event) => (event.event === "batch" ? [event.verdict] : []));
}

describe("a watcher", { timeout: 60_000 }, () => {
  it.each([200, 413])(
    "reads events in the ranges that its node allows (status %i), past one that is away, and goes on where it was",
    async (status) => {
      const asked: [number, number][] = [];
      const node = await thriftyNode(nodeUrl, 5, asked, status);
      const name = `thrifty-${status}`;
      const first = await watch(name, node);
      await first.watcher.round();
      expect(verdicts(first.events)).toEqual(["right", "right", "right"]);
      expect(first.watcher.summary()).toMatchObject({ batches: 3, right: 3, wrong: 0 });
      const head = await rpc.getBlockNumber();
      expect(asked[0]?.[0]).toBe(deployment.block);
      const covered = asked.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, at) => from + at),
      );
      const wanted = Array.from({ length: head - deployment.block + 1 }, (_, at) => deployment.block + at);
      expect(covered, "each block once: of court and register, and of accounts").toEqual([
        ...wanted,
        ...wanted,
      ]);

      asked.length = 0;
      await rpc.send("anvil_mine", ["0x3"]);
      const again = await watch(name, node);
      await again.watcher.round();
      const since = [head + 1, head + 3];
      expect(asked, "what came since, and nothing else").toEqual([since, since]);
      expect(verdicts(again.events), "right batches are not checked again").toEqual([]);
      expect(again.watcher.summary()).toMatchObject({ batches: 3, right: 3 });
      node.destroy();
    },
  );

  it("reads everything again when its chain went back, or its file is damaged", async () => {
    const file = join(directory, "reorganised", "events.ndjson");
    const topics = [null];
    const before = await keptEvents(rpc, deployment, file).events(deployment.court, topics, 0);
    const text = await readFile(file, "utf8");
    for (const damaged of [text.slice(0, -9), text.replace(/"hash":"0x..../, '"hash":"0x0000'), "no lines"]) {
      await writeFile(file, damaged);
      const after = await keptEvents(rpc, deployment, file).events(deployment.court, topics, 0);
      expect(after).toEqual(before);
      expect(await readFile(file, "utf8")).toContain('"place"');
    }
  });

  it("sees that a meter signed two readings under one number, and has it revoked", async () => {
    const looking = await watch("looking", rpc);
    await looking.watcher.round();
    const told = looking.events.find(({ event }) => event === "equivocation");
    expect(told).toMatchObject({ siteId: "home-3", sequence: 1, batches: [1, 3], transactionHash: null });
    expect(told).toMatchObject({ words: expect.stringContaining("left to others") });
    const registry = registryReader(rpc, deployment);
    const hash = keccak256(COPIED_METER.meterKey);
    expect(await registry.meterRevokedAt(hash)).toBe(0);

    const acting = await watch("acting", rpc, { challenger: challengerOf(rpc) });
    await acting.watcher.round();
    expect(acting.events.filter(({ event }) => event === "equivocation")).toMatchObject([
      { siteId: "home-3", words: expect.stringContaining("it is revoked") },
    ]);
    expect(await registry.meterRevokedAt(hash)).toBeGreaterThan(0);
    expect(await registry.changes(deployment.block, (await registry.head()).number)).toMatchObject({
      revokedMeters: [hash],
    });
  });

  it("answers for an operator that is away, once, and says so", async () => {
    const asking = challengerOf(rpc);
    const commit = await asking.court.commitOf(2, null);
    const shown = await watch("shown", rpc);
    await shown.watcher.round();
    const header = commit === null ? null : await committedHeader(rpc, commit);
    if (commit === null || header === null) throw new Error("batch 2 is not there");
    const batch = { header, committedAt: commit.committedAt };
    const poor = { ...asking, signer: keySigner(`0x${"5b".repeat(32)}`) };
    expect(await bring(poor, demand("fills", 0), batch)).toMatchObject({ outcome: "postponed" });
    for (const [tree, index] of [
      ["positions", 1],
      ["balances", 0],
    ] as const) {
      await fundWatcher(nodeUrl, join(directory, "operator"), WATCHER_KEY);
      const accusation = demand(tree, index);
      expect(await bring(asking, accusation, batch)).toMatchObject({ outcome: "demanded" });
      const open = await asking.court.openDemands(batch);
      expect(open).toMatchObject([{ tree: TREE_NUMBERS[tree], index }]);

      const answering = await watch("answering", rpc, { challenger: challengerOf(rpc), answers: true });
      await answering.watcher.round();
      await answering.watcher.round();
      const answers = answering.events.filter(({ event }) => event === "answered");
      expect(answers).toMatchObject([
        { number: 2, tree, index, words: expect.stringContaining("for the operator") },
      ]);
      expect(await asking.court.openDemands(batch)).toEqual([]);
    }
    // The second batch is given to nobody any more: the watcher asks for one after the other.
    const { archiveHash } = header;
    await rm(join(directory, "public", `${archiveHash}.json`));
    await fundWatcher(nodeUrl, join(directory, "operator"), WATCHER_KEY);
    const blind = await watch("blind", rpc, { challenger: asking, from: 2 });
    await blind.watcher.round();
    await blind.watcher.round();
    expect(
      blind.events.filter(({ event }) => event === "demanded"),
      "one at a time",
    ).toHaveLength(1);
    const answering = await watch("answering", rpc, { challenger: challengerOf(rpc), answers: true });
    await answering.watcher.round();
    await fundWatcher(nodeUrl, join(directory, "operator"), WATCHER_KEY);
    await blind.watcher.round();
    const demanded = blind.events.flatMap((event) => (event.event === "demanded" ? [event.words] : []));
    expect(demanded, "and then another").toHaveLength(2);
    expect(new Set(demanded).size).toBe(2);
    expect(await asking.court.progress(), "nothing was taken back").toMatchObject({ head: BATCHES });
  });

  it("checks a batch again that is committed again, which may be wrong by now", async () => {
    const looking = await watch("again", rpc);
    await looking.watcher.round();
    expect(verdicts(looking.events)).toHaveLength(BATCHES);
    const commit = await courtReader(rpc, deployment).commitOf(BATCHES, null);
    const transaction = await rpc.getTransaction(commit?.transactionHash ?? "");
    const raw = await rpc.send("eth_getRawTransactionByHash", [transaction?.hash]);
    const depth = (await rpc.getBlockNumber()) - (transaction?.blockNumber ?? 0) + 1;
    await rpc.send("anvil_rollback", [depth]);
    await rpc.send("evm_increaseTime", [60]);
    await rpc.send("eth_sendRawTransaction", [raw]);
    while ((await rpc.getTransactionReceipt(transaction?.hash ?? "")) === null) await pause();
    const again = await courtReader(rpc, deployment).commitOf(BATCHES, null);
    expect(again?.headerHash).toBe(commit?.headerHash);
    expect(again?.committedAt).toBeGreaterThan(commit?.committedAt ?? 0);
    await looking.watcher.round();
    expect(looking.events.filter((one) => one.event === "batch" && one.number === BATCHES)).toHaveLength(2);
  });
});
