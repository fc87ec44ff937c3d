import type { Hex, Site, SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Clock, DurationMs } from "../time/clock.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import type { Logger } from "./logger.ts";
import type { MeterSigner } from "./metering.ts";
import type { RoutePlugin } from "./route-plugin.ts";
import type { EscrowAudit, IntervalDelivery, IntervalSettlement, SettlementEvent } from "./settlement.ts";
import type { BatchStore, OutboxStore } from "./store.ts";
import type { ChainCancel, SignedOrder, SigningDomain } from "./trading-venue.ts";

/** A site together with the key that moves its money. */
export interface RailSite extends Site {
  /** 32 bytes. */
  readonly ownerKey: Hex;
  /** Uncompressed P-256 point of its meter. */
  readonly meterKey: Hex;
  /** Signs 32 bytes of a record that binds the meter to its site. */
  readonly signWithMeter: (digest: Hex) => Hex;
}

/** What a rail needs from the outside. */
export interface RailContext {
  readonly community: string;
  /** ISO 4217 code that money is printed in. */
  readonly currency: string;
  readonly clock: Clock;
  /** Real time: retries on the chain. */
  readonly wallClock: Clock;
  readonly logger: Logger;
  /** A folder of the rail's own: chain state and keys. */
  readonly directory: string;
  readonly sites: readonly RailSite[];
  readonly tariff: Tariff;
  /** Length of a delivery interval, and how long before its start the gate closes. */
  readonly intervalMs: DurationMs;
  readonly gateClosureMs: DurationMs;
  readonly batches: BatchStore;
  readonly outbox: OutboxStore;
  readonly emit: (event: SettlementEvent) => void;
}

/** Accounts what was delivered and pays for it. */
export interface SettlementRail {
  readonly routes: RoutePlugin;
  /**
   * Makes a signer for a meter's P-256 key (32 bytes): what it signs counts in this community alone and, once the rail
   * has started, before its contracts alone.
   */
  meterSigner(community: string, privateKey: Hex): MeterSigner;
  /** Gets the chain, the contracts and the accounts ready, and resumes what was under way. */
  start(context: RailContext): Promise<void>;
  /** What orders and readings must be signed for, so that it can settle them, once it has started; `null` without a chain. */
  signingDomain(): SigningDomain | null;
  /** Where the node of a chain of its own answers, once it has started. `null` for others' chains: an address may hold a key. */
  nodeUrl(): string | null;
  /** Orders for an interval that sites put on the chain, so that nobody can overlook them: the venue is to take them. */
  forcedOrders(interval: DeliveryInterval): Promise<readonly SignedOrder[]>;
  /** What sites took back on the chain, as far as it counts for an interval: the venue is to end it before its gate closes. */
  chainCancels(interval: DeliveryInterval): Promise<readonly ChainCancel[]>;
  /** Sites that are another account's than the configured one as an interval begins: the venue is to end their orders. */
  handedOver(interval: DeliveryInterval): Promise<readonly SiteId[]>;
  /**
   * Accounts an interval and stores its batch; the chain follows by itself. The same answer when repeated. Waits for a
   * chain that is away, since what was put there belongs into the batch.
   */
  settle(delivery: IntervalDelivery): Promise<IntervalSettlement>;
  /** Waits until every stored batch is final and paid. */
  drain(signal: AbortSignal): Promise<void>;
  audit(): Promise<EscrowAudit>;
  stop(): Promise<void>;
}
