import type { ChainCancel, Hex } from "@commonwatt/vpp-core";
import { beforeEach, describe, expect, it } from "vitest";
import { BEFORE, bulkOf, COMMUNITY, cancelOf, INTERVAL, orderOf, SITES } from "../../test/sample-market.ts";
import { orderId } from "../order/order-id.ts";
import { type MarketEngine, marketEngine, restoredEngine } from "./market-engine.ts";
import type { MarketEvent } from "./market-input.ts";
import { DEFAULT_MARKET_RULES } from "./market-rules.ts";

let engine: MarketEngine;

beforeEach(() => {
  engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules: DEFAULT_MARKET_RULES });
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
});

const submit = (order: unknown): MarketEvent =>
  engine.apply({ kind: "order-submitted", atMs: BEFORE, order: order as never });
const onChain = (cancel: ChainCancel): MarketEvent =>
  engine.apply({ kind: "chain-cancelled", atMs: BEFORE, cancel });

describe("what an account took back on the chain", () => {
  it("leaves its book without a signature, and comes into none any more", () => {
    const [taken, late] = bulkOf(1, { group: 7, counter: 3 }, [INTERVAL, INTERVAL]);
    const [newer] = bulkOf(1, { group: 7, counter: 4 }, [INTERVAL]);
    const [other] = bulkOf(1, { group: 8, counter: 3 }, [INTERVAL]);
    const alone = orderOf(1, "bid", 100, 1_000);
    if (!taken || !late || !newer || !other) throw new Error("an order is missing");
    for (const order of [taken, newer, other, alone]) submit(order);
    const cancel = { account: taken.account.toLowerCase() as typeof taken.account, group: 7, counter: 4 };
    const ids: readonly Hex[] = [orderId(taken)];
    expect(onChain(cancel)).toMatchObject({ kind: "orders-cancelled", changed: true, orderIds: ids });
    const booked = engine.bookedOrders(INTERVAL.index);
    expect(booked.map(({ ended }) => ended)).toEqual([
      { by: "group-cancel", cancel: null },
      null,
      null,
      null,
    ]);
    expect(submit(late)).toMatchObject({ kind: "order-rejected", code: "group-cancelled" });
    const restored = restoredEngine(engine.snapshot());
    expect(restored.stateHash()).toBe(engine.stateHash());
  });

  it("changes nothing when it is no site's, or was taken back before", () => {
    const [order] = bulkOf(1, { group: 7, counter: 3 }, [INTERVAL]);
    if (!order) throw new Error("an order is missing");
    submit(order);
    const hash = engine.stateHash();
    const stranger = `0x${"0b".repeat(20)}` as typeof order.account;
    expect(onChain({ account: stranger, group: 7, counter: 9 })).toMatchObject({ changed: false });
    expect(engine.stateHash()).toBe(hash);
    const { account } = order;
    engine.apply({
      ...{ kind: "cancel-submitted", atMs: BEFORE },
      cancel: cancelOf(1, { scope: "group", group: 7, counter: 9 }),
    });
    expect(onChain({ account, group: 7, counter: 9 })).toMatchObject({ changed: false, orderIds: [] });
    expect(engine.bookedOrders(INTERVAL.index)[0]?.ended?.cancel, "what was signed is kept").not.toBeNull();
    expect(onChain({ account, group: 7, counter: 10 })).toMatchObject({ changed: true, orderIds: [] });
  });
});
