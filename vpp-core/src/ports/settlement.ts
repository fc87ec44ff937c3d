import type { Account, Hex, SiteId } from "../grid/site.ts";
import type { DeliveryInterval, IntervalIndex } from "../time/delivery-interval.ts";
import type { WattHours } from "../units/energy.ts";
import type { MoneyNano } from "../units/money.ts";
import type { PriceMicroPerKwh } from "../units/price.ts";
import type { SignedMeterReading } from "./metering.ts";
import type { BookedOrder, Trade } from "./trading-venue.ts";

/** What one trade came to after delivery was measured. */
export interface TradeSettlement {
  readonly trade: Trade;
  /** Energy that was both delivered and taken: what is paid at the trade's price. */
  readonly settledWh: WattHours;
  /** Buyer to seller for the settled energy. */
  readonly paidNano: MoneyNano;
  /** Seller to buyer, because the seller fell short. */
  readonly sellerMakeWholeNano: MoneyNano;
  /** Buyer to seller, because the buyer fell short. */
  readonly buyerMakeWholeNano: MoneyNano;
}

/** What one site's interval came to. */
export interface SiteStatement {
  readonly siteId: SiteId;
  readonly intervalIndex: IntervalIndex;
  readonly soldWh: WattHours;
  readonly boughtWh: WattHours;
  readonly settledSoldWh: WattHours;
  readonly settledBoughtWh: WattHours;
  readonly meteredImportWh: WattHours;
  readonly meteredExportWh: WattHours;
  /** From trades and make-whole, in and out. */
  readonly creditNano: MoneyNano;
  readonly debitNano: MoneyNano;
  /** What the site gains (+) or pays (−) in all: trades, make-whole, and its retailer for the rest. */
  readonly withTradingNano: MoneyNano;
  /** What it would have come to with the retailer alone. */
  readonly withoutTradingNano: MoneyNano;
}

/** One interval, ready to be accounted. */
export interface IntervalDelivery {
  readonly interval: DeliveryInterval;
  readonly clearingPrice: PriceMicroPerKwh | null;
  /** Every order that the interval's book took in. */
  readonly orders: readonly BookedOrder[];
  readonly trades: readonly Trade[];
  /** Per site the signed readings that enclose the interval's start and end. */
  readonly readings: readonly SignedMeterReading[];
}

/** The outcome of accounting one interval: already safe in the store, on its way to the chain. */
export interface IntervalSettlement {
  readonly intervalIndex: IntervalIndex;
  readonly batchNumber: number;
  readonly settledWh: WattHours;
  readonly trades: readonly TradeSettlement[];
  readonly statements: readonly SiteStatement[];
}

/** What the rail tells while a batch makes its way. */
export type SettlementEvent =
  | {
      readonly kind: "committed" | "finalized" | "paid";
      readonly batchNumber: number;
      readonly intervalIndex: IntervalIndex;
      readonly transactionHash: Hex;
    }
  | {
      /** Somebody proved a batch wrong; it and all after it are off the chain, and the bond is slashed. */
      readonly kind: "taken-back";
      readonly batchNumber: number;
      /** What was shown, e.g. `overdraft`. */
      readonly reason: string;
      readonly transactionHash: Hex;
    }
  | {
      readonly kind: "withdrawn";
      readonly siteId: SiteId;
      /** In the token's smallest unit. */
      readonly amount: bigint;
      readonly transactionHash: Hex;
    }
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "reachable" }
  /** Something waits though the chain answers: for a lower fee, or for whoever signs. */
  | { readonly kind: "held-back"; readonly code: string; readonly message: string };

/** The escrow's books against its money, read from the chain. */
export interface EscrowAudit {
  /** What the contract holds, in the token's smallest unit. */
  readonly tokenBalance: bigint;
  /** What it owes: every account, the operator's bond and fees. */
  readonly owed: bigint;
  readonly conserved: boolean;
  readonly batchesCommitted: number;
  readonly batchesFinalized: number;
  readonly contract: Account;
  readonly chainId: number;
}
