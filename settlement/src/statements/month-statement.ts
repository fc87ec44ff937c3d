import { CommonwattError, type Hex, wattHours } from "@commonwatt/vpp-core";
import { energyLeftToRetailer } from "../accounting/site-statement.ts";
import type { BatchFile } from "../batch/batch-archive.ts";
import { hashHeader, headerFromJson } from "../batch/batch-header.ts";
import { type BatchLeaves, leavesOf } from "../batch/batch-leaves.ts";
import { shownLeaf } from "../batch/shown-leaf.ts";

/** What proves a line: the leaf's bytes and its siblings lead to the root in the header of the batch. */
export type LineProof = { readonly leaf: Hex; readonly siblings: readonly Hex[] };

/** One trade of a site as it was settled; money in nano as decimal texts. */
export type TradeLine = {
  /** Place among the batch's fills. */
  readonly fillIndex: number;
  readonly side: "sold" | "bought";
  readonly energyWh: number;
  /** What was both delivered and taken. */
  readonly settledWh: number;
  /** Micro per kWh. */
  readonly price: number;
  readonly paidNano: string;
  /** Got (+) or given (−), because somebody fell short. */
  readonly makeWholeNano: string;
  readonly feeNano: string;
  readonly proof: LineProof;
};

/** One interval of a site. */
export type IntervalLine = {
  readonly startMs: number;
  readonly endMs: number;
  readonly batchNumber: number;
  readonly headerHash: Hex;
  readonly trades: readonly TradeLine[];
  /** From trades, make-whole and fees, in and out: the position that stands in the batch. */
  readonly creditNano: string;
  readonly debitNano: string;
  /** `null` when the meter said nothing sound. */
  readonly meteredImportWh: number | null;
  readonly meteredExportWh: number | null;
  /** What is left between the site and its retailer. */
  readonly gridImportWh: number | null;
  readonly gridExportWh: number | null;
  readonly proof: LineProof;
};

/** What a month came to. */
export type MonthTotals = {
  readonly intervals: number;
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly settledSoldWh: number;
  readonly settledBoughtWh: number;
  readonly makeWholeNano: string;
  readonly feeNano: string;
  readonly creditNano: string;
  readonly debitNano: string;
  readonly gridImportWh: number;
  readonly gridExportWh: number;
  /** Intervals without a sound meter; their grid energy is in no sum. */
  readonly unmetered: number;
};

/** A site's month, each line with its batch and proof. */
export type MonthStatement = {
  readonly siteId: string;
  /** `YYYY-MM`, in UTC. */
  readonly month: string;
  /** ISO 4217 code of all money. */
  readonly currency: string;
  readonly account: Hex | null;
  readonly intervals: readonly IntervalLine[];
  readonly totals: MonthTotals;
};

/** First and last moment of a month in UTC. @throws CommonwattError `STATEMENT_MONTH_INVALID`. */
export function monthBounds(month: string): { readonly fromMs: number; readonly toMs: number } {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (found === null) {
    throw new CommonwattError("STATEMENT_MONTH_INVALID", `a month is written 2026-06, not ${month}`);
  }
  const [year, number] = [Number(found[1]), Number(found[2])];
  return { fromMs: Date.UTC(year, number - 1, 1), toMs: Date.UTC(year, number, 1) };
}

/** Makes a site's statement of a month out of batches; those of other months are passed over. */
export function monthStatement(
  files: readonly BatchFile[],
  siteId: string,
  month: string,
  currency: string,
): MonthStatement {
  const { fromMs, toMs } = monthBounds(month);
  const inMonth = files.filter(
    ({ archive }) => archive.interval.startMs >= fromMs && archive.interval.startMs < toMs,
  );
  const intervals = inMonth.flatMap((file) => intervalLine(file, siteId) ?? []);
  const account = inMonth
    .flatMap(({ archive }) => archive.accounts)
    .find((one) => one.siteId === siteId)?.account;
  return { siteId, month, currency, account: account ?? null, intervals, totals: totalsOf(intervals) };
}

function intervalLine(file: BatchFile, siteId: string): IntervalLine | null {
  const { archive } = file;
  const index = archive.accounts.findIndex((one) => one.siteId === siteId);
  const leaves = leavesOf(archive);
  const position = leaves.positions[index];
  if (position === undefined) return null;
  const trades = tradeLines(file, leaves, index);
  const settled = (side: TradeLine["side"]): number =>
    trades.filter((trade) => trade.side === side).reduce((sum, { settledWh }) => sum + settledWh, 0);
  const { isMetered } = position;
  const energy = {
    importWh: wattHours(position.endImportWh - position.startImportWh),
    exportWh: wattHours(position.endExportWh - position.startExportWh),
  };
  const grid = energyLeftToRetailer(energy, settled("sold") - settled("bought"));
  return {
    ...{ startMs: archive.interval.startMs, endMs: archive.interval.endMs, batchNumber: archive.number },
    ...{ headerHash: hashHeader(headerFromJson(file.header)), trades },
    ...{ creditNano: position.creditNano.toString(), debitNano: position.debitNano.toString() },
    meteredImportWh: isMetered ? energy.importWh : null,
    meteredExportWh: isMetered ? energy.exportWh : null,
    gridImportWh: isMetered ? grid.importWh : null,
    gridExportWh: isMetered ? grid.exportWh : null,
    proof: proofOf(file, "positions", index),
  };
}

function tradeLines(file: BatchFile, leaves: BatchLeaves, accountIndex: number): readonly TradeLine[] {
  return leaves.fills.flatMap((fill, fillIndex): TradeLine[] => {
    if (fill.accountIndex !== accountIndex) return [];
    const got = fill.isSeller ? fill.buyerMakeWholeNano : fill.sellerMakeWholeNano;
    const given = fill.isSeller ? fill.sellerMakeWholeNano : fill.buyerMakeWholeNano;
    return [
      {
        ...{ fillIndex, side: fill.isSeller ? "sold" : "bought" },
        ...{ energyWh: fill.energyWh, settledWh: fill.settledWh, price: fill.price },
        paidNano: fill.paidNano.toString(),
        makeWholeNano: (got - given).toString(),
        feeNano: (fill.isSeller ? fill.feeNano : 0n).toString(),
        proof: proofOf(file, "fills", fillIndex),
      },
    ];
  });
}

function proofOf(file: BatchFile, tree: "fills" | "positions", index: number): LineProof {
  const shown = shownLeaf(file, tree, index);
  if (shown === null) throw new TypeError(`the batch has no leaf ${index} of the ${tree}`);
  return { leaf: shown.leaf, siblings: shown.siblings };
}

function totalsOf(intervals: readonly IntervalLine[]): MonthTotals {
  const trades = intervals.flatMap((interval) => interval.trades);
  const energy = (side: TradeLine["side"], field: "energyWh" | "settledWh"): number =>
    trades.filter((trade) => trade.side === side).reduce((sum, trade) => sum + trade[field], 0);
  const money = (amounts: readonly string[]): string =>
    amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString();
  const grid = (field: "gridImportWh" | "gridExportWh"): number =>
    intervals.reduce((sum, interval) => sum + (interval[field] ?? 0), 0);
  return {
    intervals: intervals.length,
    ...{ soldWh: energy("sold", "energyWh"), boughtWh: energy("bought", "energyWh") },
    ...{ settledSoldWh: energy("sold", "settledWh"), settledBoughtWh: energy("bought", "settledWh") },
    makeWholeNano: money(trades.map(({ makeWholeNano }) => makeWholeNano)),
    feeNano: money(trades.map(({ feeNano }) => feeNano)),
    creditNano: money(intervals.map(({ creditNano }) => creditNano)),
    debitNano: money(intervals.map(({ debitNano }) => debitNano)),
    ...{ gridImportWh: grid("gridImportWh"), gridExportWh: grid("gridExportWh") },
    unmetered: intervals.filter(({ meteredImportWh }) => meteredImportWh === null).length,
  };
}
