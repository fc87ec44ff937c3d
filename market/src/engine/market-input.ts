import type {
  ChainCancel,
  Clearing,
  DeliveryInterval,
  EpochMs,
  Hex,
  IntervalIndex,
  SignedCancel,
  SignedOrder,
  SigningDomain,
  Site,
} from "@commonwatt/vpp-core";
import type { RejectionCode } from "../order/rejection.ts";
import type { BookEffect } from "./book-effect.ts";
import type { MarketRules } from "./market-rules.ts";

/** Everything that can happen to a market. The time of each is an input, never asked for. */
export type MarketInput =
  | RegisterChanged
  | {
      readonly kind: "interval-opened";
      readonly atMs: EpochMs;
      readonly interval: DeliveryInterval;
      /** When the gate is to close; with the start of delivery when left out. */
      readonly gateClosesMs?: EpochMs;
    }
  /** What is due by now happens: orders expire, call phases begin. */
  | { readonly kind: "time-advanced"; readonly atMs: EpochMs }
  /** The order is whatever came in from outside; its type is what it must turn out to be. */
  | { readonly kind: "order-submitted"; readonly atMs: EpochMs; readonly order: SignedOrder }
  /** The cancel, too, is whatever came in. */
  | { readonly kind: "cancel-submitted"; readonly atMs: EpochMs; readonly cancel: SignedCancel }
  /** An account took orders back on the chain: who says so has seen it there. */
  | { readonly kind: "chain-cancelled"; readonly atMs: EpochMs; readonly cancel: ChainCancel }
  | { readonly kind: "gate-closed"; readonly atMs: EpochMs; readonly intervalIndex: IntervalIndex };

/** Who takes part from now on, and by which rules. */
export interface RegisterChanged {
  readonly kind: "register-changed";
  readonly atMs: EpochMs;
  readonly sites: readonly Site[];
  readonly rules: MarketRules;
  /** What orders are signed for; left out where nothing is settled on a chain. */
  readonly domain?: SigningDomain;
}

/** What an input came to. An input that changed nothing need not be remembered. */
export type MarketEvent =
  | { readonly kind: "register-set"; readonly changed: boolean }
  | { readonly kind: "interval-open"; readonly changed: boolean }
  | { readonly kind: "time-advanced"; readonly changed: boolean; readonly effects: readonly BookEffect[] }
  | {
      readonly kind: "order-accepted";
      /** `false` for an order that was accepted before: it is the same order. */
      readonly changed: boolean;
      readonly orderId: Hex;
      readonly sequence: number;
      readonly effects: readonly BookEffect[];
    }
  | {
      readonly kind: "order-rejected";
      readonly changed: false;
      readonly code: RejectionCode;
      readonly message: string;
    }
  | {
      readonly kind: "orders-cancelled";
      /** `false` for a cancel that was taken before: nothing more is cancelled. */
      readonly changed: boolean;
      readonly orderIds: readonly Hex[];
      readonly sequence: number;
      readonly effects: readonly BookEffect[];
    }
  | {
      readonly kind: "cancel-rejected";
      readonly changed: false;
      readonly code: RejectionCode;
      readonly message: string;
    }
  | { readonly kind: "gate-closed"; readonly changed: boolean; readonly clearing: Clearing };
