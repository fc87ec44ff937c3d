import {
  type BulkProof,
  type DeliveryInterval,
  type EpochMs,
  type Hex,
  type SignedOrder,
  type Site,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";
import { isSameAccount } from "../order/account.ts";
import { isBulkProof } from "../order/bulk-order.ts";
import { isHexBytes, lowerHex } from "../order/hex.ts";
import { orderId } from "../order/order-id.ts";
import { recoverOrderAccount } from "../order/recover-order-account.ts";
import type { Rejection, RejectionCode } from "../order/rejection.ts";
import type { AcceptedOrder, Book, MarketState } from "./market-state.ts";

/**
 * Whether signatures are checked. They are `trusted` only when a market reads its own journal back: they
 * were checked before they were written, and checking again costs 1.5 ms each.
 */
export type SignatureTrust = "checked" | "trusted";

/** What the checks make of an order. */
export type Admission =
  | {
      readonly outcome: "new";
      readonly id: Hex;
      readonly order: SignedOrder;
      readonly book: Book;
      /** The order whose place this one takes. */
      readonly replaced: AcceptedOrder | null;
    }
  | { readonly outcome: "known"; readonly accepted: AcceptedOrder }
  | { readonly outcome: "rejected"; readonly rejection: Rejection };

const MS_PER_HOUR = 3_600_000n;

/**
 * A site may place this many times as many orders in an interval as it may have at once: placing and
 * cancelling without end would fill the market's memory.
 */
const PLACED_PER_ORDER_MAX = 64;

/** The most energy that power at a connection's limit moves in an interval, in whole watt-hours. */
function connectionEnergy(site: Site, side: SignedOrder["side"], interval: DeliveryInterval): WattHours {
  const powerW = side === "bid" ? site.limits.importPowerMaxW : site.limits.exportPowerMaxW;
  const wattMs = BigInt(powerW) * BigInt(interval.endMs - interval.startMs);
  return wattHours(Math.min(Number(wattMs / MS_PER_HOUR), Number.MAX_SAFE_INTEGER));
}

/**
 * Judges an order by every check, in the order of `REJECTION_CODES`. Never throws, whatever comes in.
 * An order that was accepted before is recognised before its gate is looked at, so that a site whose
 * answer got lost may ask again at any time.
 */
export function admitOrder(
  state: MarketState,
  candidate: unknown,
  at: EpochMs,
  signatures: SignatureTrust,
): Admission {
  if (typeof candidate !== "object" || candidate === null) {
    return rejected("not-an-order", "an order must be an object");
  }
  const draft = candidate as { readonly [Field in keyof SignedOrder]?: unknown };
  if (draft.community !== state.community) {
    return rejected("wrong-community", `this is the market of ${state.community}`);
  }
  const book = state.books.get(draft.intervalIndex as SignedOrder["intervalIndex"]);
  if (book === undefined)
    return rejected("unknown-interval", "no book was ever opened for this delivery interval");
  const site = state.sites.get(draft.siteId as Site["id"]);
  if (site === undefined) return rejected("unknown-site", "no such site in this community");
  if (!isSameAccount(draft.account, site.account)) {
    return rejected("account-mismatch", `the account of ${site.id} is another one`);
  }
  const malformed = malformation(state, draft);
  if (malformed !== null) return { outcome: "rejected", rejection: malformed };
  const order = pickFields(draft as SignedOrder, site);
  if (signatures === "checked" && recoverOrderAccount(order) !== order.account) {
    return rejected("bad-signature", `the signature is not of ${site.account} over this order`);
  }
  const id = orderId(order);
  const accepted = state.orders.get(id);
  if (accepted !== undefined) {
    return accepted.order.replaces === order.replaces
      ? { outcome: "known", accepted }
      : rejected("replayed", "this order was placed before, and not in place of the same order");
  }
  const replaced = order.replaces === undefined ? null : (state.orders.get(order.replaces) ?? "unknown");
  const refusal =
    refusalByTime(state, book, order, at) ??
    refusalByReplaced(order, replaced) ??
    refusalByPosition(state, book, site, order, replaced === "unknown" ? null : replaced);
  if (refusal !== null) return { outcome: "rejected", rejection: refusal };
  return { outcome: "new", id, order, book, replaced: replaced === "unknown" ? null : replaced };
}

/** Checks the fields that mean something by themselves. */
function malformation(
  state: MarketState,
  draft: { readonly [Field in keyof SignedOrder]?: unknown },
): Rejection | null {
  const { side, energyWh, limitPrice, salt, bulk, replaces, signature } = draft;
  if (side !== "bid" && side !== "offer") return reject("bad-side", "side must be bid or offer");
  if (!isSafeInteger(energyWh) || energyWh <= 0) {
    return reject("energy-not-positive", "energyWh must be an integer above 0");
  }
  const priceMax = state.rules.limitPriceMax;
  if (!isSafeInteger(limitPrice) || limitPrice < 0 || limitPrice > priceMax) {
    return reject("price-out-of-range", `limitPrice must be an integer of 0 to ${priceMax} micro per kWh`);
  }
  if (!isHexBytes(salt, 32)) return reject("bad-salt", "salt must be 32 bytes of hex");
  if (bulk !== undefined && !isBulkProof(bulk)) {
    return reject("bad-bulk-proof", "bulk must be {group, counter, index, proof} as signBulk makes it");
  }
  if (replaces !== undefined && (!isHexBytes(replaces, 32) || bulk !== undefined)) {
    return reject("bad-replaces", "replaces must be an order's id, of an order that is signed alone");
  }
  if (!isHexBytes(signature, 65)) return reject("bad-signature", "signature must be 65 bytes of hex");
  return null;
}

/** Checks whether the order still holds. */
function refusalByTime(state: MarketState, book: Book, order: SignedOrder, at: EpochMs): Rejection | null {
  const { siteId, bulk } = order;
  if (bulk !== undefined) {
    const cancelled = state.groupCancels.get(siteId)?.get(bulk.group);
    if (cancelled !== undefined && bulk.counter < cancelled.counter) {
      return reject(
        "group-cancelled",
        `${siteId} has cancelled group ${bulk.group} below ${cancelled.counter}`,
      );
    }
  }
  if (book.clearing !== null || at >= book.interval.startMs) {
    return reject("gate-closed", "the gate of this delivery interval has closed");
  }
  return null;
}

/** Checks the order whose place is to be taken. Somebody else's is as unknown as one that never was. */
function refusalByReplaced(order: SignedOrder, replaced: AcceptedOrder | "unknown" | null): Rejection | null {
  if (replaced === null) return null;
  if (replaced === "unknown" || replaced.order.siteId !== order.siteId) {
    return reject("unknown-order", `${order.siteId} has no order ${order.replaces}`);
  }
  if (replaced.order.intervalIndex !== order.intervalIndex) {
    return reject("order-elsewhere", "the order to be replaced is in another interval");
  }
  return replaced.ended === null
    ? null
    : reject("order-ended", "the order to be replaced is no longer in the book");
}

/** Checks the order together with those that the site would have beside it. */
function refusalByPosition(
  state: MarketState,
  book: Book,
  site: Site,
  order: SignedOrder,
  replaced: AcceptedOrder | null,
): Rejection | null {
  const position = book.positions.get(site.id);
  const besideCount = (position?.orderCount ?? 0) - (replaced === null ? 0 : 1);
  const besideWh = (position?.energyWh ?? 0) - (replaced?.order.energyWh ?? 0);
  const placedMax = state.rules.siteOrdersMax * PLACED_PER_ORDER_MAX;
  if (position !== undefined && besideCount > 0 && position.side !== order.side) {
    return reject(
      "both-sides",
      `${site.id} has ${position.side}s in this interval, so it cannot also have ${order.side}s`,
    );
  }
  if (besideCount >= state.rules.siteOrdersMax || (position?.placed.length ?? 0) >= placedMax) {
    return reject(
      "order-limit-reached",
      `a site may have ${state.rules.siteOrdersMax} orders in an interval, and place ${placedMax} in all`,
    );
  }
  const energyMaxWh = connectionEnergy(site, order.side, book.interval);
  if (besideWh + order.energyWh > energyMaxWh) {
    return reject(
      "energy-over-connection-limit",
      `the connection of ${site.id} moves at most ${energyMaxWh} Wh in this interval, all its orders together`,
    );
  }
  return null;
}

/** An order with exactly its own fields, so that nothing else a sender wrote reaches the journal. */
function pickFields(order: SignedOrder, site: Site): SignedOrder {
  const { siteId, intervalIndex, side, energyWh, limitPrice, community, salt, signature } = order;
  const { bulk, replaces } = order;
  return {
    siteId,
    intervalIndex,
    side,
    energyWh,
    limitPrice,
    community,
    account: site.account,
    salt,
    signature,
    ...(bulk === undefined ? {} : { bulk: pickProof(bulk) }),
    ...(replaces === undefined ? {} : { replaces: lowerHex(replaces) }),
  };
}

function pickProof({ group, counter, index, proof }: BulkProof): BulkProof {
  return { group, counter, index, proof: proof.map(lowerHex) };
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function reject(code: RejectionCode, message: string): Rejection {
  return { code, message };
}

function rejected(code: RejectionCode, message: string): Admission {
  return { outcome: "rejected", rejection: reject(code, message) };
}
