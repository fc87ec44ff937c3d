import type {
  ChainCancel,
  EpochMs,
  Hex,
  SignedCancel,
  SigningDomain,
  Site,
  SiteId,
} from "@commonwatt/vpp-core";
import { isSameAccount } from "../order/account.ts";
import { GROUP_MAX } from "../order/bulk-order.ts";
import { isHexBytes, lowerHex } from "../order/hex.ts";
import { recoverAccount } from "../order/recover-order-account.ts";
import type { Rejection, RejectionCode } from "../order/rejection.ts";
import { cancelDigest } from "../order/signed-digest.ts";
import { wrongDomain } from "../order/wrong-domain.ts";
import type { SignatureTrust } from "./admit-order.ts";
import type { AcceptedOrder, CounterCancel, MarketState } from "./market-state.ts";

/** What the checks make of a cancel. */
export type CancelAdmission =
  | { readonly outcome: "new"; readonly cancel: SignedCancel; readonly orders: readonly AcceptedOrder[] }
  | { readonly outcome: "known"; readonly orderIds: readonly Hex[]; readonly sequence: number }
  | { readonly outcome: "rejected"; readonly rejection: Rejection };

type Draft = Readonly<Record<string, unknown>>;

/**
 * Judges a cancel by every check, in the order of `CANCEL_REJECTION_CODES`. Never throws, whatever comes in.
 * A cancel that was taken before is recognised before the gate is looked at.
 */
export function admitCancel(
  state: MarketState,
  candidate: unknown,
  at: EpochMs,
  signatures: SignatureTrust,
): CancelAdmission {
  if (typeof candidate !== "object" || candidate === null) {
    return rejected("not-a-cancel", "a cancel must be an object");
  }
  const draft = candidate as Draft;
  if (draft["community"] !== state.community) {
    return rejected("wrong-community", `this is the market of ${state.community}`);
  }
  const misdirected = wrongDomain(state.domain, draft["domain"]);
  if (misdirected !== null) return { outcome: "rejected", rejection: misdirected };
  const site = state.sites.get(draft["siteId"] as Site["id"]);
  if (site === undefined) return rejected("unknown-site", "no such site in this community");
  if (!isSameAccount(draft["account"], site.account)) {
    return rejected("account-mismatch", `the account of ${site.id} is another one`);
  }
  const malformed = malformation(state, draft);
  if (malformed !== null) return { outcome: "rejected", rejection: malformed };
  const cancel = pickFields(candidate as SignedCancel, site, state.domain);
  const isSigned =
    isHexBytes(cancel.signature, 65) &&
    (signatures === "trusted" || recoverAccount(cancelDigest(cancel), cancel.signature) === site.account);
  if (!isSigned) return rejected("bad-signature", `the signature is not of ${site.account} over this cancel`);
  switch (cancel.scope) {
    case "order":
      return admitOrderCancel(state, cancel, at);
    case "interval":
      return admitIntervalCancel(state, cancel, at);
    case "group":
      return admitGroupCancel(state, cancel, at);
  }
}

function malformation(state: MarketState, draft: Draft): Rejection | null {
  const { scope, orderId, intervalIndex, group, counter } = draft;
  switch (scope) {
    case "order":
      return isHexBytes(orderId, 32) ? null : reject("bad-order-id", "orderId must be 32 bytes of hex");
    case "interval":
      if (!state.books.has(intervalIndex as never))
        return reject("unknown-interval", "no book was ever opened for this delivery interval");
      return counterMalformation(counter);
    case "group":
      if (!Number.isInteger(group) || (group as number) < 0 || (group as number) > GROUP_MAX)
        return reject("bad-group", `group must be an integer of 0 to ${GROUP_MAX}`);
      return counterMalformation(counter);
    default:
      return reject("bad-scope", "scope must be order, interval or group");
  }
}

function counterMalformation(counter: unknown): Rejection | null {
  return Number.isSafeInteger(counter) && (counter as number) >= 1
    ? null
    : reject("bad-counter", "counter must be a safe integer of 1 or more");
}

/** A cancel with exactly its own fields, so that nothing else a sender wrote reaches the journal. */
function pickFields(cancel: SignedCancel, { account }: Site, domain: SigningDomain | null): SignedCancel {
  const { community, siteId, signature } = cancel;
  const head = { community, ...(domain === null ? {} : { domain }), siteId, account, signature };
  switch (cancel.scope) {
    case "order":
      return { ...head, scope: "order", orderId: lowerHex(cancel.orderId) };
    case "interval":
      return { ...head, scope: "interval", intervalIndex: cancel.intervalIndex, counter: cancel.counter };
    case "group":
      return { ...head, scope: "group", group: cancel.group, counter: cancel.counter };
  }
}

type Of<Scope extends SignedCancel["scope"]> = Extract<SignedCancel, { readonly scope: Scope }>;

function admitOrderCancel(state: MarketState, cancel: Of<"order">, at: EpochMs): CancelAdmission {
  const accepted = state.orders.get(cancel.orderId);
  if (accepted === undefined || accepted.order.siteId !== cancel.siteId) {
    return rejected("unknown-order", `${cancel.siteId} has no order ${cancel.orderId}`);
  }
  const { ended } = accepted;
  if (ended?.by === "order-cancel") {
    return { outcome: "known", orderIds: [accepted.id], sequence: ended.sequence };
  }
  if (ended !== null) return rejected("order-ended", `the order has ended before, by ${ended.by}`);
  if (isClosed(state, accepted.order.intervalIndex, at)) return gateClosed();
  return { outcome: "new", cancel, orders: [accepted] };
}

function admitIntervalCancel(state: MarketState, cancel: Of<"interval">, at: EpochMs): CancelAdmission {
  const { intervalIndex, siteId, counter } = cancel;
  const book = state.books.get(intervalIndex);
  const before = admissionByCounter(book?.cancels.get(siteId), counter);
  if (before !== null) return before;
  if (isClosed(state, intervalIndex, at)) return gateClosed();
  const placed = book?.positions.get(siteId)?.placed ?? [];
  return { outcome: "new", cancel, orders: placed.filter((accepted) => accepted.openWh > 0) };
}

function admitGroupCancel(state: MarketState, cancel: Of<"group">, at: EpochMs): CancelAdmission {
  const { siteId, group, counter } = cancel;
  const before = admissionByCounter(state.groupCancels.get(siteId)?.get(group), counter);
  return before ?? { outcome: "new", cancel, orders: ordersOfGroup(state, siteId, cancel, at) };
}

/** A site's orders that still can trade and were signed at once in a group with a lower counter. */
export function ordersOfGroup(
  { books }: MarketState,
  siteId: SiteId,
  { group, counter }: Pick<ChainCancel, "group" | "counter">,
  at: EpochMs,
): readonly AcceptedOrder[] {
  return [...books.values()]
    .filter((book) => book.clearing === null && at < book.interval.startMs)
    .flatMap((book) => book.positions.get(siteId)?.placed ?? [])
    .filter(({ openWh, order: { bulk } }) => openWh > 0 && bulk?.group === group && bulk.counter < counter);
}

/** What the site's last cancel of the same thing means for one with this counter; `null`: it is new. */
function admissionByCounter(last: CounterCancel | undefined, counter: number): CancelAdmission | null {
  if (last === undefined || counter > last.counter) return null;
  if (counter < last.counter)
    return rejected("replayed", `a cancel with counter ${last.counter} came before`);
  return { outcome: "known", orderIds: last.orderIds, sequence: last.sequence };
}

function isClosed(state: MarketState, index: Of<"interval">["intervalIndex"], at: EpochMs): boolean {
  const book = state.books.get(index);
  return book === undefined || book.clearing !== null || at >= book.interval.startMs;
}

function gateClosed(): CancelAdmission {
  return rejected("gate-closed", "the gate of this delivery interval has closed");
}

function reject(code: RejectionCode, message: string): Rejection {
  return { code, message };
}

function rejected(code: RejectionCode, message: string): CancelAdmission {
  return { outcome: "rejected", rejection: reject(code, message) };
}
