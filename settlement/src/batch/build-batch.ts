import assert from "node:assert/strict";
import type {
  BookedOrder,
  DeliveryInterval,
  Hex,
  SignedMeterReading,
  SigningDomain,
  Trade,
} from "@commonwatt/vpp-core";
import { priceMicroPerKwh } from "@commonwatt/vpp-core";
import { accountInterval, type IntervalAccounts } from "../accounting/account-interval.ts";
import type { SignatureTrust } from "../metering/meter-interval.ts";
import { addToBalances, type Balances, balancesOf, NO_BALANCES } from "./balances.ts";
import {
  ARCHIVE_FORMAT,
  type ArchivedAccount,
  type BatchArchive,
  type BatchFile,
  hashArchive,
} from "./batch-archive.ts";
import {
  type BatchHeader,
  communityHash,
  hashHeader,
  headerFromJson,
  headerToJson,
  ZERO_HASH,
} from "./batch-header.ts";
import { type BatchLeaves, type BatchTrees, treesOf } from "./batch-leaves.ts";
import { type BatchRules, hashRules } from "./batch-rules.ts";
import type { FillLeaf } from "./fill-leaf.ts";
import { fillLeaves } from "./fill-leaves.ts";
import { type MeteredAccounts, type Metering, meterAccounts, type UnmeteredSite } from "./metered-leaves.ts";
import { positionToRow, readingToRow } from "./metered-rows.ts";
import { balanceToRow, fillToRow } from "./money-rows.ts";
import { orderDomain } from "./order-digest.ts";
import { orderLeaves } from "./order-leaves.ts";
import { type ArchivedOrder, orderToRow } from "./order-rows.ts";
import type { PositionLeaf } from "./position-leaf.ts";

/** One delivered interval and what is needed to make a batch of it. */
export interface BatchInput {
  readonly community: string;
  /** What orders are signed for: the court that will have the batch. */
  readonly domain: SigningDomain;
  readonly interval: DeliveryInterval;
  readonly clearingPrice: number | null;
  readonly rules: BatchRules;
  /** Every account of the escrow in the order of its indices. */
  readonly accounts: readonly ArchivedAccount[];
  /** Every order that the interval's book took in. */
  readonly orders: readonly BookedOrder[];
  readonly trades: readonly Trade[];
  readonly readings: readonly SignedMeterReading[];
  /** 32 random bytes, from which the salts of all leaves are made. */
  readonly seed: Hex;
}

/** A batch with what it says about trades and sites. */
export interface BuiltBatch {
  readonly file: BatchFile;
  readonly headerHash: Hex;
  readonly accounts: IntervalAccounts;
  /** Sites whose meter says nothing sound about the interval; they counted with zero. */
  readonly unmetered: readonly UnmeteredSite[];
}

/** A batch's input with its orders as they stand in it: what `buildBatch` and `verifyBatch` have in common. */
export type BatchParts = Omit<BatchInput, "orders"> & { readonly orders: readonly ArchivedOrder[] };

/**
 * Accounts an interval on top of the batch before it. Pure: the same input makes the same bytes. Readings
 * that are not sound are left out; their signatures are checked unless they were before.
 * Throws an AssertionError for trades of orders, and orders of accounts, that are not in the input.
 */
export function buildBatch(
  previous: BatchFile | null,
  input: BatchInput,
  signatures: SignatureTrust = "checked",
): BuiltBatch {
  const indices = new Map(input.accounts.map(({ account }, index) => [account.toLowerCase(), index]));
  const orders = orderLeaves(orderDomain(input.community, input.domain), input.orders, (account) =>
    indices.get(account.toLowerCase()),
  );
  return assembleBatch(previous, { ...input, orders }, signatures);
}

/** What an interval comes to: every leaf of its batch, and what it says about trades and sites. */
export interface AccountedInterval {
  readonly accounts: IntervalAccounts;
  readonly metered: MeteredAccounts;
  readonly balances: Balances;
  readonly leaves: BatchLeaves;
}

/** Accounts an interval whose orders have their leaves; see {@link buildBatch}. */
export function accountLeaves(
  previous: BatchFile | null,
  parts: BatchParts,
  signatures: SignatureTrust,
): AccountedInterval {
  const { interval, trades, rules, orders, seed } = parts;
  const metered = meterAccounts(parts, signatures);
  const tariff = {
    retailPrice: priceMicroPerKwh(rules.retailPrice),
    feedInPrice: priceMicroPerKwh(rules.feedInPrice),
  };
  const accounts = accountInterval({
    ...{ interval, trades, metered: metered.energies, tariff, feePpm: rules.feePpm },
  });
  const fills = fillLeaves(orders, accounts);
  const positions = positionLeaves(parts.accounts, metered.metering, fills);
  const balances = addToBalances(previous === null ? NO_BALANCES : balancesOf(previous), positions, seed);
  const leaves: BatchLeaves = {
    orders: orders.map(({ leaf }) => leaf),
    readings: metered.readings.map(({ leaf }) => leaf),
    ...{ fills, positions, balances: balances.accounts },
  };
  return { accounts, metered, balances, leaves };
}

/** Makes a batch of an interval whose orders have their leaves; see {@link buildBatch}. */
export function assembleBatch(
  previous: BatchFile | null,
  parts: BatchParts,
  signatures: SignatureTrust,
): BuiltBatch {
  const { interval, rules, orders, seed } = parts;
  const { accounts, metered, balances, leaves } = accountLeaves(previous, parts, signatures);
  const archive: BatchArchive = {
    format: ARCHIVE_FORMAT,
    community: parts.community,
    domain: parts.domain,
    ...afterBatch(previous),
    interval: { index: interval.index, startMs: interval.startMs, endMs: interval.endMs },
    ...{ clearingPrice: parts.clearingPrice, rules, seed, accounts: parts.accounts },
    orders: orders.map((order) => orderToRow(order)),
    readings: metered.readings.map((reading) => readingToRow(reading)),
    fills: leaves.fills.map((fill) => fillToRow(fill)),
    positions: leaves.positions.map((position) => positionToRow(position)),
    balances: leaves.balances.map(balanceToRow),
  };
  const trees = treesOf(seed, leaves);
  const header = headerOf(archive, leaves, trees, balances);
  return {
    file: { header: headerToJson(header), archive },
    headerHash: hashHeader(header),
    accounts,
    unmetered: metered.unmetered,
  };
}

/** Number and previous hash of the batch that follows one. */
export function afterBatch(previous: BatchFile | null): Pick<BatchArchive, "number" | "previousHash"> {
  return previous === null
    ? { number: 1, previousHash: ZERO_HASH }
    : { number: previous.header.number + 1, previousHash: hashHeader(headerFromJson(previous.header)) };
}

/** The header that belongs to an archive, its leaves and their trees. */
export function headerOf(
  archive: BatchArchive,
  leaves: BatchLeaves,
  trees: BatchTrees,
  totals: Pick<Balances, "creditTotal" | "debitTotal" | "feeTotal">,
): BatchHeader {
  return { ...headerClaims(archive, leaves, trees, totals), archiveHash: hashArchive(archive) };
}

/** All of a header but the archive's own hash. */
export function headerClaims(
  archive: Omit<BatchArchive, "fills" | "positions" | "balances" | "orders" | "readings">,
  leaves: BatchLeaves,
  trees: BatchTrees,
  totals: Pick<Balances, "creditTotal" | "debitTotal" | "feeTotal">,
): Omit<BatchHeader, "archiveHash"> {
  const { interval } = archive;
  const { creditTotal, debitTotal, feeTotal } = totals;
  return {
    community: communityHash(archive.community),
    number: archive.number,
    previousHash: archive.previousHash,
    intervalIndex: interval.index,
    intervalStart: Math.floor(interval.startMs / 1_000),
    intervalEnd: Math.floor(interval.endMs / 1_000),
    rulesHash: hashRules(archive.rules),
    clearingPrice: archive.clearingPrice,
    ordersRoot: trees.orders.root,
    orderCount: leaves.orders.length,
    readingsRoot: trees.readings.root,
    readingCount: leaves.readings.length,
    fillsRoot: trees.fills.root,
    fillCount: leaves.fills.length,
    positionsRoot: trees.positions.root,
    balancesRoot: trees.balances.root.hash,
    accountCount: leaves.positions.length,
    ...{ creditTotal, debitTotal, feeTotal },
  };
}

/** For each account its last running sums and what its meter says. */
function positionLeaves(
  accounts: readonly ArchivedAccount[],
  metering: readonly Metering[],
  fills: readonly FillLeaf[],
): readonly PositionLeaf[] {
  const last: (FillLeaf | undefined)[] = accounts.map(() => undefined);
  for (const fill of fills) last[fill.accountIndex] = fill;
  return accounts.map(({ account }, index) => {
    const fill = last[index];
    const meter = metering[index];
    assert(meter !== undefined, "every account is metered or not");
    const { soldWh = 0, boughtWh = 0, creditNano = 0n, debitNano = 0n } = fill ?? {};
    return { ...meter, account, soldWh, boughtWh, creditNano, debitNano };
  });
}
