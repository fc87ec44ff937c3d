import { priceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import { balanceLeaves } from "../batch/balances.ts";
import type { BatchFile } from "../batch/batch-archive.ts";
import { headerToJson } from "../batch/batch-header.ts";
import { leavesOf, treesOf } from "../batch/batch-leaves.ts";
import { assembleBatch, headerOf } from "../batch/build-batch.ts";
import { balanceToRow } from "../batch/money-rows.ts";
import { partsOf } from "../batch/verify-batch.ts";

/** Lies that an operator can tell in a demonstration. */
export const LIE_KINDS = ["overdraft", "price", "overfill", "reading", "withhold"] as const;

/** One of {@link LIE_KINDS}. */
export type LieKind = (typeof LIE_KINDS)[number];

/** Far more than any home deposits, nano: 10,000 units. */
const OVERDRAFT_NANO = 10_000_000_000_000n;
const OVERFILL_WH = 500;
const FORGED_WH = 250;

/**
 * A batch with one lie in it and all else as it should be: every sum, root and hash is that of the lie.
 * `null` when this interval has nothing that the lie could be about.
 */
export function tellLie(kind: LieKind, previous: BatchFile | null, honest: BatchFile): BatchFile | null {
  switch (kind) {
    case "overdraft":
      return overdraft(honest);
    case "price":
      return passOverBestBid(previous, honest);
    case "overfill":
      return overfill(previous, honest);
    case "reading":
      return forgeReading(previous, honest);
    case "withhold":
      return honest;
  }
}

/** The first account owes the second what it has not got. */
function overdraft({ archive }: BatchFile): BatchFile | null {
  const leaves = leavesOf(archive);
  if (leaves.balances.length < 2) return null;
  // In the archive's own writing: the operator builds its next batch on these.
  const balances = balanceLeaves(archive).map((balance, index) => {
    if (index === 0) return { ...balance, debit: balance.debit + OVERDRAFT_NANO };
    return index === 1 ? { ...balance, credit: balance.credit + OVERDRAFT_NANO } : balance;
  });
  const lie = { ...archive, balances: balances.map(balanceToRow) };
  const all = { ...leaves, balances };
  const creditTotal = balances.reduce((sum, { credit }) => sum + credit, 0n);
  const debitTotal = balances.reduce((sum, { debit }) => sum + debit, 0n);
  const totals = { creditTotal, debitTotal, feeTotal: debitTotal - creditTotal };
  return { archive: lie, header: headerToJson(headerOf(lie, all, treesOf(lie.seed, all), totals)) };
}

/** Whoever bid most gets nothing, as if the clearing price had been too high for it. */
function passOverBestBid(previous: BatchFile | null, { archive }: BatchFile): BatchFile | null {
  const parts = partsOf(archive);
  const { clearingPrice } = archive;
  const [best] = parts.orders
    .filter(({ leaf }) => leaf.isBid && clearingPrice !== null && leaf.limitPrice > clearingPrice)
    .filter(({ leaf }) => parts.trades.some(({ bidId }) => bidId === leaf.digest))
    .toSorted((a, b) => b.leaf.limitPrice - a.leaf.limitPrice);
  if (best === undefined) return null;
  const trades = parts.trades.filter(({ bidId }) => bidId !== best.leaf.digest);
  return trades.length === 0 ? null : assembleBatch(previous, { ...parts, trades }, "trusted").file;
}

/** A home is made to buy more than it ordered. */
function overfill(previous: BatchFile | null, { archive }: BatchFile): BatchFile | null {
  const parts = partsOf(archive);
  const [first, ...others] = parts.trades;
  if (first === undefined) return null;
  const ordered = parts.orders.find(({ leaf }) => leaf.digest === first.bidId)?.leaf.energyWh ?? 0;
  const more = { ...first, energyWh: wattHours(ordered + OVERFILL_WH), price: priceMicroPerKwh(first.price) };
  return assembleBatch(previous, { ...parts, trades: [more, ...others] }, "trusted").file;
}

/** A seller's meter is made to have counted more by the interval's end than it signed. */
function forgeReading(previous: BatchFile | null, { archive }: BatchFile): BatchFile | null {
  const parts = partsOf(archive);
  const { startMs, endMs } = archive.interval;
  const seller = parts.trades[0]?.sellerId;
  const readings = parts.readings.map((reading) => {
    const isLate = reading.siteId === seller && reading.takenAtMs > (startMs + endMs) / 2;
    return isLate ? { ...reading, exportWh: wattHours(reading.exportWh + FORGED_WH) } : reading;
  });
  const file = assembleBatch(previous, { ...parts, readings }, "trusted").file;
  // A meter that said nothing late in the interval, or too much already, can't be lied about.
  const isTold = readings.some((reading, index) => reading !== parts.readings[index]);
  return isTold && file.archive.readings.length === archive.readings.length ? file : null;
}
