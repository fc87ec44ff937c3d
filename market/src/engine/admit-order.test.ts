import {
  type DeliveryInterval,
  deliveryInterval,
  epochMs,
  type Hex,
  intervalIndex,
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
  timedOf,
  WRONG_DOMAINS,
} from "../../test/sample-market.ts";
import { orderId } from "../order/order-id.ts";
import { REJECTION_CODES } from "../order/rejection.ts";
import { type MarketEngine, marketEngine } from "./market-engine.ts";
import { DEFAULT_MARKET_RULES, TICKS_MAX } from "./market-rules.ts";

let engine: MarketEngine;
const rules = { ...DEFAULT_MARKET_RULES, siteOrdersMax: 2 };

beforeEach(() => {
  engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules });
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
});

function codeOf(order: unknown, at: number = BEFORE): string {
  const event = engine.apply({ kind: "order-submitted", atMs: epochMs(at), order: order as SignedOrder });
  return event.kind === "order-rejected" ? event.code : event.kind;
}

/** Replaces an order of which 5 Wh were traded by one for 5 Wh. */
function alreadyFilled(interval: DeliveryInterval): string {
  const bid = orderOf(3, "bid", 10, 2_000, interval);
  codeOf(bid);
  codeOf(orderOf(4, "offer", 5, 2_000, interval));
  return codeOf(replacementOf(3, "bid", 5, 2_000, orderId(bid), 98, interval));
}

/** Sends a second order to a market that has room for one. */
function inFullMarket(): string {
  const before = engine;
  const size = { booksMax: 1, ordersMax: 1, positionsMax: 1, ticksMax: TICKS_MAX, laddersMax: 1 };
  engine = marketEngine(COMMUNITY, size);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules });
  const next = deliveryInterval(intervalIndex(INTERVAL.index + 1), 15);
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: next });
  codeOf(orderOf(1, "bid", 1, 1_000, next));
  const code = codeOf(orderOf(2, "bid", 2_500, 1_000, next));
  engine = before;
  return code;
}

/** What a market that settles on a chain says to another version, chain and contract. */
function misdirected(): readonly string[] {
  const before = engine;
  engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules, domain: DOMAIN });
  const codes = WRONG_DOMAINS.slice(2).map(([, domain]) =>
    codeOf({ ...orderOf(1, "bid", 1, 1_000), domain, intervalIndex: 0 }),
  );
  engine = before;
  return codes;
}

describe("admitting an order", () => {
  const valid = orderOf(1, "bid", 1_000, 250_000);

  it.each([
    ["not-an-order", [undefined, null, 7, "order", true, 10n, Symbol("order")]],
    ["wrong-community", [{}, [], { ...valid, community: "lindenweg" }, { ...valid, community: 7 }]],
    [
      "unknown-interval",
      ["1994040", -1, 0.5, Number.NaN, null, 1_994_041].map((intervalIndex) => ({ ...valid, intervalIndex })),
    ],
    ["unknown-site", ["home-9", 1, null, {}, "__proto__"].map((siteId) => ({ ...valid, siteId }))],
    ["account-mismatch", [SITES[1]?.account, "0x", null, 0].map((account) => ({ ...valid, account }))],
    ["account-mismatch", [{ ...valid, siteId: siteId("home-2") }]],
    ["bad-side", ["ask", "BID", null, 0].map((side) => ({ ...valid, side }))],
    [
      "energy-not-positive",
      [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, "1000", 1_000n, null].map((energyWh) => ({
        ...valid,
        energyWh,
      })),
    ],
    [
      "price-out-of-range",
      [-1, 0.5, 10_000_001, Number.NaN, "1", null].map((limitPrice) => ({ ...valid, limitPrice })),
    ],
    [
      "bad-salt",
      ["0x", `0x${"00".repeat(31)}`, `0x${"zz".repeat(32)}`, 0, null].map((salt) => ({ ...valid, salt })),
    ],
    [
      "bad-signature",
      ["0x", `${valid.signature}00`, `0x${"00".repeat(65)}`, null].map((signature) => ({
        ...valid,
        signature,
      })),
    ],
    [
      "bad-signature",
      [
        { ...valid, energyWh: 999 },
        { ...valid, signature: orderOf(2, "bid", 1_000, 250_000).signature },
      ],
    ],
  ])("says %s", (code, orders) => {
    const before = engine.stateHash();
    for (const order of orders)
      expect(
        codeOf(order),
        String(JSON.stringify(order, (_, v) => (typeof v === "bigint" ? `${v}n` : v))),
      ).toBe(code);
    expect(engine.stateHash()).toBe(before);
  });

  it("closes the gate for orders when delivery begins, even when nobody closed it", () => {
    expect(codeOf(valid, INTERVAL.startMs)).toBe("gate-closed");
    expect(codeOf(valid, INTERVAL.startMs - 1)).toBe("order-accepted");
  });

  it("keeps a site on one side of an interval, and leaves other intervals alone", () => {
    const next = deliveryInterval(intervalIndex(INTERVAL.index + 1), 15);
    engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: next });
    expect(codeOf(valid)).toBe("order-accepted");
    expect(codeOf(orderOf(1, "offer", 1_000, 300_000))).toBe("both-sides");
    expect(codeOf(orderOf(1, "offer", 1_000, 300_000, next))).toBe("order-accepted");
    expect(codeOf(orderOf(2, "offer", 1_000, 300_000))).toBe("order-accepted");
  });

  it("limits a site's orders and their energy together to what its connection moves", () => {
    expect(codeOf(orderOf(1, "bid", 2_501, 250_000))).toBe("energy-over-connection-limit");
    expect(codeOf(orderOf(2, "offer", 2_001, 250_000))).toBe("energy-over-connection-limit");
    expect(codeOf(orderOf(2, "offer", 2_000, 250_000))).toBe("order-accepted");
    expect(codeOf(orderOf(1, "bid", 1_500, 250_000))).toBe("order-accepted");
    expect(codeOf(orderOf(1, "bid", 1_001, 250_000))).toBe("energy-over-connection-limit");
    expect(codeOf(orderOf(1, "bid", 1_000, 250_000))).toBe("order-accepted");
    expect(codeOf(orderOf(1, "bid", 1, 250_000))).toBe("order-limit-reached");
  });

  it("gives an order that it knows the same answer again, even after the gate has closed", () => {
    const submit = (order: SignedOrder): unknown =>
      engine.apply({ kind: "order-submitted", atMs: BEFORE, order });
    const first = submit(valid);
    submit(orderOf(2, "offer", 500, 100_000));
    const hash = engine.stateHash();
    expect(
      submit({ ...valid, salt: valid.salt.toUpperCase().replace("X", "x") as typeof valid.salt }),
    ).toEqual({ ...(first as object), changed: false, effects: [] });
    expect(engine.stateHash()).toBe(hash);
    engine.apply({ kind: "gate-closed", atMs: BEFORE, intervalIndex: INTERVAL.index });
    expect(submit(valid)).toEqual({ ...(first as object), changed: false, effects: [] });
    expect(codeOf({ ...valid, signature: orderOf(1, "bid", 1, 1_000).signature })).toBe("bad-signature");
  });

  it("names the first fault of an order with many, in the documented order", () => {
    const other = orderOf(1, "offer", 1, 1_000);
    codeOf(other);
    codeOf(orderOf(1, "offer", 1, 1_000, INTERVAL, 99));
    const faults: readonly (readonly [string, unknown])[] = [
      ["community", ""],
      ["domain", DOMAIN],
      ["intervalIndex", 0],
      ["siteId", ""],
      ["account", ""],
      ["side", ""],
      ["energyWh", 0],
      ["limitPrice", -1],
      ["limitPrice", 999],
      ["salt", ""],
      ["bulk", {}],
      ["replaces", ""],
      ["timing", {}],
      ["signature", ""],
    ];
    const tooMuch = orderOf(1, "bid", 2_501, 250_000);
    const seen = [codeOf(null)];
    for (const [at, [field]] of faults.entries()) {
      if (field === "intervalIndex") seen.push(...misdirected());
      seen.push(codeOf({ ...tooMuch, ...Object.fromEntries(faults.slice(at).toReversed()) }));
    }
    seen.push(codeOf(replacementOf(1, "offer", 1, 1_000, orderId(tooMuch), 99)));
    engine.apply({
      kind: "cancel-submitted",
      atMs: BEFORE,
      cancel: cancelOf(1, { scope: "group", group: 0, counter: 2 }),
    });
    const next = deliveryInterval(intervalIndex(INTERVAL.index + 1), 15);
    engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: next });
    const elsewhere = orderOf(1, "bid", 1, 1_000, next);
    const ended = orderOf(2, "offer", 1, 1_000);
    for (const order of [elsewhere, ended]) codeOf(order);
    const cancel = cancelOf(2, { scope: "order", orderId: orderId(ended) });
    engine.apply({ kind: "cancel-submitted", atMs: BEFORE, cancel });
    const replacing = (home: number, id: Hex): string =>
      codeOf(replacementOf(home, "bid", 2_501, 250_000, id));
    const unknown: Hex = `0x${"00".repeat(32)}`;
    seen.push(
      ...bulkOf(1, { group: 0, counter: 1 }, [INTERVAL]).map((order) => codeOf(order, INTERVAL.startMs)),
      codeOf(tooMuch, INTERVAL.startMs),
      codeOf(timedOf(1, "bid", 2_501, 1_000, { inForce: "good-till-time", expiresAtMs: BEFORE })),
      codeOf(timedOf(1, "bid", 2_501, 1_000, { inForce: "immediate-or-cancel" })),
      replacing(1, unknown),
      replacing(1, orderId(elsewhere)),
      replacing(2, orderId(ended)),
      alreadyFilled(next),
      codeOf(tooMuch),
      codeOf(orderOf(1, "offer", 2_001, 1_000)),
      codeOf(orderOf(2, "bid", 2_501, 1_000)),
      inFullMarket(),
      codeOf(timedOf(2, "bid", 2_500, 1_000, { inForce: "fill-or-kill" }, next)),
    );
    expect(seen).toEqual([...REJECTION_CODES]);
  });

  it("keeps nothing that is not part of an order", () => {
    expect(codeOf({ ...valid, note: "hello", account: valid.account.toLowerCase() })).toBe("order-accepted");
    expect(engine.book(INTERVAL.index)?.orders[0]?.order).toEqual(valid);
  });

  it("never throws and never takes anything, whatever comes in", () => {
    const field = fc.oneof(fc.anything(), fc.constantFrom(...Object.values(valid)));
    const nearly = fc.record(Object.fromEntries(Object.keys(valid).map((name) => [name, field])), {
      requiredKeys: [],
    });
    const almost = fc
      .tuple(fc.constantFrom(...Object.keys(valid)), fc.anything())
      .map(([name, value]) => ({ ...valid, [name]: value }));
    const isOrder = (order: object): boolean =>
      Object.entries(valid).every(([name, value]) => (order as Record<string, unknown>)[name] === value);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          nearly,
          almost.filter((order) => !isOrder(order)),
        ),
        (order) => {
          expect(REJECTION_CODES as readonly string[]).toContain(codeOf(order));
        },
      ),
    );
  });
});
