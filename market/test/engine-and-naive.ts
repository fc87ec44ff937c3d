import {
  type EpochMs,
  epochMs,
  type Hex,
  type OrderSide,
  type OrderTiming,
  priceMicroPerKwh,
  type SignedOrder,
  wattHours,
} from "@commonwatt/vpp-core";
import { expect } from "vitest";
import { drawSeed } from "../src/engine/clear-book.ts";
import { type MarketEngine, marketEngine } from "../src/engine/market-engine.ts";
import type { MarketEvent } from "../src/engine/market-input.ts";
import { DEFAULT_MARKET_RULES, type MarketRules, ticksOf } from "../src/engine/market-rules.ts";
import { orderId } from "../src/order/order-id.ts";
import { clearNaively } from "../src/reference/naive-call-auction.ts";
import { inPriority, type NaiveBook, NaiveMarket, type NaiveOrder } from "../src/reference/naive-market.ts";
import { COMMUNITY, INTERVAL, SITES } from "./sample-market.ts";

/** One step of a random session; `order` is taken modulo how many were placed. */
export type MarketStep =
  | {
      readonly do: "place";
      readonly home: number;
      readonly side: OrderSide;
      readonly ticks: number;
      readonly energyWh: number;
      readonly inForce: "gate" | "immediate" | "fill-or-kill" | "time";
      readonly lifetimeMs: number;
      /** Whether it takes the place of `order`. */
      readonly replaces: boolean;
      readonly order: number;
    }
  | { readonly do: "cancel"; readonly order: number }
  | { readonly do: "wait"; readonly forMs: number };

/** The gate of a session is open for so long. */
export const OPEN_MS = 10_000;
const TICK = 1_000;
const START: EpochMs = epochMs(INTERVAL.startMs - OPEN_MS);
const SIGNATURE: Hex = `0x${"01".repeat(65)}`;

/** What the engine says in place of the naive market's code. */
const SAME_CODES: Readonly<Record<string, string>> = {
  "energy-over-connection-limit": "position-limit",
  "call-phase": "bad-time-in-force",
};

interface Placed {
  readonly id: Hex;
  readonly signed: SignedOrder;
  naive: NaiveOrder | null;
}

/** The live market's engine and the naive market side by side: every step must have the same outcome. */
export class EngineAndNaive {
  readonly engine: MarketEngine;
  readonly #naive = new NaiveMarket({ ordersMax: 1e9, laddersMax: 1e9, queueMax: 1e9 });
  readonly #book: NaiveBook;
  readonly #rules: MarketRules;
  readonly #placed: Placed[] = [];
  #nowMs = START;

  constructor(rules: Partial<MarketRules>) {
    this.#rules = {
      ...DEFAULT_MARKET_RULES,
      siteOrdersMax: 1_000,
      limitPriceMax: priceMicroPerKwh(8 * TICK),
      ...rules,
    };
    const size = { booksMax: 1, ordersMax: 500, positionsMax: 9, ticksMax: 9, laddersMax: 2 };
    this.engine = marketEngine(COMMUNITY, size);
    this.engine.apply({ kind: "register-changed", atMs: START, sites: SITES, rules: this.#rules });
    this.engine.apply({ kind: "interval-opened", atMs: START, interval: INTERVAL });
    const phase = this.engine.book(INTERVAL.index)?.phase === "call" ? "call" : "continuous";
    this.#book = this.#naive.openBook(0, ticksOf(this.#rules), this.#rules.selfTrade, phase);
    this.#naive.advance(START);
    for (const site of SITES.keys()) this.#naive.openPosition(this.#book, site, 2_500, 2_000);
  }

  step(step: MarketStep): void {
    if (step.do === "wait") this.#wait(step.forMs);
    else if (step.do === "cancel") this.#cancel(step.order);
    else this.#place(step);
    this.#naive.events.length = 0;
    this.#compare();
  }

  #wait(forMs: number): void {
    this.#nowMs = epochMs(Math.min(this.#nowMs + forMs, INTERVAL.startMs - 1));
    const due = this.engine.dueAtMs();
    if (due !== null && due <= this.#nowMs) {
      expect(this.engine.apply({ kind: "time-advanced", atMs: this.#nowMs }).changed).toBe(true);
    }
    this.#naive.advance(this.#nowMs);
    const { callPhaseMs } = this.#rules;
    if (callPhaseMs > 0 && this.#nowMs >= INTERVAL.startMs - callPhaseMs) this.#book.phase = "call";
  }

  #cancel(at: number): void {
    const target = this.#placed[at % Math.max(1, this.#placed.length)];
    if (target === undefined) return;
    const { siteId, account, community } = target.signed;
    const head = { siteId, account, community, signature: SIGNATURE };
    const cancel = { ...head, scope: "order" as const, orderId: target.id };
    const event = this.engine.apply({ kind: "cancel-submitted", atMs: this.#nowMs, cancel }, "trusted");
    const isOpen = target.naive !== null && this.#naive.isResting(target.naive);
    expect(event.kind === "orders-cancelled" && event.changed).toBe(isOpen);
    if (isOpen && target.naive !== null) this.#naive.cancel(target.naive);
  }

  #place(step: MarketStep & { readonly do: "place" }): void {
    const target = step.replaces ? this.#placed[step.order % Math.max(1, this.#placed.length)] : undefined;
    const signed = this.#signed(step, target);
    const event = this.engine.apply({ kind: "order-submitted", atMs: this.#nowMs, order: signed }, "trusted");
    if (target !== undefined) this.#replaced(step, signed, target, event);
    else {
      const naive = this.#submit(signed, step.ticks, step.energyWh);
      const code = typeof naive === "string" ? naive : "accepted";
      expect(codeOf(event)).toBe(code);
      if (typeof naive !== "string") this.#placed.push({ id: orderId(signed), signed, naive });
    }
  }

  #signed(step: MarketStep & { readonly do: "place" }, target: Placed | undefined): SignedOrder {
    const home = target === undefined ? step.home : SITES.findIndex(({ id }) => id === target.signed.siteId);
    const site = SITES[home];
    if (site === undefined) throw new Error("no such home");
    const timing = timingOf(step, this.#nowMs);
    return {
      ...{ community: COMMUNITY, siteId: site.id, account: site.account, intervalIndex: INTERVAL.index },
      ...{ side: step.side, energyWh: wattHours(step.energyWh), signature: SIGNATURE },
      limitPrice: priceMicroPerKwh(step.ticks * TICK),
      salt: `0x${(this.#placed.length + 1).toString(16).padStart(64, "0")}`,
      ...(target === undefined ? (timing === null ? {} : { timing }) : { replaces: target.id }),
    };
  }

  #submit(order: SignedOrder, tick: number, quantity: number): NaiveOrder | string {
    const { timing } = order;
    const isTimed = timing?.inForce === "good-till-time";
    return this.#naive.submit({
      ...{ book: this.#book, side: order.side, tick, quantity },
      site: SITES.findIndex(({ id }) => id === order.siteId),
      timeInForce:
        timing === undefined
          ? "gate"
          : isTimed
            ? "time"
            : timing.inForce === "fill-or-kill"
              ? "fill-or-kill"
              : "immediate",
      lifetimeMs: isTimed ? timing.expiresAtMs - this.#nowMs : 0,
    });
  }

  /** A replacement that is turned down leaves everything as it was, which `#compare` sees. */
  #replaced(
    step: MarketStep & { readonly do: "place" },
    signed: SignedOrder,
    target: Placed,
    event: MarketEvent,
  ): void {
    const isOpen = target.naive !== null && this.#naive.isResting(target.naive);
    if (event.kind === "order-rejected") {
      const why = ["already-filled", "both-sides", "energy-over-connection-limit"];
      expect(isOpen ? why : ["order-ended"]).toContain(event.code);
      return;
    }
    expect(isOpen).toBe(true);
    const accepted = this.engine.order(orderId(signed));
    const openWh = step.energyWh - (accepted?.filledBeforeWh ?? 0);
    const old = target.naive as NaiveOrder;
    let naive: NaiveOrder | string = old;
    if (old.side === step.side && target.signed.timing === undefined) {
      expect(this.#naive.replace(old, step.ticks, openWh)).toBeNull();
    } else {
      this.#naive.cancel(old);
      naive = this.#submit(signed, step.ticks, openWh);
    }
    if (typeof naive === "string") throw new Error(naive);
    target.naive = null;
    this.#placed.push({ id: orderId(signed), signed, naive });
  }

  #compare(): void {
    const resting = this.#placed.map(({ id, naive }) => [
      id,
      naive !== null && this.#naive.isResting(naive) ? naive.left : 0,
    ]);
    expect(this.#placed.map(({ id }) => [id, this.engine.order(id)?.openWh])).toEqual(resting);
    const [bid, offer] = [inPriority(this.#book, "bid")[0], inPriority(this.#book, "offer")[0]];
    if (this.#book.phase === "continuous" && bid !== undefined && offer !== undefined)
      expect(bid.tick).toBeLessThan(offer.tick);
    this.#balance();
  }

  /** What orders traded is what trades say, no order beyond its energy; sites' nets are the naive market's. */
  #balance(): void {
    const trades = this.engine.book(INTERVAL.index)?.trades ?? [];
    const net = new Map(SITES.map(({ id }) => [id, 0]));
    const filled = new Map<Hex, number>();
    for (const { trade } of trades) {
      const { buyerId, sellerId, bidId, offerId, energyWh, price } = trade;
      expect(sellerId).not.toBe(buyerId);
      net.set(buyerId, (net.get(buyerId) ?? 0) + energyWh);
      net.set(sellerId, (net.get(sellerId) ?? 0) - energyWh);
      for (const id of [bidId, offerId]) filled.set(id, (filled.get(id) ?? 0) + energyWh);
      expect(this.engine.order(bidId)?.order.limitPrice).toBeGreaterThanOrEqual(price);
      expect(this.engine.order(offerId)?.order.limitPrice).toBeLessThanOrEqual(price);
    }
    for (const { id } of this.#placed) {
      const order = this.engine.order(id);
      expect(order?.filledWh).toBe(filled.get(id) ?? 0);
      expect((order?.filledWh ?? 0) + (order?.filledBeforeWh ?? 0)).toBeLessThanOrEqual(
        order?.order.energyWh ?? 0,
      );
    }
    if (this.#book.phase !== "closed") {
      const naive = SITES.map((_, site) => this.#book.positions.get(site)?.net);
      expect([...net.values()]).toEqual(naive);
    }
  }

  /** Closes the gate: the call auction fills each order as the naive one does, at the same price. */
  close(): void {
    const orders = this.#placed.filter(({ naive }) => naive !== null && this.#naive.isResting(naive));
    const before = orders.map(({ id }) => this.engine.order(id)?.filledWh ?? 0);
    const call = orders.map(({ naive }) => {
      const { site, side, tick, left } = naive as NaiveOrder;
      return { site, side: side === "bid" ? (0 as const) : (1 as const), tick, quantityWh: left };
    });
    const seed = drawSeed(`${COMMUNITY}/${INTERVAL.index}`);
    const expected = clearNaively(call, this.#rules.mechanism.kPerMille ?? 500, seed);
    const event = this.engine.apply({
      kind: "gate-closed",
      atMs: this.#nowMs,
      intervalIndex: INTERVAL.index,
    });
    if (event.kind !== "gate-closed") throw new Error(event.kind);
    this.#naive.close(this.#book);
    const { clearing } = event;
    expect(clearing.clearingPrice).toBe(expected.tick === null ? null : expected.tick * TICK);
    expect(clearing.volumeWh - clearing.continuous.volumeWh).toBe(expected.volumeWh);
    const fills = orders.map(({ id }, at) => (this.engine.order(id)?.filledWh ?? 0) - (before[at] ?? 0));
    // Orders alike in site, price and energy may have each other's share.
    const alike = (amounts: readonly number[]): readonly string[] =>
      call.map((order, at) => JSON.stringify([order, amounts[at]])).sort();
    expect(alike(fills)).toEqual(alike(expected.fillsWh));
    this.#balance();
  }
}

function codeOf(event: MarketEvent): string {
  if (event.kind === "order-rejected") return SAME_CODES[event.code] ?? event.code;
  return event.kind === "order-accepted" ? "accepted" : event.kind;
}

function timingOf(step: MarketStep & { readonly do: "place" }, nowMs: EpochMs): OrderTiming | null {
  if (step.inForce === "gate") return null;
  if (step.inForce === "time")
    return { inForce: "good-till-time", expiresAtMs: epochMs(nowMs + step.lifetimeMs) };
  return { inForce: step.inForce === "immediate" ? "immediate-or-cancel" : "fill-or-kill" };
}
