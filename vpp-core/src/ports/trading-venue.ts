import type { Account, Hex, Site, SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Clock, EpochMs } from "../time/clock.ts";
import type { DeliveryInterval, IntervalIndex } from "../time/delivery-interval.ts";
import type { WattHours } from "../units/energy.ts";
import type { PriceMicroPerKwh } from "../units/price.ts";
import type { Logger } from "./logger.ts";
import type { RoutePlugin } from "./route-plugin.ts";

/** Which side of the market an order is on: a bid buys, an offer sells. */
export type OrderSide = "bid" | "offer";

/**
 * How long an order holds, if not until the gate closes: what does not trade at once ends, all of it trades at
 * once or nothing does, or it ends at a time.
 */
export type OrderTiming =
  | { readonly inForce: "immediate-or-cancel" | "fill-or-kill" }
  | { readonly inForce: "good-till-time"; readonly expiresAtMs: EpochMs };

/** What a site wants to trade in one delivery interval, before it is signed. */
export interface OrderIntent {
  readonly siteId: SiteId;
  readonly intervalIndex: IntervalIndex;
  readonly side: OrderSide;
  readonly energyWh: WattHours;
  /** The most a bid pays, the least an offer takes. */
  readonly limitPrice: PriceMicroPerKwh;
  /** Good till gate closure when left out. */
  readonly timing?: OrderTiming;
}

/** Which contract on which chain a signature is for (EIP-712). The community stands beside it, as the salt. */
export interface SigningDomain {
  readonly name: string;
  readonly version: string;
  readonly chainId: number;
  readonly verifyingContract: Account;
}

/** An order that its site has signed (EIP-712). The same order signed twice is the same order. */
export interface SignedOrder extends OrderIntent {
  readonly community: string;
  /** Left out where the venue settles on no chain. */
  readonly domain?: SigningDomain;
  readonly account: Account;
  /** Makes two otherwise equal orders different: 32 bytes. */
  readonly salt: Hex;
  readonly signature: Hex;
  /** Only when the signature is over many orders at once. */
  readonly bulk?: BulkProof;
  /** Only when the order takes the place of another of its site: that order's id. */
  readonly replaces?: Hex;
}

/** Where an order stands among the orders that one signature covers. */
export interface BulkProof {
  /** The site's group that the orders are in, 0 to 255. */
  readonly group: number;
  /** The orders hold until the group is cancelled with a higher counter. */
  readonly counter: number;
  /** Place of the order in the tree, from 0. */
  readonly index: number;
  /** The 32-byte nodes beside its way to the root, leaf's neighbour first; 1 to 8. */
  readonly proof: readonly Hex[];
}

/** What a site takes back, signed (EIP-712): an order, its orders in an interval, or a group signed at once. */
export type SignedCancel = {
  readonly community: string;
  /** Left out where the venue settles on no chain. */
  readonly domain?: SigningDomain;
  readonly siteId: SiteId;
  readonly account: Account;
  readonly signature: Hex;
} & (
  | { readonly scope: "order"; readonly orderId: Hex }
  | {
      readonly scope: "interval";
      readonly intervalIndex: IntervalIndex;
      /** Higher than in the site's last cancel of this interval. */
      readonly counter: number;
    }
  | {
      readonly scope: "group";
      readonly group: number;
      /** Orders signed with a lower counter end, sent or not. */
      readonly counter: number;
    }
);

/** What an account took back on the chain: its orders of a group that were signed at once with a lower counter. */
export interface ChainCancel {
  readonly account: Account;
  readonly group: number;
  readonly counter: number;
}

/** An order that a book took in, and how it left the book before the gate closed. */
export interface BookedOrder {
  readonly id: Hex;
  readonly order: SignedOrder;
  /** `null` when it took part in the clearing. */
  readonly ended: {
    readonly by:
      | "order-cancel"
      | "interval-cancel"
      | "group-cancel"
      | "replacement"
      | "remainder"
      | "expired"
      | "self-trade"
      /** It came by the chain, and the venue's rules turned it down. */
      | "refusal"
      /** The settlement could not hold to the call auction: nothing was traded in it. */
      | "void";
    /** What its site signed to take it back; `null` when it ended otherwise, or was taken back on the chain. */
    readonly cancel: SignedCancel | null;
  } | null;
}

/** What the venue says to a cancel. `orderIds` are the orders that it took out of their books. */
export type CancelReply =
  | { readonly status: "cancelled"; readonly orderIds: readonly Hex[]; readonly sequence: number }
  | { readonly status: "rejected"; readonly code: string; readonly message: string };

/** What the venue says to an order. Rejection codes are documented by the venue. */
export type OrderReply =
  | { readonly status: "accepted"; readonly orderId: Hex; readonly sequence: number }
  | { readonly status: "rejected"; readonly code: string; readonly message: string };

/** How a trade came about: as orders met while the gate was open, or in the call auction at its closure. */
export type TradePhase = "continuous" | "call";

/** One trade: `energyWh` from the seller to the buyer at `price`. */
export interface Trade {
  /** `<interval>-<number within it>`, in the order in which its trades were made. */
  readonly id: string;
  readonly intervalIndex: IntervalIndex;
  readonly sellerId: SiteId;
  readonly buyerId: SiteId;
  readonly offerId: Hex;
  readonly bidId: Hex;
  readonly energyWh: WattHours;
  /** A continuous trade has the resting order's price, those of a call auction share one. */
  readonly price: PriceMicroPerKwh;
  readonly phase: TradePhase;
}

/** One step of a supply or demand curve. */
export interface CurveStep {
  readonly price: PriceMicroPerKwh;
  readonly energyWh: WattHours;
}

/** What an interval's continuous phase came to. Prices are `null` when nothing was traded in it. */
export interface ContinuousTrading {
  readonly volumeWh: WattHours;
  readonly tradeCount: number;
  readonly lowPrice: PriceMicroPerKwh | null;
  readonly highPrice: PriceMicroPerKwh | null;
  /** Weighted by energy, rounded down. */
  readonly meanPrice: PriceMicroPerKwh | null;
}

/**
 * How the gate of an interval closed. `void`: too late to deliver, so there is no call auction; what was
 * traded before holds.
 */
export interface Clearing {
  readonly intervalIndex: IntervalIndex;
  readonly status: "cleared" | "void";
  readonly clearedAtMs: EpochMs;
  /** Of the call auction; `null` when nothing was traded in it. */
  readonly clearingPrice: PriceMicroPerKwh | null;
  /** Of both phases together. */
  readonly volumeWh: WattHours;
  readonly continuous: ContinuousTrading;
  /** Orders that went into the call auction. */
  readonly bidCount: number;
  readonly offerCount: number;
  /** What went into the call auction: bids by falling price, offers by rising price, not accumulated. */
  readonly demand: readonly CurveStep[];
  readonly supply: readonly CurveStep[];
  /** Of both phases, in the order in which they were made. */
  readonly trades: readonly Trade[];
}

/** Signs orders for one site, in the domain that its venue was started with. */
export interface OrderSigner {
  readonly account: Account;
  sign(intent: OrderIntent): SignedOrder;
  /** Signs to take back all of the site's orders in an interval. `counter` must rise with each such cancel. */
  signCancel(siteId: SiteId, interval: IntervalIndex, counter: number): SignedCancel;
}

/** What a venue needs from the outside. */
export interface VenueContext {
  readonly community: string;
  /** What orders are signed for; `null` where nothing is settled on a chain. */
  readonly domain: SigningDomain | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A folder of the venue's own, for its journal. */
  readonly directory: string;
  readonly sites: readonly Site[];
  readonly tariff: Tariff;
}

/** A market for delivery intervals. Every accepted input is on disk before it is acknowledged. */
export interface TradingVenue {
  readonly routes: RoutePlugin;
  /** Recovers from the journal and gets ready. */
  start(context: VenueContext): Promise<void>;
  /** Makes a signer for a site's key (32 bytes), for the orders of one community. */
  signer(community: string, privateKey: Hex): OrderSigner;
  /** Limit prices must be multiples of this. */
  readonly priceTick: PriceMicroPerKwh;
  /**
   * Opens the book of an interval; harmless when it is open already. `gateClosesMs` is when the gate is to
   * close, with the start of delivery when left out; the venue's phases follow from it.
   */
  openInterval(interval: DeliveryInterval, gateClosesMs?: EpochMs): Promise<void>;
  submit(order: SignedOrder): Promise<OrderReply>;
  /** Takes orders back; the same answer when repeated. */
  cancel(cancel: SignedCancel): Promise<CancelReply>;
  /** Ends what an account took back on the chain, and takes none of it any more; answers which orders that ended. */
  cancelFromChain(cancel: ChainCancel): Promise<readonly Hex[]>;
  /** Closes the gate and clears, or voids the book when delivery has begun; the same answer when repeated. */
  closeGate(index: IntervalIndex): Promise<Clearing>;
  /** Intervals whose gate is still open, oldest first. */
  openIntervals(): readonly DeliveryInterval[];
  /** Trades of an interval so far that are on the disk, of both phases, in the order in which they were made. */
  trades(index: IntervalIndex): readonly Trade[];
  /** Calls back with the intervals in which something was traded, once it is on the disk; until the answer is called. */
  onTrades(listener: (index: IntervalIndex) => void): () => void;
  /** Every order that the book of an interval took in, in the order of acceptance; none for one never opened. */
  bookedOrders(index: IntervalIndex): readonly BookedOrder[];
  /** Every clearing since `from`, oldest first. */
  clearings(from: IntervalIndex): readonly Clearing[];
  /** SHA-256 over everything the venue knows; equal after a replay of the journal. */
  stateHash(): Hex;
  stop(): Promise<void>;
}
