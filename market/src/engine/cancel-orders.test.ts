import {
  type Clearing,
  deliveryInterval,
  intervalIndex,
  type SignedCancel,
  type SignedOrder,
  siteId,
} from "@commonwatt/vpp-core";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  BEFORE,
  bulkOf,
  COMMUNITY,
  cancelOf,
  DOMAIN,
  INTERVAL,
  orderOf,
  replacementOf,
  SITES,
  WRONG_DOMAINS,
} from "../../test/sample-market.ts";
import { orderId } from "../order/order-id.ts";
import { CANCEL_REJECTION_CODES } from "../order/rejection.ts";
import { type MarketEngine, marketEngine } from "./market-engine.ts";
import type { MarketEvent } from "./market-input.ts";
import { DEFAULT_MARKET_RULES } from "./market-rules.ts";

const NEXT = deliveryInterval(intervalIndex(INTERVAL.index + 1), 15);
let engine: MarketEngine;

beforeEach(() => {
  engine = marketEngine(COMMUNITY);
  const rules = { ...DEFAULT_MARKET_RULES, siteOrdersMax: 2 };
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules });
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: NEXT });
});

const submit = (order: SignedOrder, atMs = BEFORE): MarketEvent =>
  engine.apply({ kind: "order-submitted", atMs, order });
const cancel = (signed: unknown, atMs = BEFORE): MarketEvent =>
  engine.apply({ kind: "cancel-submitted", atMs, cancel: signed as SignedCancel });
const codeOf = (event: MarketEvent): string => ("code" in event ? event.code : event.kind);
const clear = (interval = INTERVAL): Clearing => {
  const event = engine.apply({ kind: "gate-closed", atMs: BEFORE, intervalIndex: interval.index });
  if (event.kind !== "gate-closed") throw new Error(event.kind);
  return event.clearing;
};

/** What a market that settles on a chain says to another version, chain and contract. */
function misdirected(valid: SignedCancel): readonly MarketEvent[] {
  const before = engine;
  engine = marketEngine(COMMUNITY);
  const register = { sites: SITES, rules: DEFAULT_MARKET_RULES, domain: DOMAIN };
  engine.apply({ kind: "register-changed", atMs: BEFORE, ...register });
  const said = WRONG_DOMAINS.slice(2).map(([, domain]) => cancel({ ...valid, domain, siteId: "" }));
  engine = before;
  return said;
}

describe("cancelling", () => {
  it("takes one order out of its book for good, and says the same again", () => {
    const bid = orderOf(1, "bid", 500, 280_000);
    const placed = submit(bid);
    const signed = cancelOf(1, { scope: "order", orderId: orderId(bid) });
    const done = cancel(signed);
    expect(done).toEqual({
      kind: "orders-cancelled",
      changed: true,
      orderIds: [orderId(bid)],
      sequence: 5,
      effects: expect.any(Array),
    });
    const ended = { by: "order-cancel", cancel: signed };
    expect(engine.bookedOrders(INTERVAL.index)).toEqual([{ id: orderId(bid), order: bid, ended }]);
    expect(engine.bookedOrders(intervalIndex(1))).toEqual([]);
    const hash = engine.stateHash();
    expect(cancel(signed)).toEqual({ ...done, changed: false, effects: [] });
    expect(submit(bid), "an ended order that is sent again stays ended").toEqual({
      ...placed,
      changed: false,
      effects: [],
    });
    expect(engine.stateHash()).toBe(hash);
    submit(orderOf(3, "offer", 500, 100_000));
    expect(clear()).toMatchObject({ bidCount: 0, offerCount: 1, demand: [], volumeWh: 0 });
    expect(cancel(signed)).toEqual({ ...done, changed: false, effects: [] });
  });

  it("gives the site its energy, its places and its choice of side back", () => {
    const all = orderOf(1, "bid", 2_500, 280_000);
    submit(all);
    expect(codeOf(submit(orderOf(1, "bid", 1, 1_000)))).toBe("energy-over-connection-limit");
    cancel(cancelOf(1, { scope: "order", orderId: orderId(all) }));
    expect(codeOf(submit(orderOf(1, "offer", 1_000, 1_000)))).toBe("order-accepted");
    expect(codeOf(submit(orderOf(1, "offer", 1_000, 1_000)))).toBe("order-accepted");
    expect(codeOf(submit(orderOf(1, "offer", 1, 1_000)))).toBe("order-limit-reached");
  });

  it("takes all orders of a site in one interval by counter", () => {
    const mine = [orderOf(1, "bid", 100, 1_000), orderOf(1, "bid", 200, 2_000)];
    for (const order of [...mine, orderOf(2, "bid", 300, 3_000), orderOf(1, "bid", 400, 4_000, NEXT)])
      submit(order);
    const first = cancelOf(1, { scope: "interval", intervalIndex: INTERVAL.index, counter: 5 });
    const done = cancel(first);
    expect(done).toMatchObject({ kind: "orders-cancelled", changed: true, orderIds: mine.map(orderId) });
    submit(orderOf(1, "bid", 500, 5_000));
    expect(cancel(first), "which spares what came after it").toEqual({
      ...done,
      changed: false,
      effects: [],
    });
    expect(
      codeOf(cancel(cancelOf(1, { scope: "interval", intervalIndex: INTERVAL.index, counter: 4 }))),
    ).toBe("replayed");
    expect(clear().demand.map(({ energyWh }) => energyWh)).toEqual([500, 300]);
    expect(clear(NEXT).bidCount).toBe(1);
  });

  it("ends a group that was signed at once, whether its orders were sent or not", () => {
    const [sent, unsent, late] = bulkOf(1, { group: 7, counter: 3 }, [INTERVAL, NEXT, NEXT]);
    const other = bulkOf(1, { group: 8, counter: 3 }, [INTERVAL])[0];
    if (!sent || !unsent || !late || !other) throw new Error("an order is missing");
    expect([sent, other, late].map((order) => codeOf(submit(order)))).toEqual(
      Array(3).fill("order-accepted"),
    );
    clear(NEXT);
    const signed = cancelOf(1, { scope: "group", group: 7, counter: 4 });
    const done = cancel(signed);
    expect(done, "what is cleared stays").toMatchObject({ changed: true, orderIds: [orderId(sent)] });
    expect(codeOf(submit(unsent))).toBe("group-cancelled");
    expect(codeOf(submit(sent)), "the same order, the same answer").toBe("order-accepted");
    expect(cancel(signed)).toEqual({ ...done, changed: false, effects: [] });
    expect(codeOf(cancel(cancelOf(1, { scope: "group", group: 7, counter: 2 })))).toBe("replayed");
    const again = bulkOf(1, { group: 7, counter: 4 }, [INTERVAL])[0];
    if (!again) throw new Error("an order is missing");
    expect(codeOf(submit(again))).toBe("order-accepted");
    expect(clear().bidCount).toBe(2);
  });

  it("is remembered by the state hash", () => {
    const hashes = [engine.stateHash()];
    cancel(cancelOf(1, { scope: "group", group: 0, counter: 1 }));
    hashes.push(engine.stateHash());
    cancel(cancelOf(1, { scope: "interval", intervalIndex: INTERVAL.index, counter: 1 }));
    hashes.push(engine.stateHash());
    expect(new Set(hashes).size).toBe(3);
    expect(engine.sequence()).toBe(5);
  });

  it("names the first fault of a cancel with many, in the documented order", () => {
    const bid = orderOf(1, "bid", 100, 1_000);
    submit(bid);
    const id = orderId(bid);
    const valid = cancelOf(1, { scope: "order", orderId: id });
    const interval = cancelOf(1, { scope: "interval", intervalIndex: INTERVAL.index, counter: 9 });
    const group = cancelOf(1, { scope: "group", group: 1, counter: 9 });
    const seen = [
      cancel(null),
      cancel({ ...valid, community: "", domain: DOMAIN, siteId: "", scope: "" }),
      cancel({ ...valid, domain: DOMAIN, siteId: "", scope: "" }),
      ...misdirected(valid),
      cancel({ ...valid, siteId: "", account: "" }),
      cancel({ ...valid, account: SITES[1]?.account, scope: "" }),
      cancel({ ...valid, scope: "all" }),
      cancel({ ...valid, orderId: "0x12" }),
      cancel({ ...interval, intervalIndex: 7, counter: 0 }),
      cancel({ ...group, group: 256, counter: 0 }),
      cancel({ ...group, counter: 0, signature: "0x" }),
      cancel({ ...valid, signature: interval.signature }),
      cancel(cancelOf(2, { scope: "order", orderId: id })),
    ].map(codeOf);
    cancel(interval);
    seen.push(codeOf(cancel(valid)));
    seen.push(codeOf(cancel(cancelOf(1, { scope: "interval", intervalIndex: INTERVAL.index, counter: 8 }))));
    const late = orderOf(1, "bid", 100, 1_000);
    submit(late);
    seen.push(codeOf(cancel(cancelOf(1, { scope: "order", orderId: orderId(late) }), INTERVAL.startMs)));
    expect(seen).toEqual([...CANCEL_REJECTION_CODES]);
    const tooLate = cancelOf(1, { scope: "interval", intervalIndex: INTERVAL.index, counter: 10 });
    expect(codeOf(cancel(tooLate, INTERVAL.startMs))).toBe("gate-closed");
  });

  it("never throws and never changes anything, whatever comes in", () => {
    const hash = engine.stateHash();
    const valid = cancelOf(1, { scope: "group", group: 1, counter: 1 });
    const almost = fc
      .tuple(fc.constantFrom(...Object.keys(valid)), fc.anything())
      .filter(([name, value]) => (valid as unknown as Record<string, unknown>)[name] !== value)
      .map(([name, value]) => ({ ...valid, [name]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), (given) => {
        expect(CANCEL_REJECTION_CODES as readonly string[]).toContain(codeOf(cancel(given)));
      }),
    );
    expect(engine.stateHash()).toBe(hash);
  });

  it("bounds how many orders a site places and cancels in one interval", () => {
    let placed = 0;
    for (; placed < 1_000; placed++) {
      const order = orderOf(1, "bid", 1, 1_000);
      const event = engine.apply({ kind: "order-submitted", atMs: BEFORE, order }, "trusted");
      if (event.kind !== "order-accepted") {
        expect(event).toMatchObject({ code: "order-limit-reached" });
        break;
      }
      const signed = { ...cancelOf(2, { scope: "order", orderId: event.orderId }), siteId: siteId("home-1") };
      const account = order.account;
      engine.apply({ kind: "cancel-submitted", atMs: BEFORE, cancel: { ...signed, account } }, "trusted");
    }
    expect(placed).toBe(128);
  });
});

describe("replacing", () => {
  const old = orderOf(1, "bid", 2_000, 280_000);

  it("puts the new order in the old one's place at once, with its energy", () => {
    submit(old);
    const better = replacementOf(1, "bid", 2_500, 290_000, orderId(old));
    const event = submit(better);
    expect(event).toMatchObject({ kind: "order-accepted", changed: true });
    expect(submit(better)).toEqual({ ...event, changed: false, effects: [] });
    expect(clear().demand).toEqual([{ price: 290_000, energyWh: 2_500 }]);
  });

  it("may change the side when it replaces the site's only order", () => {
    submit(old);
    expect(codeOf(submit(replacementOf(1, "offer", 100, 1_000, orderId(old))))).toBe("order-accepted");
  });

  it("leaves the old order in the book when the new one is turned down", () => {
    submit(old);
    const hash = engine.stateHash();
    expect(codeOf(submit(replacementOf(1, "bid", 2_501, 1_000, orderId(old))))).toBe(
      "energy-over-connection-limit",
    );
    expect(engine.stateHash()).toBe(hash);
  });

  it("is turned down for an order that is unknown, another site's, elsewhere or ended", () => {
    submit(old);
    const foreign = orderOf(2, "bid", 100, 1_000);
    const elsewhere = orderOf(1, "bid", 100, 1_000, NEXT);
    submit(foreign);
    submit(elsewhere);
    const by = (id: SignedOrder | `0x${string}`): string =>
      codeOf(submit(replacementOf(1, "bid", 100, 1_000, typeof id === "string" ? id : orderId(id))));
    expect(by(`0x${"00".repeat(32)}`)).toBe("unknown-order");
    expect(by(foreign)).toBe("unknown-order");
    expect(by(elsewhere)).toBe("order-elsewhere");
    expect(by(old)).toBe("order-accepted");
    expect(by(old)).toBe("order-ended");
    expect(codeOf(cancel(cancelOf(1, { scope: "order", orderId: orderId(old) })))).toBe("order-ended");
  });

  it("is another request than the same order placed alone", () => {
    submit(old);
    const replacement = replacementOf(1, "bid", 100, 1_000, orderId(old), 77);
    const alone = orderOf(1, "bid", 100, 1_000, INTERVAL, 77);
    expect(orderId(replacement)).toBe(orderId(alone));
    submit(alone);
    expect(codeOf(submit(replacement))).toBe("replayed");
    expect(engine.order(orderId(old))?.ended).toBeNull();
  });
});
