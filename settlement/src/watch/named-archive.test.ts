import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatchStore,
  durationMs,
  type Hex,
  type SettlementRail,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { serveRoutes, type TestApi } from "../api/test-api.ts";
import { hashHeader, headerFromJson } from "../batch/batch-header.ts";
import { courtReader } from "../chain/court-reader.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { devChainUrl } from "../chain/dev-chain-lock.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { nodeEvents } from "../chain/event-log.ts";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { patientOutbox } from "../chain/patient-outbox.ts";
import { registryReader } from "../chain/registry-reader.ts";
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { keySigner } from "../chain/signer.ts";
import { escrow } from "../escrow-rail.ts";
import { fundWatcher } from "../fraud-demo/fund-watcher.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { silent, testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";
import { type BatchSource, sourceAt } from "./batch-source.ts";
import { checkedBatches } from "./checked-batches.ts";
import type { WatchEvent } from "./watch-event.ts";
import { Watcher } from "./watcher.ts";

const KEY: Hex = `0x${"7a".repeat(32)}`;
const NOWHERE: Hex = `0x${"0a".repeat(32)}`;

let directory: string;
let rail: SettlementRail;
let api: TestApi;
let rpc: JsonRpcProvider;
const controller = new AbortController();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-watcher-"));
});

afterEach(async () => {
  rpc.destroy();
  await api.close();
  await rail.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A store beneath an operator that names an archive in its headers which nobody has. */
function namingNothing(batches: BatchStore): BatchStore {
  return {
    ...batches,
    insert(record) {
      const header = { ...(record.header as Parameters<typeof headerFromJson>[0]), archiveHash: NOWHERE };
      return batches.insert({ ...record, header, headerHash: hashHeader(headerFromJson(header)) });
    },
  };
}

/** A watcher that challenges, beside the operator. */
async function watcherOf(sources: readonly BatchSource[], events: WatchEvent[]): Promise<Watcher> {
  const deployment = await readManifest(manifestPath(directory));
  const url = await devChainUrl(directory);
  if (deployment === null || url === null) throw new Error("the rail has a chain");
  await fundWatcher(url, directory, KEY);
  rpc = connectRpc(url, DEV_CHAIN_ID);
  const log = nodeEvents(rpc);
  const court = courtReader(rpc, deployment, log);
  const [wallClock, logger, { signal }] = [systemClock, silent, controller];
  const outbox = patientOutbox({ rpc, store: memoryOutbox(), wallClock, logger, signal, feeCapWei: null });
  const signer = keySigner(KEY);
  const readers = { court, escrow: escrowReader(rpc, deployment), registry: registryReader(rpc, deployment) };
  const challenger = { deployment, ...readers, outbox, signer, wallClock };
  const checked = await checkedBatches(join(directory, "right.txt"), deployment);
  return new Watcher(
    {
      ...{ rpc, deployment, court, log, checked, sources, challenger, logger: silent },
      archives: join(directory, "archives"),
      answers: false,
      graceSeconds: 0,
      now: () => systemClock.now(),
      emit: (event) => events.push(event),
    },
    1,
  );
}

it("demands what a header names and nobody has, whatever else somebody answers with", {
  timeout: 60_000,
}, async () => {
  rail = escrow({ challengeWindowSeconds: 600, responseSeconds: 600, sweepEarnings: false });
  api = await serveRoutes(rail.routes);
  const street = testStreet(2);
  const batches = namingNothing(memoryBatches());
  await rail.start(testContext(street, directory, { batches, outbox: memoryOutbox() }));
  const interval = testInterval(1);
  const trades = [testTrade(interval, 1, 1, 2, 400, 150_000)];
  const flows = [[0, 400] as const, [400, 0] as const];
  await rail.settle(street.deliver(interval, flows, trades, rail.signingDomain()));
  while ((await batches.byNumber(1))?.status !== "committed") await sleep(systemClock, durationMs(20));

  // All leaves of the batch, and every root of the header: but not the archive that it names.
  const eager: BatchSource = {
    name: "eager",
    archive: async () => (await fetch(`${api.url}/v1/settlement/batches/1/archive`)).text(),
  };
  const events: WatchEvent[] = [];
  const watcher = await watcherOf([sourceAt(api.url), eager], events);
  await watcher.round();
  expect(events).toMatchObject([
    {
      ...{ event: "batch", number: 1, verdict: "withheld", kinds: ["withheld"] },
      words: expect.stringMatching(/has no archive 0x0a.*what eager gives is not what was committed/),
    },
    { event: "demanded", number: 1 },
  ]);
  expect(watcher.summary()).toMatchObject({ batches: 1, right: 0, withheld: 1 });
});
