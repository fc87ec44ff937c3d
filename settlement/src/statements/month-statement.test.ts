import type { Hex } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import type { BatchFile } from "../batch/batch-archive.ts";
import { buildBatch } from "../batch/build-batch.ts";
import { provesLeaf } from "../batch/merkle-tree.ts";
import { keccak256 } from "../hash/keccak.ts";
import { DOMAIN, TARIFF, testInterval, testStreet, testTrade } from "../testing/street.ts";
import { monthStatement } from "./month-statement.ts";
import { printStatement } from "./print-statement.ts";

const RULES = { ...TARIFF, feePpm: 10_000, intervalMs: 900_000, gateClosureMs: 90_000 };

/** Batches of three homes in which the first sells to both others and falls short. */
function batches(count: number): readonly BatchFile[] {
  const street = testStreet(3);
  const accounts = street.sites.map(({ id, account, meterKey, limits }) => ({
    ...{ account, siteId: id, meterKey },
    ...{ importMaxW: limits.importPowerMaxW, exportMaxW: limits.exportPowerMaxW },
  }));
  const files: BatchFile[] = [];
  for (let number = 1; number <= count; number++) {
    const interval = testInterval(number);
    const trades = [testTrade(interval, 1, 1, 2, 700, 200_001), testTrade(interval, 2, 1, 3, 333, 200_001)];
    const delivery = street.deliver(
      interval,
      [
        [0, 901],
        [700, 0],
        [300, 0],
      ],
      trades,
    );
    const seed: Hex = `0x${number.toString(16).padStart(64, "0")}`;
    files.push(
      buildBatch(files.at(-1) ?? null, {
        ...delivery,
        community: "test-street",
        domain: DOMAIN,
        rules: RULES,
        accounts,
        seed,
      }).file,
    );
  }
  return files;
}

const MONTH = new Date(testInterval(1).startMs).toISOString().slice(0, 7);

describe("a site's month", () => {
  const files = batches(3);

  it.each(["home-1", "home-2", "home-3"])("adds up to what the batches say of %s", (siteId) => {
    const { totals, intervals } = monthStatement(files, siteId, MONTH, "EUR");
    const index = files[0]?.archive.accounts.findIndex((one) => one.siteId === siteId) ?? -1;
    const [, , credit, debit] = files.at(-1)?.archive.balances[index] ?? [];
    expect(intervals.map(({ batchNumber }) => batchNumber)).toEqual([1, 2, 3]);
    expect([totals.creditNano, totals.debitNano]).toEqual([credit, debit]);
    const lines = intervals.flatMap(({ trades }) => trades);
    const net = lines.reduce((sum, { side, paidNano, makeWholeNano, feeNano }) => {
      const paid = BigInt(paidNano);
      return sum + (side === "sold" ? paid : -paid) + BigInt(makeWholeNano) - BigInt(feeNano);
    }, 0n);
    expect(net).toBe(BigInt(totals.creditNano) - BigInt(totals.debitNano));
  });

  it("splits every meter between neighbours and grid", () => {
    for (const { siteId } of files[0]?.archive.accounts ?? []) {
      for (const line of monthStatement(files, siteId ?? "", MONTH, "EUR").intervals) {
        const traded = line.trades.reduce(
          (sum, { side, settledWh }) => sum + (side === "sold" ? settledWh : -settledWh),
          0,
        );
        const metered = (line.meteredExportWh ?? 0) - (line.meteredImportWh ?? 0);
        expect((line.gridExportWh ?? 0) - (line.gridImportWh ?? 0)).toBe(metered - traded);
      }
    }
  });

  it("proves every line by the batch's own roots", () => {
    for (const { batchNumber, trades, proof } of monthStatement(files, "home-1", MONTH, "EUR").intervals) {
      const { header } = files[batchNumber - 1] ?? {};
      if (header === undefined) throw new Error("a line names its batch");
      for (const trade of trades) {
        const leaf = keccak256(keccak256(trade.proof.leaf));
        expect(
          provesLeaf(header.fillsRoot, header.fillCount, trade.fillIndex, leaf, trade.proof.siblings),
        ).toBe(true);
      }
      const position = keccak256(keccak256(proof.leaf));
      expect(provesLeaf(header.positionsRoot, header.accountCount, 0, position, proof.siblings)).toBe(true);
    }
  });

  it("is printed with the same sums", () => {
    const statement = monthStatement(files, "home-1", MONTH, "EUR");
    const rows = printStatement(statement, "csv")
      .trim()
      .split("\r\n")
      .map((row) => row.split(","));
    const [header = [], ...lines] = rows;
    const sum = (column: string): string =>
      lines.reduce((total, row) => total + BigInt(row[header.indexOf(column)] || "0"), 0n).toString();
    expect(sum("credit_nano")).toBe(statement.totals.creditNano);
    expect(sum("debit_nano")).toBe(statement.totals.debitNano);
    expect(sum("fee_nano")).toBe(statement.totals.feeNano);
    expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
    const page = printStatement(statement, "html");
    expect(page).toContain(`<h1>home-1, ${MONTH}</h1>`);
    expect(page).toContain("Amounts in EUR");
    expect(page).not.toContain("nothing was settled");
    const credit = BigInt(statement.totals.creditNano);
    expect(page).toContain(
      `${credit / 1_000_000_000n}.${(credit % 1_000_000_000n).toString().padStart(9, "0")}`,
    );
    expect(JSON.parse(printStatement(statement, "json"))).toEqual(statement);
  });

  it("has nothing of other months and other sites, and refuses what is no month", () => {
    const empty = monthStatement(files, "home-1", "1999-01", "EUR");
    expect(empty.intervals).toEqual([]);
    expect(printStatement(empty, "html")).toContain("nothing was settled in this month");
    expect(monthStatement(files, "home-9", MONTH, "EUR").totals).toMatchObject({
      intervals: 0,
      creditNano: "0",
    });
    expect(() => monthStatement(files, "home-1", "2026-13", "EUR")).toThrow(
      expect.objectContaining({ code: "STATEMENT_MONTH_INVALID" }),
    );
  });
});
