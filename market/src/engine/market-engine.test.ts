import {
  type Clearing,
  deliveryInterval,
  type EpochMs,
  epochMs,
  intervalIndex,
  type Site,
  watts,
} from "@commonwatt/vpp-core";
import { beforeEach, describe, expect, it } from "vitest";
import { BEFORE, COMMUNITY, INTERVAL, orderOf, SITES } from "../../test/sample-market.ts";
import { type MarketEngine, marketEngine } from "./market-engine.ts";
import { DEFAULT_MARKET_RULES, type MarketRules } from "./market-rules.ts";

let engine: MarketEngine;

beforeEach(() => {
  engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules: DEFAULT_MARKET_RULES });
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
});

const submit = (...orders: readonly ReturnType<typeof orderOf>[]): void => {
  for (const order of orders) {
    expect(engine.apply({ kind: "order-submitted", atMs: BEFORE, order }).kind).toBe("order-accepted");
  }
};
const closeGate = (at: EpochMs = BEFORE): Clearing => {
  const event = engine.apply({ kind: "gate-closed", atMs: at, intervalIndex: INTERVAL.index });
  if (event.kind !== "gate-closed") throw new Error(event.kind);
  return event.clearing;
};

describe("the market engine", () => {
  it("clears a book into trades between sites, with the curves of both sides", () => {
    const bid = orderOf(1, "bid", 1_500, 280_000);
    const low = orderOf(2, "bid", 400, 100_000);
    const cheap = orderOf(3, "offer", 1_000, 120_000);
    const dear = orderOf(4, "offer", 900, 200_000);
    submit(low, dear, bid, cheap, orderOf(1, "bid", 100, 280_000));
    const clearing = closeGate();
    expect(clearing).toMatchObject({
      intervalIndex: INTERVAL.index,
      status: "cleared",
      clearedAtMs: BEFORE,
      clearingPrice: 200_000,
      volumeWh: 1_600,
      bidCount: 3,
      offerCount: 2,
      demand: [
        { price: 280_000, energyWh: 1_600 },
        { price: 100_000, energyWh: 400 },
      ],
      supply: [
        { price: 120_000, energyWh: 1_000 },
        { price: 200_000, energyWh: 900 },
      ],
    });
    expect(clearing.trades.map((trade) => trade.id)).toEqual(
      clearing.trades.map((_, i) => `${INTERVAL.index}-${i + 1}`),
    );
    expect(clearing.trades.reduce((sum, trade) => sum + trade.energyWh, 0)).toBe(1_600);
    expect(new Set(clearing.trades.map((trade) => trade.price))).toEqual(new Set([200_000]));
    expect(new Set(clearing.trades.map((trade) => `${trade.sellerId} ${trade.buyerId}`))).toEqual(
      new Set(["home-3 home-1", "home-4 home-1"]),
    );
  });

  it("gives the same answer when a gate is closed again, however late", () => {
    submit(orderOf(1, "bid", 500, 280_000), orderOf(3, "offer", 500, 120_000));
    const clearing = closeGate();
    const hash = engine.stateHash();
    expect(closeGate(INTERVAL.endMs)).toEqual(clearing);
    expect(engine.stateHash()).toBe(hash);
  });

  it("voids a gate that closes when delivery has begun: nobody trades", () => {
    submit(orderOf(1, "bid", 500, 280_000), orderOf(3, "offer", 500, 120_000));
    expect(closeGate(INTERVAL.startMs)).toMatchObject({
      status: "void",
      clearingPrice: null,
      volumeWh: 0,
      bidCount: 1,
      offerCount: 1,
      demand: [{ price: 280_000, energyWh: 500 }],
      supply: [{ price: 120_000, energyWh: 500 }],
      trades: [],
    });
  });

  it("clears a millisecond before delivery, and an empty book to no trade", () => {
    expect(closeGate(epochMs(INTERVAL.startMs - 1))).toMatchObject({
      status: "cleared",
      clearingPrice: null,
      volumeWh: 0,
      demand: [],
      supply: [],
      trades: [],
    });
  });

  it("clears the same whatever the order in which orders came", () => {
    const orders = [
      orderOf(1, "bid", 700, 250_000),
      orderOf(2, "bid", 300, 250_000),
      orderOf(3, "offer", 901, 100_000),
    ];
    submit(...orders);
    const forwards = closeGate();
    const other = marketEngine(COMMUNITY);
    other.apply({
      kind: "register-changed",
      atMs: BEFORE,
      sites: SITES.toReversed(),
      rules: DEFAULT_MARKET_RULES,
    });
    other.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
    for (const order of orders.toReversed()) other.apply({ kind: "order-submitted", atMs: BEFORE, order });
    const backwards = other.apply({ kind: "gate-closed", atMs: BEFORE, intervalIndex: INTERVAL.index });
    expect(backwards).toEqual({ kind: "gate-closed", changed: true, clearing: forwards });
  });

  it("lists open intervals and clearings, oldest first, and counts", () => {
    const later = deliveryInterval(intervalIndex(INTERVAL.index + 2), 15);
    const earlier = deliveryInterval(intervalIndex(INTERVAL.index - 2), 15);
    for (const interval of [later, earlier, INTERVAL])
      engine.apply({ kind: "interval-opened", atMs: BEFORE, interval });
    expect(engine.openIntervals()).toEqual([earlier, INTERVAL, later]);
    submit(orderOf(1, "bid", 500, 280_000), orderOf(3, "offer", 500, 120_000));
    closeGate();
    engine.apply({ kind: "gate-closed", atMs: BEFORE, intervalIndex: earlier.index });
    expect(engine.clearings().map((clearing) => [clearing.intervalIndex, clearing.status])).toEqual([
      [earlier.index, "void"],
      [INTERVAL.index, "cleared"],
    ]);
    expect(engine.counts()).toEqual({
      inputs: 8,
      sites: 4,
      orders: 2,
      openIntervals: 1,
      clearings: 2,
      trades: 1,
    });
  });

  it("refuses to close what was never opened and to open an interval at two times", () => {
    const hash = engine.stateHash();
    expect(() =>
      engine.apply({ kind: "gate-closed", atMs: BEFORE, intervalIndex: intervalIndex(7) }),
    ).toThrowError(expect.objectContaining({ code: "MARKET_UNKNOWN_INTERVAL" }));
    const longer = { ...INTERVAL, endMs: epochMs(INTERVAL.endMs + 1) };
    expect(() => engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: longer })).toThrowError(
      expect.objectContaining({ code: "MARKET_INTERVAL_CONFLICT" }),
    );
    expect(engine.stateHash()).toBe(hash);
  });
});

describe("the register", () => {
  const register = (sites: readonly Site[], rules: MarketRules = DEFAULT_MARKET_RULES): boolean =>
    engine.apply({ kind: "register-changed", atMs: BEFORE, sites, rules }).changed;
  const [home1, home2] = SITES as readonly [Site, Site, ...Site[]];

  it("changes only when something in it does", () => {
    expect(register(SITES.toReversed())).toBe(false);
    expect(register(SITES.slice(1))).toBe(true);
    expect(register(SITES.slice(1), { ...DEFAULT_MARKET_RULES, siteOrdersMax: 3 })).toBe(true);
  });

  it.each([
    ["an account of two sites", [home1, { ...home2, account: home1.account }]],
    ["an id that is taken twice", [home1, { ...home2, id: home1.id }]],
    ["an account that is none", [{ ...home1, account: "0x12" as Site["account"] }]],
    [
      "a connection of negative power",
      [{ ...home1, limits: { ...home1.limits, importPowerMaxW: watts(-1) } }],
    ],
    ["a connection of 2 GW", [{ ...home1, limits: { ...home1.limits, exportPowerMaxW: watts(2e9) } }]],
  ])("refuses %s and stays as it was", (_, sites) => {
    const hash = engine.stateHash();
    expect(() => register(sites)).toThrowError(expect.objectContaining({ code: "MARKET_REGISTER_INVALID" }));
    expect(engine.stateHash()).toBe(hash);
  });

  it("refuses rules that cannot be followed", () => {
    for (const limitPriceMax of [-1, 0.5, 1e13, Number.NaN]) {
      expect(() => register(SITES, { ...DEFAULT_MARKET_RULES, limitPriceMax } as MarketRules)).toThrowError(
        "limitPriceMax",
      );
    }
    expect(() => register(SITES, { ...DEFAULT_MARKET_RULES, siteOrdersMax: 0 })).toThrowError(
      "siteOrdersMax",
    );
    expect(() =>
      register(SITES, { ...DEFAULT_MARKET_RULES, mechanism: { name: "uniform-price", kPerMille: 2000 } }),
    ).toThrowError("k must be");
  });

  it.each(["mcafee", "vcg", "muda-vickrey", "mid-market-rate"])(
    "refuses %s, whose buyers do not pay what its sellers get",
    (name) => {
      const rules = { ...DEFAULT_MARKET_RULES, mechanism: { name } };
      expect(() => register(SITES, rules)).toThrowError("cannot clear a live market");
    },
  );

  it("clears by any mechanism with one price per trade", () => {
    register(SITES, { ...DEFAULT_MARKET_RULES, mechanism: { name: "pay-as-bid" } });
    submit(
      orderOf(1, "bid", 500, 280_000),
      orderOf(2, "bid", 500, 250_000),
      orderOf(3, "offer", 1_000, 120_000),
    );
    const clearing = closeGate();
    expect(clearing.clearingPrice).toBeNull();
    expect(clearing.trades.map(({ price }) => price)).toEqual([280_000, 250_000]);
  });
});
