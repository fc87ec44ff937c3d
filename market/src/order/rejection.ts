/**
 * Why an order may be turned down, in the order in which it is checked: an order with several faults is
 * always told the first of these. `docs/rejections.md` says what each means and what to do about it.
 */
export const REJECTION_CODES = [
  "not-an-order",
  "wrong-community",
  "unknown-interval",
  "unknown-site",
  "account-mismatch",
  "bad-side",
  "energy-not-positive",
  "price-out-of-range",
  "bad-salt",
  "bad-signature",
  "gate-closed",
  "both-sides",
  "order-limit-reached",
  "energy-over-connection-limit",
] as const;

/** A stable reason for which an order was turned down. */
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** An order turned down: a value, since bad orders are nothing out of the ordinary. */
export interface Rejection {
  readonly code: RejectionCode;
  /** For a person; may change. */
  readonly message: string;
}
