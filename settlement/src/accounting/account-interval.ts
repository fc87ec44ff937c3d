import assert from "node:assert/strict";
import type {
  DeliveryInterval,
  MoneyNano,
  SiteId,
  SiteStatement,
  Tariff,
  Trade,
  TradeSettlement,
  WattHours,
} from "@commonwatt/vpp-core";
import { wattHours } from "@commonwatt/vpp-core";
import { positionsOf } from "./net-position.ts";
import { type MeteredEnergy, type SiteSums, siteStatement } from "./site-statement.ts";
import { feeOf, settleTrade } from "./trade-settlement.ts";

/** One interval as it was traded and as it was measured. */
export interface IntervalAccountingInput {
  readonly interval: DeliveryInterval;
  readonly trades: readonly Trade[];
  /** Every site of the community; a site without a sound meter counts with zeros, so silence never pays. */
  readonly metered: ReadonlyMap<SiteId, MeteredEnergy>;
  readonly tariff: Tariff;
  /** Millionths of what is paid for energy that the operator keeps, off the seller's credit; none unless given. */
  readonly feePpm?: number;
}

/** What an interval came to: trade by trade, and site by site in the order of `metered`. */
export interface IntervalAccounts {
  readonly trades: readonly TradeSettlement[];
  /** The fee of each trade. */
  readonly fees: readonly MoneyNano[];
  readonly statements: readonly SiteStatement[];
  readonly settledWh: WattHours;
}

/**
 * Accounts one delivery interval in exact integers: which part of each trade counts, who makes whom whole,
 * and what each site gains or pays in all. Pure; money in equals money out and fees, to the nano.
 * Throws an AssertionError when a trade is of another interval, of an unknown site or with itself.
 */
export function accountInterval(input: IntervalAccountingInput): IntervalAccounts {
  const { interval, metered, tariff, feePpm = 0 } = input;
  for (const { id, intervalIndex, sellerId, buyerId } of input.trades) {
    // No text is made for a trade that is right.
    if (intervalIndex !== interval.index) assert.fail(`trade ${id} is not of interval ${interval.index}`);
    if (sellerId === buyerId) assert.fail(`trade ${id} is between a site and itself`);
  }
  const positions = positionsOf(input.trades, metered);
  const trades = input.trades.map((trade) => settleTrade(trade, positions, tariff));
  const fees = trades.map(({ paidNano }) => feeOf(paidNano, feePpm));
  const sums = new Map<SiteId, SiteSums>();
  for (const site of metered.keys()) sums.set(site, noSums());
  trades.forEach((settlement, index) => {
    addTrade(sums, settlement, fees[index] ?? 0n);
  });
  const statements = [...metered].map(([siteId, energy]) =>
    siteStatement(siteId, interval.index, sums.get(siteId) ?? noSums(), energy, tariff),
  );
  const settledWh = wattHours(trades.reduce((sum, trade) => sum + trade.settledWh, 0));
  return { trades, fees, statements, settledWh };
}

function noSums(): SiteSums {
  return { soldWh: 0, boughtWh: 0, settledSoldWh: 0, settledBoughtWh: 0, creditNano: 0n, debitNano: 0n };
}

function addTrade(sums: ReadonlyMap<SiteId, SiteSums>, settlement: TradeSettlement, feeNano: bigint): void {
  const { trade, settledWh, paidNano, sellerMakeWholeNano, buyerMakeWholeNano } = settlement;
  const seller = sums.get(trade.sellerId);
  const buyer = sums.get(trade.buyerId);
  assert(seller !== undefined && buyer !== undefined, "both sites of a settled trade are known");
  const fromBuyer = paidNano + buyerMakeWholeNano;
  seller.soldWh += trade.energyWh;
  seller.settledSoldWh += settledWh;
  seller.creditNano += fromBuyer - feeNano;
  seller.debitNano += sellerMakeWholeNano;
  buyer.boughtWh += trade.energyWh;
  buyer.settledBoughtWh += settledWh;
  buyer.creditNano += sellerMakeWholeNano;
  buyer.debitNano += fromBuyer;
}
