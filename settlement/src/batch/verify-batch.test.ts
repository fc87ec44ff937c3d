import type { Hex } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { TARIFF, testInterval, testStreet, testTrade } from "../testing/street.ts";
import type { BatchArchive, BatchFile } from "./batch-archive.ts";
import { hashArchive } from "./batch-archive.ts";
import { buildBatch } from "./build-batch.ts";
import { verifyBatch } from "./verify-batch.ts";

const street = testStreet(3);
const accounts = street.sites.map(({ account, id, meterKey }) => ({ account, siteId: id, meterKey }));
const salts = accounts.map((_, index): Hex => `0x${String(index + 1).repeat(64)}`);

function batch(previous: BatchFile | null, number: number): BatchFile {
  const interval = testInterval(number);
  const trades = [testTrade(interval, 1, 1, 2, 700, 200_001), testTrade(interval, 2, 1, 3, 300, 120_003)];
  const delivery = street.deliver(
    interval,
    [
      [0, 900],
      [700, 0],
      [100, 0],
    ],
    trades,
  );
  return buildBatch(previous, { ...delivery, community: "test", tariff: TARIFF, accounts, salts }).file;
}

const first = batch(null, 1);
const second = batch(first, 2);

/** The second batch with its archive changed, and the hash of the archive made to fit the lie. */
function lie(change: (archive: BatchArchive) => Partial<BatchArchive>): BatchFile {
  const archive = { ...second.archive, ...change(second.archive) };
  return { header: { ...second.header, archiveHash: hashArchive(archive) }, archive };
}

describe("verifying a batch from its archive", () => {
  it("finds nothing wrong with a batch that is right, whatever order a database gave its fields", () => {
    expect(verifyBatch(null, first)).toEqual([]);
    expect(verifyBatch(first, second)).toEqual([]);
    const shuffled = Object.fromEntries(Object.entries(second.archive).toReversed()) as BatchArchive;
    expect(verifyBatch(first, { ...second, archive: shuffled })).toEqual([]);
  });

  it("tells a changed archive from its hash", () => {
    const archive = { ...second.archive, clearingPrice: 1 };
    expect(verifyBatch(first, { ...second, archive })).toEqual(["archive-hash-wrong"]);
  });

  it("recomputes settlements, balances and roots", () => {
    const paidMore = lie(({ settlements: [one, ...rest] }) => ({
      settlements: one === undefined ? [] : [{ ...one, paidNano: "1" }, ...rest],
    }));
    expect(verifyBatch(first, paidMore)).toEqual(["settlements-wrong"]);
    const richer = lie(({ balances: [one, ...rest] }) => ({
      balances: one === undefined ? [] : [{ ...one, credit: "99999999" }, ...rest],
    }));
    expect(verifyBatch(first, richer)).toEqual(["balances-wrong"]);
    const otherPrice = lie(({ trades: [one, ...rest] }) => ({
      trades: one === undefined ? [] : [testTrade(testInterval(2), 1, 1, 2, 700, 210_000), ...rest],
    }));
    expect(verifyBatch(first, otherPrice)).toEqual([
      "settlements-wrong",
      "balances-wrong",
      "trades-root-wrong",
      "balances-root-wrong",
      "totals-wrong",
    ]);
    const fewerReadings = lie(({ readings }) => ({ readings: readings.slice(1) }));
    expect(verifyBatch(first, fewerReadings)).toContain("readings-root-wrong");
  });

  it.each([
    ["number", 3, "number-wrong"],
    ["previousHash", `0x${"aa".repeat(32)}`, "previous-hash-wrong"],
    ["community", `0x${"aa".repeat(32)}`, "community-wrong"],
    ["intervalIndex", 1, "interval-wrong"],
    ["tradesRoot", `0x${"aa".repeat(32)}`, "trades-root-wrong"],
    ["readingsRoot", `0x${"aa".repeat(32)}`, "readings-root-wrong"],
    ["balancesRoot", `0x${"aa".repeat(32)}`, "balances-root-wrong"],
    ["accountCount", 4, "account-count-wrong"],
    ["creditTotal", "7", "totals-wrong"],
    ["debitTotal", "7", "totals-wrong"],
    ["feeTotal", "7", "totals-wrong"],
    ["archiveHash", `0x${"aa".repeat(32)}`, "archive-hash-wrong"],
  ])("names a wrong %s in the header", (field, value, code) => {
    const header = { ...second.header, [field]: value };
    expect(verifyBatch(first, { ...second, header })).toEqual([code]);
  });

  it("needs the right batch before it, the same accounts and a sane archive", () => {
    expect(verifyBatch(null, second)).toContain("previous-hash-wrong");
    expect(verifyBatch(second, second)).toContain("interval-wrong");
    const moved = lie(({ accounts: list }) => ({ accounts: list.toReversed() }));
    expect(verifyBatch(first, moved)).toEqual(["accounts-changed"]);
    const gone = lie(() => ({
      accounts: accounts.map((one) => ({ ...one, siteId: null, meterKey: null })),
    }));
    expect(verifyBatch(first, gone)).toEqual(["archive-malformed"]);
  });
});
