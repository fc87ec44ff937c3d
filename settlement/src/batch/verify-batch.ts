import {
  epochMs,
  type IntervalIndex,
  priceMicroPerKwh,
  type SignedMeterReading,
  type SigningDomain,
  type SiteId,
  siteId,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import type { SignatureTrust } from "../metering/meter-interval.ts";
import { ARCHIVE_FORMAT, type BatchArchive, type BatchFile, hashArchive, partyOf } from "./batch-archive.ts";
import { type BatchHeader, headerFromJson } from "./batch-header.ts";
import { treesOf } from "./batch-leaves.ts";
import { accountLeaves, afterBatch, type BatchParts, headerClaims } from "./build-batch.ts";
import { meterKeyOf, positionToRow, type ReadingRow, readingToRow } from "./metered-rows.ts";
import { balanceToRow, fillToRow, isSale } from "./money-rows.ts";
import { type OrderDomain, orderDomain } from "./order-digest.ts";
import { type OrderFault, orderFaults } from "./order-faults.ts";
import { type ArchivedOrder, ordersOf } from "./order-rows.ts";

/** What can be wrong with a batch. */
export type BatchFault =
  | OrderFault
  | "archive-malformed"
  | "archive-format-unknown"
  | "archive-hash-wrong"
  | "community-wrong"
  | "domain-wrong"
  | "version-wrong"
  | "chain-wrong"
  | "contract-wrong"
  | "number-wrong"
  | "previous-hash-wrong"
  | "interval-wrong"
  | "rules-wrong"
  | "price-wrong"
  | "accounts-changed"
  | "orders-unsorted"
  | "readings-wrong"
  | "fills-wrong"
  | "positions-wrong"
  | "balances-wrong"
  | "orders-root-wrong"
  | "readings-root-wrong"
  | "fills-root-wrong"
  | "positions-root-wrong"
  | "balances-root-wrong"
  | "counts-wrong"
  | "totals-wrong";

const HEADER_FAULTS: readonly (readonly [keyof Omit<BatchHeader, "archiveHash">, BatchFault])[] = [
  ["community", "community-wrong"],
  ["number", "number-wrong"],
  ["previousHash", "previous-hash-wrong"],
  ["intervalIndex", "interval-wrong"],
  ["intervalStart", "interval-wrong"],
  ["intervalEnd", "interval-wrong"],
  ["rulesHash", "rules-wrong"],
  ["clearingPrice", "price-wrong"],
  ["ordersRoot", "orders-root-wrong"],
  ["orderCount", "counts-wrong"],
  ["readingsRoot", "readings-root-wrong"],
  ["readingCount", "counts-wrong"],
  ["fillsRoot", "fills-root-wrong"],
  ["fillCount", "counts-wrong"],
  ["positionsRoot", "positions-root-wrong"],
  ["balancesRoot", "balances-root-wrong"],
  ["accountCount", "counts-wrong"],
  ["creditTotal", "totals-wrong"],
  ["debitTotal", "totals-wrong"],
  ["feeTotal", "totals-wrong"],
];

/**
 * Recomputes a batch from the signed orders and readings in its archive and the batch before it, and says
 * everything that differs; nothing when the batch is right. Needs no chain, no database and no trust:
 * compare the header's hash with the court's own to know that it is the batch that was committed.
 * Whose meter is whose, and what was cancelled on the chain, only the chain can say.
 * @param domain - what orders must be signed for; that of the archive itself when nobody says.
 */
export function verifyBatch(
  previous: BatchFile | null,
  batch: BatchFile,
  signatures: SignatureTrust = "checked",
  domain: SigningDomain = batch.archive.domain,
): readonly BatchFault[] {
  const { header, archive } = batch;
  if (archive.format !== ARCHIVE_FORMAT) return ["archive-format-unknown"];
  const faults = new Set<BatchFault>(domainFaults(archive.domain, domain));
  if (header.archiveHash !== hashArchive(archive)) faults.add("archive-hash-wrong");
  if (previous !== null && previous.archive.community !== archive.community) faults.add("community-wrong");
  if (archive.number !== header.number) faults.add("number-wrong");
  if (previous !== null && header.intervalIndex <= previous.header.intervalIndex)
    faults.add("interval-wrong");
  if (!continuesAccounts(previous, batch)) return [...faults, "accounts-changed"];
  try {
    const parts = partsOf(archive);
    checkOrders(parts, orderDomain(archive.community, domain), signatures === "trusted", faults);
    const right = accountLeaves(previous, parts, signatures);
    const { fills, positions, balances } = right.leaves;
    if (!areRowsOf(right.metered.readings, readingToRow, archive.readings)) faults.add("readings-wrong");
    if (!areRowsOf(fills, fillToRow, archive.fills)) faults.add("fills-wrong");
    if (!areRowsOf(positions, positionToRow, archive.positions)) faults.add("positions-wrong");
    if (!areRowsOf(balances, balanceToRow, archive.balances)) faults.add("balances-wrong");
    const trees = treesOf(archive.seed, right.leaves);
    const rebuilt = headerClaims(
      { ...archive, ...afterBatch(previous) },
      right.leaves,
      trees,
      right.balances,
    );
    const stated = headerFromJson(header);
    for (const [field, fault] of HEADER_FAULTS) if (rebuilt[field] !== stated[field]) faults.add(fault);
    return [...faults];
  } catch {
    // Trades of unknown orders, numbers that are none: not something that could have been built.
    return [...faults, "archive-malformed"];
  }
}

/** In what an archive's domain is another than the one that it must be. */
function domainFaults(said: SigningDomain, domain: SigningDomain): readonly BatchFault[] {
  const isContract = said.verifyingContract.toLowerCase() === domain.verifyingContract.toLowerCase();
  return [
    ...(said.name === domain.name ? [] : (["domain-wrong"] as const)),
    ...(said.version === domain.version ? [] : (["version-wrong"] as const)),
    ...(said.chainId === domain.chainId ? [] : (["chain-wrong"] as const)),
    ...(isContract ? [] : (["contract-wrong"] as const)),
  ];
}

function checkOrders(
  { interval, accounts, orders }: BatchParts,
  domain: OrderDomain,
  isTrusted: boolean,
  faults: Set<BatchFault>,
): void {
  for (const fault of orderFaults(domain, orders, isTrusted)) if (fault !== null) faults.add(fault);
  let before = "";
  for (const { leaf } of orders) {
    if (leaf.intervalIndex !== interval.index) faults.add("order-wrong");
    const account = accounts[leaf.accountIndex]?.account;
    if (account !== leaf.account && account?.toLowerCase() !== leaf.account.toLowerCase()) {
      faults.add("order-wrong");
    }
    if (leaf.digest <= before) faults.add("orders-unsorted");
    before = leaf.digest;
  }
}

/**
 * What a batch was made from, out of its archive. Throws for fills that are not of trades, and for orders that cannot
 * even be encoded.
 */
export function partsOf(archive: BatchArchive): BatchParts {
  const { index, startMs, endMs } = archive.interval;
  const orders = ordersOf(archive);
  return {
    ...archive,
    interval: { index: index as IntervalIndex, startMs: epochMs(startMs), endMs: epochMs(endMs) },
    orders,
    trades: tradesOf(archive, orders),
    readings: archive.readings.map((reading) => signedReading(archive, reading)),
  };
}

/** Of an account that is not there: a trade of it cannot be accounted. */
const NO_PARTY = "" as SiteId;

/** The trades behind an archive's fills, each as its seller has it. Throws for fills that are not of trades. */
function tradesOf(
  { interval, accounts, fills }: BatchArchive,
  orders: readonly ArchivedOrder[],
): readonly Trade[] {
  const parties = accounts.map(partyOf);
  const trades: Trade[] = [];
  for (const sale of fills) {
    if (!isSale(sale)) continue;
    const offer = orders[sale[1]];
    const bid = orders[fills[sale[0]]?.[1] ?? -1];
    if (offer === undefined || bid === undefined) {
      throw new TypeError("a fill names an order or a twin that is not there");
    }
    trades.push({
      id: `${interval.index}-${trades.length + 1}`,
      intervalIndex: interval.index as IntervalIndex,
      sellerId: parties[offer.leaf.accountIndex] ?? NO_PARTY,
      buyerId: parties[bid.leaf.accountIndex] ?? NO_PARTY,
      offerId: offer.leaf.digest,
      bidId: bid.leaf.digest,
      energyWh: wattHours(sale[3]),
      price: priceMicroPerKwh(sale[4]),
      phase: sale[2] === 0 ? "continuous" : "call",
    });
  }
  return trades;
}

function signedReading({ accounts }: BatchArchive, row: ReadingRow): SignedMeterReading {
  const [accountIndex, sequence, takenAtMs, importWh, exportWh, signature] = row;
  return {
    siteId: siteId(accounts[accountIndex]?.siteId ?? ""),
    sequence,
    takenAtMs: epochMs(takenAtMs),
    importWh: wattHours(importWh),
    exportWh: wattHours(exportWh),
    meterKey: meterKeyOf(accounts, row),
    signature,
  };
}

/** Accounts keep their index; new ones come at the end. */
function continuesAccounts(previous: BatchFile | null, { archive }: BatchFile): boolean {
  return (previous?.archive.accounts ?? []).every(
    (account, index) => archive.accounts[index]?.account === account.account,
  );
}

/** Whether an archive has for each leaf the row that it should be. */
function areRowsOf<Leaf>(
  leaves: readonly Leaf[],
  toRow: (leaf: Leaf) => readonly unknown[],
  rows: readonly (readonly unknown[])[],
): boolean {
  return leaves.length === rows.length && leaves.every((leaf, index) => isSameRow(toRow(leaf), rows[index]));
}

/** Whether a row has what it should. */
function isSameRow(right: readonly unknown[], row: readonly unknown[] | undefined): boolean {
  if (right.length !== row?.length) return false;
  for (let field = 0; field < right.length; field++) if (right[field] !== row[field]) return false;
  return true;
}
