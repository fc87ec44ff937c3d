import type { Account, Hex, Site, SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Clock, EpochMs } from "../time/clock.ts";
import type { DeliveryInterval, IntervalIndex } from "../time/delivery-interval.ts";
import type { WattHours } from "../units/energy.ts";
import type { MoneyNano } from "../units/money.ts";
import type { PriceMicroPerKwh } from "../units/price.ts";
import type { Logger } from "./logger.ts";
import type { RoutePlugin } from "./route-plugin.ts";
import type { BatchStore, OutboxStore } from "./store.ts";
import type { Trade } from "./trading-venue.ts";

/** The registers of a site's meter at one moment. Registers are cumulative: gaps heal and lies show. */
export interface MeterReading {
  readonly siteId: SiteId;
  /** Rises by one with each reading that a meter signs. */
  readonly sequence: number;
  readonly takenAtMs: EpochMs;
  readonly importWh: WattHours;
  readonly exportWh: WattHours;
}

/** A reading with its meter's signature (P-256, SHA-256) and the key that made it. */
export interface SignedMeterReading extends MeterReading {
  /** Uncompressed P-256 point, 65 bytes. */
  readonly meterKey: Hex;
  /** r and s, 64 bytes, low s. */
  readonly signature: Hex;
}

/** Signs readings for one meter. */
export interface MeterSigner {
  readonly meterKey: Hex;
  sign(reading: MeterReading): SignedMeterReading;
}

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
      readonly kind: "withdrawn";
      readonly siteId: SiteId;
      /** In the token's smallest unit. */
      readonly amount: bigint;
      readonly transactionHash: Hex;
    }
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "reachable" };

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

/** A site together with the key that moves its money. */
export interface RailSite extends Site {
  /** 32 bytes. */
  readonly ownerKey: Hex;
  /** Uncompressed P-256 point of its meter. */
  readonly meterKey: Hex;
}

/** What a rail needs from the outside. */
export interface RailContext {
  readonly community: string;
  readonly clock: Clock;
  /** Real time: retries on the chain. */
  readonly wallClock: Clock;
  readonly logger: Logger;
  /** A folder of the rail's own: chain state and keys. */
  readonly directory: string;
  readonly sites: readonly RailSite[];
  readonly tariff: Tariff;
  readonly batches: BatchStore;
  readonly outbox: OutboxStore;
  readonly emit: (event: SettlementEvent) => void;
}

/** Accounts what was delivered and pays for it. */
export interface SettlementRail {
  readonly routes: RoutePlugin;
  /** Makes a signer for a meter's P-256 key (32 bytes). */
  meterSigner(privateKey: Hex): MeterSigner;
  /** Gets the chain, the contracts and the accounts ready, and resumes what was under way. */
  start(context: RailContext): Promise<void>;
  /** Accounts an interval and stores its batch; the chain follows by itself. The same answer when repeated. */
  settle(delivery: IntervalDelivery): Promise<IntervalSettlement>;
  /** Waits until every stored batch is final and paid. */
  drain(signal: AbortSignal): Promise<void>;
  audit(): Promise<EscrowAudit>;
  stop(): Promise<void>;
}
