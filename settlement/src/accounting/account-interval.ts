import assert from "node:assert/strict";
import type {
  DeliveryInterval,
  SiteId,
  SiteStatement,
  Tariff,
  Trade,
  TradeSettlement,
  WattHours,
} from "@commonwatt/vpp-core";
import { wattHours } from "@commonwatt/vpp-core";
import { positionsOf } from "./net-position.ts";
import { type MeteredEnergy, siteStatement } from "./site-statement.ts";
import { settleTrade } from "./trade-settlement.ts";

/** One interval as it was traded and as it was measured. */
export interface IntervalAccountingInput {
  readonly interval: DeliveryInterval;
  readonly trades: readonly Trade[];
  /** Every site of the community; a site without a sound meter counts with zeros, so silence never pays. */
  readonly metered: ReadonlyMap<SiteId, MeteredEnergy>;
  readonly tariff: Tariff;
}

/** What an interval came to: trade by trade, and site by site in the order of `metered`. */
export interface IntervalAccounts {
  readonly trades: readonly TradeSettlement[];
  readonly statements: readonly SiteStatement[];
  readonly settledWh: WattHours;
}

/**
 * Accounts one delivery interval in exact integers: which part of each trade counts, who makes whom whole,
 * and what each site gains or pays in all. Pure; money in equals money out to the nano.
 * Throws an AssertionError when a trade is of another interval, of an unknown site or with itself.
 */
export function accountInterval(input: IntervalAccountingInput): IntervalAccounts {
  const { interval, metered, tariff } = input;
  for (const { id, intervalIndex, sellerId, buyerId } of input.trades) {
    assert(intervalIndex === interval.index, `trade ${id} is not of interval ${interval.index}`);
    assert(
      metered.has(sellerId) && metered.has(buyerId),
      `trade ${id} names a site that is not metered here`,
    );
    assert(sellerId !== buyerId, `trade ${id} is between a site and itself`);
  }
  const positions = positionsOf(input.trades, metered);
  const trades = input.trades.map((trade) => settleTrade(trade, positions, tariff));
  const sales = Map.groupBy(trades, ({ trade }) => trade.sellerId);
  const purchases = Map.groupBy(trades, ({ trade }) => trade.buyerId);
  const statements = [...metered].map(([siteId, energy]) =>
    siteStatement({
      siteId,
      intervalIndex: interval.index,
      energy,
      sales: sales.get(siteId) ?? [],
      purchases: purchases.get(siteId) ?? [],
      tariff,
    }),
  );
  const settledWh = wattHours(trades.reduce((sum, trade) => sum + trade.settledWh, 0));
  return { trades, statements, settledWh };
}
