import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex, SettlementRail } from "@commonwatt/vpp-core";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchFile } from "../batch/batch-archive.ts";
import { verifyBatch } from "../batch/verify-batch.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { escrow } from "../escrow-rail.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";

let directory: string;
let rail: SettlementRail;
let app: FastifyInstance;
const batches = memoryBatches();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-api-"));
  const street = testStreet(2);
  rail = escrow({ challengeWindowSeconds: 1, responseSeconds: 1, sweepEarnings: false });
  app = Fastify();
  await app.register(rail.routes);
  expect((await app.inject("/v1/settlement/batches")).statusCode).toBe(503);
  await rail.start(testContext(street, directory, { batches, outbox: memoryOutbox() }));
  for (const number of [1, 2]) {
    const interval = testInterval(number);
    const trades = [testTrade(interval, 1, 1, 2, 400, 150_000)];
    await rail.settle(
      street.deliver(
        interval,
        [
          [0, 400],
          [400, 0],
        ],
        trades,
        rail.signingDomain(),
      ),
    );
  }
  await rail.drain(AbortSignal.timeout(30_000));
}, 60_000);

afterAll(async () => {
  await app.close();
  await rail.stop();
  await rm(directory, { recursive: true, force: true });
});

describe("the settlement routes", () => {
  it("list batches, a page at a time", async () => {
    const { batches: all } = (await app.inject("/v1/settlement/batches")).json();
    expect(all).toHaveLength(2);
    expect(all[0]).toMatchObject({ number: 1, status: "paid", settledWh: 400, tradeCount: 1 });
    const { batches: page } = (await app.inject("/v1/settlement/batches?from=2&limit=1")).json();
    expect(page.map(({ number }: { number: number }) => number)).toEqual([2]);
  });

  it("give out what anybody needs to check a batch", async () => {
    const file = async (number: number): Promise<BatchFile> => {
      const { header } = (await app.inject(`/v1/settlement/batches/${number}`)).json();
      const archive = (await app.inject(`/v1/settlement/batches/${number}/archive`)).json();
      return { header, archive };
    };
    const [first, second] = [await file(1), await file(2)];
    expect(verifyBatch(null, first)).toEqual([]);
    expect(verifyBatch(first, second)).toEqual([]);
  });

  it("give out archives by their hash, byte for byte", async () => {
    const { header } = (await app.inject("/v1/settlement/batches/2")).json();
    const reply = await app.inject(`/v1/settlement/archives/${header.archiveHash}`);
    expect(reply.statusCode).toBe(200);
    expect(`0x${createHash("sha256").update(reply.rawPayload).digest("hex")}`).toBe(header.archiveHash);
    expect(reply.json()).toEqual((await app.inject("/v1/settlement/batches/2/archive")).json());
    expect(reply.headers).toMatchObject({
      etag: `"${header.archiveHash}"`,
      "cache-control": expect.stringContaining("immutable"),
      "content-type": expect.stringContaining("application/json"),
    });
  });

  it("give out nothing under a hash that it has not, though a header names it", async () => {
    const record = await batches.byNumber(2);
    const named = `0x${"0a".repeat(32)}`;
    const lying = { ...(record?.header as object), archiveHash: named };
    if (record === null) throw new Error("two intervals were settled");
    await batches.insert({ ...record, number: 9, header: lying });
    expect((await batches.byArchive(named as Hex))?.number).toBe(9);
    const reply = await app.inject(`/v1/settlement/archives/${named}`);
    expect([reply.statusCode, reply.json().code]).toEqual([404, "BATCH_UNKNOWN"]);
  });

  it("show the escrow's audit with amounts as texts", async () => {
    const audit = (await app.inject("/v1/settlement/escrow")).json();
    expect(audit).toMatchObject({ conserved: true, owed: "200000000", tokenBalance: "200000000" });
    expect(audit).toMatchObject({ batchesCommitted: 2, batchesFinalized: 2, chainId: 31_337 });
  });

  it.each([
    ["/v1/settlement/statements/home-1?month=1999-01", 200],
    ["/v1/settlement/statements/home-3?month=1999-01", 404],
    ["/v1/settlement/statements/home-1?month=1999-13", 400],
    ["/v1/settlement/batches/3", 404],
    ["/v1/settlement/batches/3/archive", 404],
    [`/v1/settlement/archives/0x${"00".repeat(32)}`, 404],
    ["/v1/settlement/archives/0x00", 400],
    ["/v1/settlement/batches/0", 400],
    ["/v1/settlement/batches/one", 400],
    ["/v1/settlement/batches?from=0", 400],
    ["/v1/settlement/batches?limit=501", 400],
  ])("answer %s with %i", async (url, statusCode) => {
    expect((await app.inject(url)).statusCode).toBe(statusCode);
  });
});
