import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import { siteId } from "../grid/site.ts";
import type { Store } from "../ports/store.ts";
import { epochMs } from "../time/clock.ts";
import { intervalIndex } from "../time/delivery-interval.ts";
import { systemClock } from "../time/system-clock.ts";
import type { EmbeddedPostgres } from "./embedded-postgres.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { keptLog, newDatabase, runSql, testFolder, testServers } from "./test-database.ts";
import {
  batch,
  clearing,
  entry,
  interval,
  LARGEST,
  meterReading,
  nothingTraded,
  reading,
  statement,
  trade,
} from "./test-records.ts";

// A database starts and stops in these tests, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = testFolder();
let server: EmbeddedPostgres;
let database: Awaited<ReturnType<typeof newDatabase>>;
let store: Store;

const open = (connectionString: string): Promise<Store> => {
  const { logger } = keptLog();
  const spoolDirectory = join(folder.path, "spool");
  return openPostgresStore({ connectionString, logger, wallClock: systemClock, spoolDirectory });
};

afterAll(() => folder.remove());

describe.each(testServers)("the store on $name", ({ start }) => {
  describe.skipIf(start === null)("", () => {
    beforeAll(async () => {
      server = await (start as () => Promise<EmbeddedPostgres>)();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      database = await newDatabase(server.connectionString);
      store = await open(database.connectionString);
    });
    afterEach(async () => {
      await store.close();
      await database.drop();
    });

    connectionTests();
    readingTests();
    tradeAndMeteringTests();
    batchTests();
    outboxAndOwnershipTests();
  });
});

function connectionTests(): void {
  test("says what serves it, is healthy, and opens again on its own tables", async () => {
    expect(store.description).toMatch(/^PostgreSQL \d+\.\d+(, TimescaleDB \d+\.\d+\.\d+)?$/);
    const again = await open(database.connectionString);
    expect(again.description).toBe(store.description);
    expect(await again.healthy()).toBe(true);
    await again.close();
    await again.close();
  });

  test("survives that the server cuts every connection", async () => {
    const idle = await Promise.all([1, 2, 3].map(() => store.readings.count()));
    expect(idle).toEqual([0, 0, 0]);
    const { pathname } = new URL(database.connectionString);
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${pathname.slice(1)}'`;
    await runSql(server.connectionString, cut);
    store.readings.append([reading("pvPowerW", 1, 1)]);
    // Each connection may learn of its end only when it is used.
    const flush = (): Promise<void> => store.readings.flush();
    await idle.reduce((tried) => tried.catch(flush), flush());
    expect(await store.readings.count()).toBe(1);
  });

  test("tells a wrong password and a missing database apart from a server that is not there", async () => {
    const changed = (changes: {
      username?: string;
      password?: string;
      pathname?: string;
      port?: string;
    }): string => Object.assign(new URL(database.connectionString), changes).href;
    await expect(open(changed({ username: "somebody", password: "s3cret" }))).rejects.toMatchObject({
      code: "STORE_REFUSED",
      message: expect.not.stringContaining("s3cret"),
    });
    await expect(open(changed({ pathname: "/nowhere" }))).rejects.toMatchObject({
      code: "STORE_REFUSED",
      message: expect.stringMatching(/database "nowhere" does not exist/),
    });
    await expect(open(changed({ port: "1" }))).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      retryable: true,
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    for (const wrong of [
      "",
      "localhost:5432",
      "mysql://root@localhost/db",
      "postgresql://u:p@host:99999/db",
    ]) {
      await expect(open(wrong)).rejects.toMatchObject({ code: "STORE_BAD_CONNECTION_STRING" });
    }
  });
}

function readingTests(): void {
  test("makes readings a hypertable exactly when TimescaleDB is there", async () => {
    store.readings.append([reading("pvPowerW", 0, 1), reading("pvPowerW", 5 * 86_400_000, 2)]);
    await store.readings.flush();
    const extensions = await runSql(
      database.connectionString,
      "select from pg_extension where extname = 'timescaledb'",
    );
    expect(store.description.includes("TimescaleDB")).toBe(extensions.length === 1);
    if (extensions.length === 0) return;
    const chunks =
      "select count(*)::int from timescaledb_information.chunks where hypertable_name = 'readings'";
    expect(await runSql(database.connectionString, chunks)).toEqual([{ count: 2 }]);
  });

  test("averages readings over buckets of any length, of good values only", async () => {
    const startMs = 1_780_272_000_000;
    const points = [10, 20, -7.25, 0.1].map((value, i) =>
      reading("gridPowerW", startMs + i * 400_000, value),
    );
    store.readings.append([
      ...points,
      reading("gridPowerW", startMs + 1, null),
      { ...reading("gridPowerW", startMs + 2, 9_999), quality: "suspect" },
      reading("pvPowerW", startMs, 5),
      reading("gridPowerW", startMs + 1_800_000, 77),
    ]);
    await store.readings.flush();
    expect(await store.readings.count()).toBe(8);
    const query = { siteId: siteId("home-1"), point: "gridPowerW", fromMs: epochMs(startMs) } as const;
    expect(
      await store.readings.series({ ...query, toMs: epochMs(startMs + 1_800_000), bucketMs: 900_000 }),
    ).toEqual([
      { startMs, mean: 22.75 / 3, min: -7.25, max: 20, count: 3 },
      { startMs: startMs + 900_000, mean: 0.1, min: 0.1, max: 0.1, count: 1 },
    ]);
    const oneMs = await store.readings.series({ ...query, toMs: epochMs(startMs + 1), bucketMs: 1 });
    expect(oneMs).toEqual([{ startMs, mean: 10, min: 10, max: 10, count: 1 }]);
  });
}

function tradeAndMeteringTests(): void {
  test("keeps a clearing and its trades exactly, once", async () => {
    await store.trades.saveClearing(clearing);
    await store.trades.saveClearing(clearing);
    await store.trades.saveClearing(nothingTraded);
    expect(await store.trades.clearings(interval, 10)).toEqual([clearing, nothingTraded]);
    expect(await store.trades.clearings(nothingTraded.intervalIndex, 10)).toEqual([nothingTraded]);
    expect(await store.trades.clearings(interval, 1)).toEqual([clearing]);
    expect(await store.trades.trades(interval, 100)).toEqual(clearing.trades);
    expect(await store.trades.trades(interval, 3)).toEqual(clearing.trades.slice(0, 3));
    expect(await store.trades.trades(intervalIndex(interval + 1), 3)).toEqual([]);
  });

  test("saves no clearing whose trades it cannot save", async () => {
    const twice = { ...clearing, trades: [trade(1), trade(1)] };
    await expect(store.trades.saveClearing(twice)).rejects.toMatchObject({
      code: "STORE_CONFLICT",
      retryable: false,
    });
    expect(await store.trades.clearings(interval, 10)).toEqual([]);
  });

  test("keeps signed meter readings; the first under a number stays", async () => {
    const [early, late, last] = [meterReading(1, 1_000), meterReading(2, 2_000), meterReading(3, 2_000)];
    await store.metering.save([late, early]);
    await Promise.all([
      store.metering.save([last]),
      store.metering.save([last, { ...early, takenAtMs: epochMs(9) }]),
    ]);
    await store.metering.save([]);
    const site = siteId("home-1");
    expect(await store.metering.lastUpTo(site, epochMs(999))).toBeNull();
    expect(await store.metering.lastUpTo(site, epochMs(1_999))).toEqual(early);
    expect(await store.metering.lastUpTo(site, epochMs(2_000))).toEqual(last);
    expect(await store.metering.firstFrom(site, epochMs(1_001))).toEqual(late);
    expect(await store.metering.firstFrom(site, epochMs(2_001))).toBeNull();
    expect(await store.metering.firstFrom(siteId("home-2"), epochMs(0))).toBeNull();
  });
}

function batchTests(): void {
  test("keeps a batch to the nano and to the byte, once", async () => {
    await store.batches.insert(batch(1));
    await store.batches.insert(batch(1));
    expect(await store.batches.byNumber(1)).toEqual(batch(1));
    expect(await store.batches.byInterval(intervalIndex(interval + 1))).toEqual(batch(1));
    expect(JSON.stringify((await store.batches.last())?.archive)).toBe(JSON.stringify(batch(1).archive));
    expect(await store.batches.byArchive("0x0a1")).toEqual(batch(1));
    expect(await store.batches.byArchive("0x0a2")).toBeNull();
    expect(await store.batches.byNumber(2)).toBeNull();
    const [row] = await runSql(
      database.connectionString,
      "select sum(paid_nano)::text, count(*)::int from trade_settlements",
    );
    expect(row).toEqual({ sum: (-2n * (10n ** 40n + 1n)).toString(), count: 2 });
  });

  test("refuses another batch under the same number or interval, and keeps nothing of it", async () => {
    await store.batches.insert(batch(1));
    const other = { ...batch(1), headerHash: "0xff" } as const;
    await expect(store.batches.insert(other)).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    const { intervalIndex: index } = batch(1);
    const sameInterval = {
      ...batch(2),
      intervalIndex: index,
      settlement: { ...batch(2).settlement, intervalIndex: index },
    };
    await expect(store.batches.insert(sameInterval)).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    const unsaved = { ...batch(3), archive: undefined };
    await expect(store.batches.insert(unsaved)).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    expect(await store.batches.list(0, 10)).toEqual([batch(1)]);
    expect(await store.batches.statements(siteId("home-1"), interval, 10)).toHaveLength(1);
  });

  test("follows a batch on its way to the chain", async () => {
    for (const number of [2, 1, 3]) await store.batches.insert(batch(number));
    await store.batches.update(1, { status: "committed", commitHash: "0xc1" });
    await store.batches.update(2, {
      status: "paid",
      commitHash: "0xc2",
      finalizeHash: "0xf2",
      payHash: "0xd2",
    });
    await store.batches.update(2, {});
    await store.batches.update(1, { commitHash: null });
    const first = { ...batch(1), status: "committed" };
    const second = {
      ...batch(2),
      status: "paid",
      commitHash: "0xc2",
      finalizeHash: "0xf2",
      payHash: "0xd2",
    };
    expect(await store.batches.unfinished()).toEqual([first, batch(3)]);
    expect(await store.batches.list(1, 2)).toEqual([first, second]);
    expect((await store.batches.last())?.number).toBe(3);
    await expect(store.batches.update(9, { status: "paid" })).rejects.toMatchObject({
      code: "STORE_NOT_FOUND",
    });
    const statements = await store.batches.statements(siteId("home-1"), interval, 2);
    expect(statements).toEqual([statement("home-1"), statement("home-1")]);
    expect(await store.batches.statements(siteId("home-1"), intervalIndex(interval + 1), 2)).toEqual([]);
  });
}

function outboxAndOwnershipTests(): void {
  test("confirms at most one outbox entry of a key", async () => {
    const [stuck, resent, other] = [entry("commit:1", 7), entry("commit:1", 8), entry("finalize:1", 6)];
    await store.outbox.put(stuck);
    await store.outbox.put(stuck);
    await store.outbox.put(other);
    expect(await store.outbox.pending()).toEqual([other, stuck]);
    await store.outbox.put(resent);
    expect(await store.outbox.byKey("commit:1")).toEqual(resent);
    expect(await store.outbox.pending()).toEqual([other, resent]);
    await store.outbox.confirm("commit:1");
    await store.outbox.confirm("commit:1");
    await store.outbox.put(resent);
    expect(await store.outbox.byKey("commit:1")).toEqual({ ...resent, status: "confirmed" });
    await expect(store.outbox.put(entry("commit:1", 9))).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    expect(await store.outbox.pending()).toEqual([other]);
    expect(await store.outbox.byKey("commit:2")).toBeNull();
  });

  test("remembers the devices under our command", async () => {
    const inverter = {
      deviceId: deviceId("home-1/inverter"),
      sequence: 1,
      validUntilMs: epochMs(1_780_000_000_123),
    };
    await store.ownership.save(inverter);
    await store.ownership.save({ ...inverter, sequence: LARGEST });
    await store.ownership.save({ ...inverter, deviceId: deviceId("home-0/battery") });
    expect(await store.ownership.list()).toEqual([
      { ...inverter, deviceId: "home-0/battery" },
      { ...inverter, sequence: LARGEST },
    ]);
    await store.ownership.clear(inverter.deviceId);
    await store.ownership.clear(inverter.deviceId);
    expect(await store.ownership.list()).toHaveLength(1);
  });
}
