import { describe, expect, it } from "vitest";
import { DOMAIN, TARIFF, testInterval, testStreet, testTrade } from "../testing/street.ts";
import type { BatchArchive, BatchFile } from "./batch-archive.ts";
import { hashArchive } from "./batch-archive.ts";
import { buildBatch } from "./build-batch.ts";
import { canonicalJson } from "./canonical-json.ts";
import { isSale } from "./money-rows.ts";
import { NOBODY } from "./odd-leaf.ts";
import type { OrderRow, SignatureRow } from "./order-rows.ts";
import { verifyBatch } from "./verify-batch.ts";

const street = testStreet(3);
const accounts = street.sites.map(({ account, id, meterKey, limits }) => {
  const { importPowerMaxW: importMaxW, exportPowerMaxW: exportMaxW } = limits;
  return { account, siteId: id, meterKey, importMaxW, exportMaxW };
});
const rules = { ...TARIFF, feePpm: 10_000, intervalMs: 900_000, gateClosureMs: 90_000 };

function batch(previous: BatchFile | null, number: number, domain = DOMAIN): BatchFile {
  const interval = testInterval(number);
  const trades = [testTrade(interval, 1, 1, 2, 700, 200_001), testTrade(interval, 2, 1, 3, 300, 120_003)];
  const flows = [
    [0, 900],
    [700, 0],
    [100, 0],
  ] as const;
  const delivery = street.deliver(interval, flows, trades, domain);
  const seed = `0x${String(number).repeat(64)}` as const;
  return buildBatch(previous, {
    ...delivery,
    community: "test-street",
    domain,
    rules,
    accounts,
    seed,
  }).file;
}

const first = batch(null, 1);
const second = batch(first, 2);

/** The second batch with its archive changed, and the hash of the archive made to fit the lie. */
function lie(change: (archive: BatchArchive) => Partial<BatchArchive>): BatchFile {
  const archive = { ...second.archive, ...change(second.archive) };
  return { header: { ...second.header, archiveHash: hashArchive(archive) }, archive };
}

/** A list whose first element is another one. */
function withFirst<Element>(
  list: readonly Element[],
  change: (first: Element) => Element,
): readonly Element[] {
  return list.map((element, index) => (index === 0 ? change(element) : element));
}

/** An order under another signature. */
function signedAs(row: OrderRow, signed: SignatureRow): OrderRow {
  const [digest, accountIndex, isBid, limitPrice, energyWh, orderSalt, ended, , ...rest] = row;
  return [digest, accountIndex, isBid, limitPrice, energyWh, orderSalt, ended, signed, ...rest];
}

/** Makes something of the first order's leaf odd. */
function withOdd(odd: OrderRow[9]): (archive: BatchArchive) => Partial<BatchArchive> {
  return ({ orders }) => ({
    orders: withFirst(orders, ([digest, accountIndex, isBid, limitPrice, energyWh, ...rest]) => {
      const [orderSalt, ended, signed, end] = rest;
      return [digest, accountIndex, isBid, limitPrice, energyWh, orderSalt, ended, signed, end, odd];
    }),
  });
}

describe("verifying a batch from its archive", () => {
  it("finds nothing wrong with a batch that is right, whatever order a database gave its fields", () => {
    expect(verifyBatch(null, first)).toEqual([]);
    expect(verifyBatch(first, second)).toEqual([]);
    const shuffled = Object.fromEntries(Object.entries(second.archive).toReversed()) as BatchArchive;
    expect(verifyBatch(first, { ...second, archive: shuffled })).toEqual([]);
    expect(verifyBatch(first, JSON.parse(JSON.stringify(second)) as BatchFile)).toEqual([]);
  });

  it("keeps the names of an archive's leaves in the order in which they are hashed", () => {
    for (const part of ["orders", "readings", "fills", "positions", "balances"] as const) {
      expect(canonicalJson(second.archive[part])).toBe(JSON.stringify(second.archive[part]));
    }
  });

  it("keeps money in and money out and the fee equal to the nano", () => {
    const { creditTotal, debitTotal, feeTotal } = second.header;
    expect(BigInt(creditTotal) + BigInt(feeTotal)).toBe(BigInt(debitTotal));
    expect(BigInt(feeTotal)).toBeGreaterThan(0n);
  });

  it("tells a changed archive from its hash", () => {
    const archive = { ...second.archive, number: 2, seed: `0x${"00".repeat(32)}` as const };
    expect(verifyBatch(first, { ...second, archive })).toContain("archive-hash-wrong");
  });

  it("recomputes orders, fills, positions and balances from what was signed", () => {
    const cheaper = lie(({ orders }) => ({
      orders: withFirst(orders, ([digest, index, isBid, , ...rest]) => [digest, index, isBid, 1, ...rest]),
    }));
    expect(verifyBatch(first, cheaper)).toEqual(["order-wrong", "orders-root-wrong"]);
    const hidden = { signedHash: `0x${"aa".repeat(32)}` } as const;
    expect(verifyBatch(first, lie(withOdd(hidden)))).toEqual(["order-wrong", "orders-root-wrong"]);
    const uncalled = { endedHash: `0x${"aa".repeat(32)}` } as const;
    expect(verifyBatch(first, lie(withOdd(uncalled)))).toEqual(["order-end-wrong", "orders-root-wrong"]);
    for (const odd of [{ intervalIndex: 1 }, { account: street.sites[2]?.account ?? NOBODY }]) {
      expect(verifyBatch(first, lie(withOdd(odd)))).toEqual(["order-wrong", "orders-root-wrong"]);
    }
    const forged = lie(({ orders: [one, two, ...rest] }) => ({
      orders: one && two ? [signedAs(one, two[7]), two, ...rest] : [],
    }));
    expect(verifyBatch(first, forged)).toEqual(["order-signature-wrong", "orders-root-wrong"]);
    const paidMore = lie(({ fills }) => ({
      fills: fills.map((row) => (isSale(row) ? (row.with(6, "1") as unknown as typeof row) : row)),
    }));
    expect(verifyBatch(first, paidMore)).toEqual(["fills-wrong"]);
    const soldMore = lie(({ fills }) => ({
      fills: withFirst(fills, (row) => row.with(-1, { soldWh: 1 }) as unknown as typeof row),
    }));
    expect(verifyBatch(first, soldMore)).toEqual(["fills-wrong"]);
    const richer = lie(({ balances }) => ({
      balances: withFirst(balances, ([index, account, , debit]) => [index, account, "99999999", debit]),
    }));
    expect(verifyBatch(first, richer)).toEqual(["balances-wrong"]);
    const meterless = lie(({ positions }) => ({
      positions: withFirst(positions, ([sold, bought, credit, debit, , ...rest]) => [
        ...([sold, bought, credit, debit, false] as const),
        ...rest,
      ]),
    }));
    expect(verifyBatch(first, meterless)).toEqual(["positions-wrong"]);
    const fewerReadings = lie(({ readings }) => ({ readings: readings.slice(1) }));
    expect(verifyBatch(first, fewerReadings)).toContain("readings-root-wrong");
  });

  it.each([
    ["number", 3, "number-wrong"],
    ["previousHash", `0x${"aa".repeat(32)}`, "previous-hash-wrong"],
    ["community", `0x${"aa".repeat(32)}`, "community-wrong"],
    ["intervalIndex", 1, "interval-wrong"],
    ["intervalStart", 1, "interval-wrong"],
    ["intervalEnd", 1, "interval-wrong"],
    ["rulesHash", `0x${"aa".repeat(32)}`, "rules-wrong"],
    ["clearingPrice", 1, "price-wrong"],
    ["ordersRoot", `0x${"aa".repeat(32)}`, "orders-root-wrong"],
    ["readingsRoot", `0x${"aa".repeat(32)}`, "readings-root-wrong"],
    ["fillsRoot", `0x${"aa".repeat(32)}`, "fills-root-wrong"],
    ["positionsRoot", `0x${"aa".repeat(32)}`, "positions-root-wrong"],
    ["balancesRoot", `0x${"aa".repeat(32)}`, "balances-root-wrong"],
    ["orderCount", 5, "counts-wrong"],
    ["readingCount", 5, "counts-wrong"],
    ["fillCount", 5, "counts-wrong"],
    ["accountCount", 4, "counts-wrong"],
    ["creditTotal", "7", "totals-wrong"],
    ["debitTotal", "7", "totals-wrong"],
    ["feeTotal", "7", "totals-wrong"],
    ["archiveHash", `0x${"aa".repeat(32)}`, "archive-hash-wrong"],
  ])("names a wrong %s in the header", (field, value, code) => {
    const header = { ...second.header, [field]: value };
    expect(verifyBatch(first, { ...second, header })).toEqual([code]);
  });

  it.each([
    ["name", "Uncommonwatt", "domain-wrong"],
    ["version", "2", "version-wrong"],
    ["chainId", 1, "chain-wrong"],
    ["verifyingContract", `0x${"0d".repeat(20)}`, "contract-wrong"],
  ])("names a batch whose orders are signed for another %s", (field, value, code) => {
    const elsewhere = batch(null, 3, { ...DOMAIN, [field]: value });
    expect(verifyBatch(null, elsewhere)).toEqual([]);
    expect(verifyBatch(null, elsewhere, "checked", DOMAIN)).toEqual([code, "order-wrong"]);
    // Digests of our court above signatures for the other one.
    const signatures = new Map(elsewhere.archive.orders.map((row) => [row[5], row[7]]));
    const borrowed = lie(({ orders }) => ({
      orders: withFirst(orders, (row) => {
        const signed = signatures.get(row[5]);
        if (signed === undefined) throw new Error("both batches have the same orders");
        return signedAs(row, signed);
      }),
    }));
    expect(verifyBatch(first, borrowed)).toEqual(["order-signature-wrong", "orders-root-wrong"]);
  });

  it("takes no reading that is signed for another court, and finds one in a batch", () => {
    const interval = testInterval(4);
    const elsewhere = { ...DOMAIN, chainId: 1 };
    const { readings } = street.deliver(interval, [[0, 900]], [], elsewhere);
    const seed = `0x${"4".repeat(64)}` as const;
    const shared = { community: "test-street", domain: DOMAIN, rules, accounts, seed, interval };
    const input = { ...shared, clearingPrice: null, orders: [], trades: [], readings };
    const { file, unmetered } = buildBatch(null, input);
    expect(file.archive.readings).toEqual([]);
    expect(unmetered.map(({ code }) => code)).toEqual(street.sites.map(() => "signature-wrong"));
    const careless = buildBatch(null, input, "trusted").file;
    expect(verifyBatch(null, careless, "trusted")).toEqual([]);
    expect(verifyBatch(null, careless)).toContain("readings-wrong");
  });

  it("names a batch of another community", () => {
    expect(
      verifyBatch(
        first,
        lie(() => ({ community: "another-street" })),
      ),
    ).toEqual(expect.arrayContaining(["community-wrong", "order-wrong"]));
  });

  it("needs the right batch before it, the same accounts and a sane archive", () => {
    expect(verifyBatch(null, second)).toContain("previous-hash-wrong");
    expect(verifyBatch(second, second)).toContain("interval-wrong");
    const moved = lie(({ accounts: list }) => ({ accounts: list.toReversed() }));
    expect(verifyBatch(first, moved)).toEqual(["accounts-changed"]);
    const older = lie(() => ({ format: "commonwatt.batch.v4" as BatchArchive["format"] }));
    expect(verifyBatch(first, older)).toEqual(["archive-format-unknown"]);
    const gone = lie(() => ({ orders: [] }));
    expect(verifyBatch(first, gone)).toEqual(["archive-malformed"]);
  });
});
