import { epochMs, type SignedOrder } from "@commonwatt/vpp-core";
import { beforeEach, describe, expect, it } from "vitest";
import { COMMUNITY, INTERVAL, orderOf, replacementOf, SITES, timedOf } from "../../test/sample-market.ts";
import { orderId } from "../order/order-id.ts";
import { type MarketEngine, marketEngine } from "./market-engine.ts";
import type { MarketEvent } from "./market-input.ts";
import { DEFAULT_MARKET_RULES } from "./market-rules.ts";

/** Ten minutes before delivery; the gate closes a minute before it, after a call phase of two minutes. */
const OPEN = epochMs(INTERVAL.startMs - 600_000);
const CLOSES = epochMs(INTERVAL.startMs - 60_000);
const CALL = epochMs(CLOSES - 120_000);
const RULES = { ...DEFAULT_MARKET_RULES, callPhaseMs: 120_000 };
let engine: MarketEngine;

beforeEach(() => {
  engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: OPEN, sites: SITES, rules: RULES });
  engine.apply({ kind: "interval-opened", atMs: OPEN, interval: INTERVAL, gateClosesMs: CLOSES });
});

const submit = (order: SignedOrder, atMs = OPEN): MarketEvent =>
  engine.apply({ kind: "order-submitted", atMs, order });

describe("the two phases of a book", () => {
  it("trades at the resting order's price at once, and at one price in the call with what is left", () => {
    const offer = orderOf(3, "offer", 900, 100_000);
    submit(offer);
    const first = submit(orderOf(1, "bid", 300, 280_000));
    expect(first).toMatchObject({
      effects: [
        {
          kind: "trade",
          trade: { energyWh: 300, price: 100_000, phase: "continuous", offerId: orderId(offer) },
        },
        { kind: "level", side: "offer", price: 100_000, changeWh: -300, cause: "traded" },
      ],
    });
    expect(engine.dueAtMs()).toBe(CALL);
    expect(engine.apply({ kind: "time-advanced", atMs: epochMs(CALL - 1) }).changed).toBe(false);
    expect(engine.apply({ kind: "time-advanced", atMs: CALL })).toMatchObject({
      changed: true,
      effects: [{ kind: "call-opened", intervalIndex: INTERVAL.index }],
    });
    expect(engine.dueAtMs()).toBeNull();
    expect(submit(orderOf(2, "bid", 1_000, 200_000), CALL), "it rests, crossed").toMatchObject({
      effects: [{ kind: "level", side: "bid", price: 200_000, changeWh: 1_000, cause: "accepted" }],
    });
    const closed = engine.apply({ kind: "gate-closed", atMs: CLOSES, intervalIndex: INTERVAL.index });
    expect(closed).toMatchObject({
      clearing: {
        clearingPrice: 200_000,
        volumeWh: 900,
        continuous: {
          volumeWh: 300,
          tradeCount: 1,
          lowPrice: 100_000,
          highPrice: 100_000,
          meanPrice: 100_000,
        },
        bidCount: 1,
        offerCount: 1,
        demand: [{ price: 200_000, energyWh: 1_000 }],
        supply: [{ price: 100_000, energyWh: 600 }],
        trades: [
          {
            id: `${INTERVAL.index}-1`,
            phase: "continuous",
            energyWh: 300,
            price: 100_000,
            buyerId: "home-1",
          },
          { id: `${INTERVAL.index}-2`, phase: "call", energyWh: 600, price: 200_000, buyerId: "home-2" },
        ],
      },
    });
  });

  it("keeps what was traded when the gate closes too late for an auction", () => {
    submit(orderOf(3, "offer", 500, 100_000));
    submit(orderOf(1, "bid", 300, 280_000));
    engine.apply({ kind: "time-advanced", atMs: INTERVAL.startMs });
    const closed = engine.apply({
      kind: "gate-closed",
      atMs: INTERVAL.startMs,
      intervalIndex: INTERVAL.index,
    });
    expect(closed).toMatchObject({
      clearing: { status: "void", clearingPrice: null, volumeWh: 300, trades: [{ phase: "continuous" }] },
    });
  });

  it("wants to be told the time before what comes after it", () => {
    expect(() => submit(orderOf(1, "bid", 300, 280_000), CALL)).toThrowError("due by time");
  });

  it("lets orders end by themselves: at once, or at their time", () => {
    submit(orderOf(3, "offer", 200, 100_000));
    const now = timedOf(1, "bid", 500, 280_000, { inForce: "immediate-or-cancel" });
    submit(now);
    expect(engine.order(orderId(now))).toMatchObject({
      filledWh: 200,
      openWh: 0,
      ended: { by: "remainder" },
    });
    const all = timedOf(2, "offer", 500, 100_000, { inForce: "fill-or-kill" });
    expect(submit(all)).toMatchObject({ kind: "order-rejected", code: "not-fillable" });
    const until = epochMs(OPEN + 1_000);
    const timed = timedOf(4, "offer", 500, 300_000, { inForce: "good-till-time", expiresAtMs: until });
    submit(timed);
    expect(engine.dueAtMs()).toBe(until);
    engine.apply({ kind: "time-advanced", atMs: until });
    expect(engine.order(orderId(timed))).toMatchObject({ openWh: 0, ended: { by: "expired" } });
    expect(submit({ ...timed, timing: { inForce: "immediate-or-cancel" } }, until)).toMatchObject({
      code: "bad-signature",
    });
  });

  it("refuses orders that end by themselves where the market takes none", () => {
    const rules = { ...RULES, timedOrders: false };
    engine.apply({ kind: "register-changed", atMs: OPEN, sites: SITES, rules });
    for (const inForce of ["immediate-or-cancel", "fill-or-kill"] as const) {
      expect(submit(timedOf(2, "offer", 500, 100_000, { inForce }))).toMatchObject({ code: "bad-timing" });
    }
    expect(submit(orderOf(2, "offer", 500, 100_000))).toMatchObject({ kind: "order-accepted" });
  });

  it("counts what an order had traded towards the one that takes its place", () => {
    const bid = orderOf(1, "bid", 500, 200_000);
    submit(bid);
    submit(orderOf(3, "offer", 200, 100_000));
    const more = replacementOf(1, "bid", 600, 210_000, orderId(bid));
    submit(more);
    expect(engine.order(orderId(more))).toMatchObject({ filledBeforeWh: 200, filledWh: 0, openWh: 400 });
    expect(submit(replacementOf(1, "bid", 200, 220_000, orderId(more)))).toMatchObject({
      code: "already-filled",
    });
  });

  it.each([
    ["cancel-newest", { newer: { openWh: 0, ended: { by: "self-trade" } }, older: { openWh: 300 } }],
    ["cancel-resting", { newer: { openWh: 500 }, older: { openWh: 0, ended: { by: "self-trade" } } }],
    ["decrement", { newer: { openWh: 200 }, older: { openWh: 0, ended: { by: "self-trade" } } }],
  ] as const)("never lets a site trade with itself: %s", (selfTrade, expected) => {
    engine = marketEngine(COMMUNITY);
    const rules = { ...RULES, selfTrade };
    engine.apply({ kind: "register-changed", atMs: OPEN, sites: SITES, rules });
    engine.apply({ kind: "interval-opened", atMs: OPEN, interval: INTERVAL, gateClosesMs: CLOSES });
    const older = orderOf(1, "offer", 300, 100_000);
    const newer = orderOf(1, "bid", 500, 200_000);
    submit(older);
    submit(newer);
    expect(engine.order(orderId(newer))).toMatchObject(expected.newer);
    expect(engine.order(orderId(older))).toMatchObject(expected.older);
    expect(engine.counts().trades).toBe(0);
  });
});
