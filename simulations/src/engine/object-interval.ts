import assert from "node:assert/strict";
import { type BookOrder, optimumOf } from "@commonwatt/market";
import type { IntervalAccounts, MeteredEnergy } from "@commonwatt/settlement";
import {
  type DeliveryInterval,
  type SiteId,
  type Tariff,
  type Trade,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { HomeStep } from "./object-home.ts";
import type { IntervalColumns } from "./simulation-result.ts";

/** An interval that was bid for. */
export interface ObjectRound {
  /** Which interval of the neighbourhood. */
  readonly t: number;
  readonly interval: DeliveryInterval;
  readonly tariff: Tariff;
  /** What its market draws by. */
  readonly seed: string;
  readonly orders: readonly BookOrder[];
  /** Whether anything was expected, so that homes could bid. */
  readonly isExpected: boolean;
}

/** An interval that was traded and delivered. */
export interface ObjectDelivery extends ObjectRound {
  readonly trades: readonly Trade[];
  readonly steps: readonly HomeStep[];
  /** What each meter counted, homes in their order. */
  readonly metered: ReadonlyMap<SiteId, MeteredEnergy>;
}

/** What an interval came to, before it is added to the columns. */
export interface IntervalOutcome extends ObjectDelivery {
  readonly accounts: IntervalAccounts;
}

/** Adds up what an interval came to. */
export function addObjectInterval(
  columns: IntervalColumns,
  neighbourhood: Neighbourhood,
  { t, orders, trades, steps, metered, accounts }: IntervalOutcome,
): void {
  const { loadWh, pvWh, siteIds, intervalMinutes } = neighbourhood;
  const limitOf = new Map(orders.map(({ id, limitPrice }) => [id, limitPrice]));
  const worth = trades.reduce((sum, { energyWh, price }) => sum + BigInt(energyWh) * BigInt(price), 0n);
  const tradedWh = trades.reduce((sum, { energyWh }) => sum + energyWh, 0);
  columns.price[t] = tradedWh > 0 ? Number(worth / BigInt(tradedWh)) : -1;
  columns.tradedWh[t] = tradedWh;
  columns.settledWh[t] = accounts.settledWh;
  columns.trades[t] = trades.length;
  for (const { side, energyWh } of orders) {
    const [count, sum] =
      side === "bid" ? [columns.bids, columns.demandWh] : [columns.offers, columns.supplyWh];
    count[t] = (count[t] as number) + 1;
    sum[t] = (sum[t] as number) + energyWh;
  }
  const total = <Item>(items: readonly Item[], of: (item: Item, h: number) => number): number =>
    items.reduce((sum, item, h) => sum + of(item, h), 0);
  const whOf = (powerW: number): number => Math.floor((powerW * intervalMinutes) / 60);
  columns.loadWh[t] = total(siteIds, (_, h) => loadWh[t * siteIds.length + h] as number);
  columns.pvWh[t] = total(siteIds, (_, h) => pvWh[t * siteIds.length + h] as number);
  columns.curtailedWh[t] = whOf(total(steps, ({ curtailedW }) => curtailedW));
  columns.chargedWh[t] = whOf(total(steps, ({ batteryW }) => Math.max(0, -batteryW)));
  columns.dischargedWh[t] = whOf(total(steps, ({ batteryW }) => Math.max(0, batteryW)));
  const meters = [...metered.values()];
  columns.importWh[t] = total(meters, ({ importWh }) => importWh);
  columns.exportWh[t] = total(meters, ({ exportWh }) => exportWh);
  const netWh = (columns.importWh[t] as number) - (columns.exportWh[t] as number);
  columns.communityImportWh[t] = Math.max(0, netWh);
  columns.communityExportWh[t] = Math.max(0, -netWh);
  const welfare = trades.reduce((sum, { bidId, offerId, energyWh }) => {
    const margin = (limitOf.get(bidId) as number) - (limitOf.get(offerId) as number);
    return sum + BigInt(energyWh) * BigInt(margin);
  }, 0n);
  columns.welfareNano[t] = Number(welfare);
  columns.bestWelfareNano[t] = Number(optimumOf(orders).welfare);
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((so, amount) => so + amount, 0n);
  const paid = sum(accounts.statements.map(({ debitNano }) => debitNano));
  const received = sum(accounts.statements.map(({ creditNano }) => creditNano));
  const fees = sum(accounts.fees);
  assert(paid === received + fees, "what buyers paid is what sellers got, and fees");
  columns.paidNano[t] = Number(paid);
  columns.receivedNano[t] = Number(received);
  columns.feeNano[t] = Number(fees);
}

/** What a register that shows whole Wh moves on by when so much flows. */
export function register(restsWmin: Float64Array, home: number, flownWmin: number): WattHours {
  const flown = (restsWmin[home] as number) + flownWmin;
  restsWmin[home] = flown % 60;
  return wattHours(Math.floor(flown / 60));
}
