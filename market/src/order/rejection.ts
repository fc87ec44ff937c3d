/**
 * Why an order may be turned down, in the order in which it is checked: an order with several faults is
 * always told the first of these. `docs/rejections.md` says what each means and what to do about it.
 */
export const REJECTION_CODES = [
  "not-an-order",
  "wrong-community",
  "wrong-domain",
  "wrong-version",
  "wrong-chain",
  "wrong-contract",
  "unknown-interval",
  "unknown-site",
  "account-mismatch",
  "bad-side",
  "energy-not-positive",
  "price-out-of-range",
  "price-off-tick",
  "bad-salt",
  "bad-bulk-proof",
  "bad-replaces",
  "bad-timing",
  "bad-signature",
  "replayed",
  "group-cancelled",
  "gate-closed",
  "expired",
  "call-phase",
  "unknown-order",
  "order-elsewhere",
  "order-ended",
  "already-filled",
  "both-sides",
  "order-limit-reached",
  "energy-over-connection-limit",
  "market-full",
  "not-fillable",
] as const;

/** Why a cancel may be turned down, in the order in which it is checked. */
export const CANCEL_REJECTION_CODES = [
  "not-a-cancel",
  "wrong-community",
  "wrong-domain",
  "wrong-version",
  "wrong-chain",
  "wrong-contract",
  "unknown-site",
  "account-mismatch",
  "bad-scope",
  "bad-order-id",
  "unknown-interval",
  "bad-group",
  "bad-counter",
  "bad-signature",
  "unknown-order",
  "order-ended",
  "replayed",
  "gate-closed",
] as const;

/** A stable reason for which an order or a cancel was turned down. */
export type RejectionCode = (typeof REJECTION_CODES)[number] | (typeof CANCEL_REJECTION_CODES)[number];

/** An order or cancel turned down: a value, since bad ones are nothing out of the ordinary. */
export interface Rejection {
  readonly code: RejectionCode;
  /** For a person; may change. */
  readonly message: string;
}
