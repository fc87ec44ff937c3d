import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  durationMs,
  type SettlementEvent,
  type SettlementRail,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AnvilProcess, startAnvil } from "../chain/anvil-process.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { escrow } from "../escrow-rail.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { testContext, testStreet } from "../testing/street.ts";

let directory: string;
let rail: SettlementRail | null = null;
let anvil: AnvilProcess | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-open-"));
});

afterEach(async () => {
  await rail?.stop();
  await anvil?.stop();
  [rail, anvil] = [null, null];
  await rm(directory, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

it("says once that a node is not there yet, and starts when it comes", { timeout: 60_000 }, async () => {
  const port = await freePort();
  const events: SettlementEvent[] = [];
  const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
  rail = escrow({ rpcUrl: `http://127.0.0.1:${port}`, finality: 0 });
  const started = rail.start(testContext(testStreet(1), directory, stores, events));
  // Long enough to ask more than twice.
  await sleep(systemClock, durationMs(1_500));
  anvil = await startAnvil(directory, 31_337, port);
  await started;
  expect(events.map(({ kind }) => kind)).toEqual(["unreachable", "reachable"]);
  expect(await rail.audit()).toMatchObject({ conserved: true, chainId: 31_337 });
});

it("stops at once while it waits for a node", { timeout: 20_000 }, async () => {
  const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
  const waiting = escrow({ rpcUrl: `http://127.0.0.1:${await freePort()}` });
  const unreachable = Promise.withResolvers<void>();
  const context = testContext(testStreet(1), directory, stores);
  const started = waiting.start({ ...context, emit: () => unreachable.resolve() });
  await unreachable.promise;
  await waiting.stop();
  await expect(started).rejects.toMatchObject({ code: "SETTLEMENT_NOT_RUNNING" });
});
