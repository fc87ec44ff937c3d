import {
  connectionEnergyWh,
  type EpochMs,
  type Hex,
  type SignedOrder,
  type Site,
} from "@commonwatt/vpp-core";
import { isSameAccount } from "../order/account.ts";
import { isBulkProof } from "../order/bulk-order.ts";
import { isHexBytes } from "../order/hex.ts";
import { orderId } from "../order/order-id.ts";
import { isTiming } from "../order/order-timing.ts";
import { ownFields } from "../order/own-fields.ts";
import { recoverOrderAccount } from "../order/recover-order-account.ts";
import type { Rejection, RejectionCode } from "../order/rejection.ts";
import { wrongDomain } from "../order/wrong-domain.ts";
import { hasRoom, isFillableNow, positionIn } from "./book-room.ts";
import type { AcceptedOrder, Book, MarketState } from "./market-state.ts";
import { canonicalJson } from "./state-hash.ts";

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
      /** Its energy less what the orders whose place it takes have traded. */
      readonly openWh: number;
    }
  | { readonly outcome: "known"; readonly accepted: AcceptedOrder }
  | { readonly outcome: "rejected"; readonly rejection: Rejection };

/**
 * A site may place this many times as many orders in an interval as it may have at once: placing and
 * cancelling without end would fill the market's memory.
 */
const PLACED_PER_ORDER_MAX = 64;

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
  const misdirected = wrongDomain(state.domain, draft.domain);
  if (misdirected !== null) return { outcome: "rejected", rejection: misdirected };
  const book = state.books.get(draft.intervalIndex as SignedOrder["intervalIndex"]);
  if (book === undefined)
    return rejected("unknown-interval", "no book was ever opened for this delivery interval");
  const site = state.sites.get(draft.siteId as Site["id"]);
  if (site === undefined) return rejected("unknown-site", "no such site in this community");
  if (!isSameAccount(draft.account, site.account)) {
    return rejected("account-mismatch", `the account of ${site.id} is another one`);
  }
  const malformed = malformation(book, draft);
  if (malformed !== null) return { outcome: "rejected", rejection: malformed };
  const order = ownFields(draft as SignedOrder, site, state.domain);
  if (signatures === "checked" && recoverOrderAccount(order) !== order.account) {
    return rejected("bad-signature", `the signature is not of ${site.account} over this order`);
  }
  const id = orderId(order);
  const accepted = state.orders.get(id);
  if (accepted !== undefined) {
    return isSameRequest(accepted.order, order)
      ? { outcome: "known", accepted }
      : rejected("replayed", "this order was placed before, and in another way");
  }
  const named = order.replaces === undefined ? null : (state.orders.get(order.replaces) ?? "unknown");
  const replaced = named === "unknown" ? null : named;
  const openWh = order.energyWh - filledBefore(order, replaced);
  const refusal =
    refusalByTime(state, book, order, at) ??
    refusalByReplaced(order, named, openWh) ??
    refusalByPosition(state, book, site, order, replaced, openWh) ??
    refusalByRoom(state, book, order, openWh);
  if (refusal !== null) return { outcome: "rejected", rejection: refusal };
  return { outcome: "new", id, order, book, replaced, openWh };
}

/** An order of one digest is the same request only when everything else that was signed is the same, too. */
function isSameRequest(known: SignedOrder, order: SignedOrder): boolean {
  return known.replaces === order.replaces && canonicalJson(known.timing) === canonicalJson(order.timing);
}

/** What counts towards an order's energy already, because the orders whose place it takes have traded it. */
function filledBefore({ side }: SignedOrder, replaced: AcceptedOrder | null): number {
  return replaced === null || replaced.order.side !== side ? 0 : replaced.filledBeforeWh + replaced.filledWh;
}

/** Checks the fields that mean something by themselves. */
function malformation(
  { prices: { limitPriceMax, priceTick } }: Book,
  draft: { readonly [Field in keyof SignedOrder]?: unknown },
): Rejection | null {
  const { side, energyWh, limitPrice, salt, signature } = draft;
  if (side !== "bid" && side !== "offer") return reject("bad-side", "side must be bid or offer");
  if (!isSafeInteger(energyWh) || energyWh <= 0) {
    return reject("energy-not-positive", "energyWh must be an integer above 0");
  }
  if (!isSafeInteger(limitPrice) || limitPrice < 0 || limitPrice > limitPriceMax) {
    return reject(
      "price-out-of-range",
      `limitPrice must be an integer of 0 to ${limitPriceMax} micro per kWh`,
    );
  }
  if (limitPrice % priceTick !== 0) {
    return reject("price-off-tick", `limitPrice must be a multiple of ${priceTick} micro per kWh`);
  }
  if (!isHexBytes(salt, 32)) return reject("bad-salt", "salt must be 32 bytes of hex");
  const extra = extraMalformation(draft);
  if (extra !== null) return extra;
  if (!isHexBytes(signature, 65)) return reject("bad-signature", "signature must be 65 bytes of hex");
  return null;
}

/** Checks what an order may have besides, of which it has one at most. */
function extraMalformation({
  bulk,
  replaces,
  timing,
}: {
  readonly [Field in keyof SignedOrder]?: unknown;
}): Rejection | null {
  if (bulk !== undefined && !isBulkProof(bulk)) {
    return reject("bad-bulk-proof", "bulk must be {group, counter, index, proof} as signBulk makes it");
  }
  if (replaces !== undefined && (!isHexBytes(replaces, 32) || bulk !== undefined)) {
    return reject("bad-replaces", "replaces must be an order's id, of an order that is signed alone");
  }
  if (timing !== undefined && (!isTiming(timing) || bulk !== undefined || replaces !== undefined)) {
    return reject("bad-timing", "timing must be {inForce, expiresAtMs}, of an order that is signed alone");
  }
  return null;
}

/** Checks whether the order still holds. */
function refusalByTime(state: MarketState, book: Book, order: SignedOrder, at: EpochMs): Rejection | null {
  const { siteId, bulk, timing } = order;
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
  if (timing === undefined) return null;
  if (!state.rules.timedOrders) {
    return reject("bad-timing", "this market takes only orders that hold until the gate closes");
  }
  if (timing.inForce === "good-till-time") {
    return timing.expiresAtMs <= at ? reject("expired", "the order's time is over") : null;
  }
  const message = "orders wait for the call auction: none trades at once any more";
  return book.phase === "call" ? reject("call-phase", message) : null;
}

/** Checks the order whose place is to be taken. Somebody else's is as unknown as one that never was. */
function refusalByReplaced(
  order: SignedOrder,
  replaced: AcceptedOrder | "unknown" | null,
  openWh: number,
): Rejection | null {
  if (replaced === null) return null;
  if (replaced === "unknown" || replaced.order.siteId !== order.siteId) {
    return reject("unknown-order", `${order.siteId} has no order ${order.replaces}`);
  }
  if (replaced.order.intervalIndex !== order.intervalIndex) {
    return reject("order-elsewhere", "the order to be replaced is in another interval");
  }
  if (replaced.ended !== null) {
    return reject("order-ended", "the order to be replaced is no longer in the book");
  }
  return openWh > 0
    ? null
    : reject("already-filled", "the order to be replaced has traded as much as this one wants in all");
}

/** Checks the order together with those that the site would have beside it. */
function refusalByPosition(
  state: MarketState,
  book: Book,
  site: Site,
  order: SignedOrder,
  replaced: AcceptedOrder | null,
  openWh: number,
): Rejection | null {
  const { netWh, ...open } = positionIn(state, book, site.id);
  const openOn = (side: SignedOrder["side"]): number =>
    (side === "bid" ? open.openBidsWh : open.openOffersWh) -
    (replaced?.order.side === side ? replaced.openWh : 0);
  const other = order.side === "bid" ? "offer" : "bid";
  if (book.phase === "call" && openOn(other) > 0) {
    const message = `${site.id} has ${other}s in this call auction, so it cannot also have ${order.side}s`;
    return reject("both-sides", message);
  }
  const placed = book.positions.get(site.id)?.placed ?? [];
  const besideCount = placed.filter((accepted) => accepted.openWh > 0 && accepted !== replaced).length;
  const { siteOrdersMax } = state.rules;
  const placedMax = siteOrdersMax * PLACED_PER_ORDER_MAX;
  if (besideCount >= siteOrdersMax || placed.length >= placedMax) {
    return reject(
      "order-limit-reached",
      `a site may have ${siteOrdersMax} orders in an interval, and place ${placedMax} in all`,
    );
  }
  const { importPowerMaxW, exportPowerMaxW } = site.limits;
  const powerMaxW = order.side === "bid" ? importPowerMaxW : exportPowerMaxW;
  const energyMaxWh = connectionEnergyWh(powerMaxW, book.interval.endMs - book.interval.startMs);
  const tradedWh = order.side === "bid" ? netWh : -netWh;
  if (tradedWh + openOn(order.side) + openWh > energyMaxWh) {
    return reject(
      "energy-over-connection-limit",
      `the connection of ${site.id} moves at most ${energyMaxWh} Wh in this interval, all it trades together`,
    );
  }
  return null;
}

/** Checks whether the book can take the order now. */
function refusalByRoom(state: MarketState, book: Book, order: SignedOrder, openWh: number): Rejection | null {
  if (!hasRoom(state, book, order)) return reject("market-full", "the market has no room for more orders");
  return order.timing?.inForce !== "fill-or-kill" || isFillableNow(state, book, order, openWh)
    ? null
    : reject("not-fillable", "the book cannot fill all of the order at once");
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
