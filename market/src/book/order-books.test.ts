import { describe, expect, test } from "vitest";
import type { NewOrder } from "./named-orders.ts";
import { OrderBooks } from "./order-books.ts";

const SIZE = { booksMax: 3, ordersMax: 50, positionsMax: 20, ticksMax: 1_001, laddersMax: 4 };
const RULES = { id: "tuesday", priceMin: 100_000, priceMax: 1_100_000, tickSize: 1_000 };

function market(
  rules: Partial<typeof RULES> & { selfTrade?: "cancel-resting"; call?: boolean } = {},
): OrderBooks {
  const books = new OrderBooks(SIZE, 1);
  expect(books.openBook({ ...RULES, ...rules })).toBeNull();
  return books;
}

function order(
  id: string,
  side: "bid" | "offer",
  price: number,
  quantityWh: number,
  more: Partial<NewOrder> = {},
): NewOrder {
  return { id, book: "tuesday", site: `site of ${id}`, side, price, quantityWh, ...more };
}

describe("order books with names", () => {
  test("tell of trades by id and price", () => {
    const books = market();
    books.place(order("a", "offer", 300_000, 500));
    books.place(order("b", "offer", 290_000, 200));
    expect(books.place(order("c", "bid", 310_000, 900))).toEqual({
      status: "accepted",
      trades: [
        { maker: "b", price: 290_000, quantityWh: 200 },
        { maker: "a", price: 300_000, quantityWh: 500 },
      ],
      filledWh: 700,
      openWh: 200,
      ended: [],
    });
    expect(books.depth("tuesday", "bid")).toEqual([{ price: 310_000, quantityWh: 200 }]);
    expect(books.depth("tuesday", "offer")).toEqual([]);
    expect(books.position("tuesday", "site of c")).toMatchObject({ netWh: 700, openBidsWh: 200 });
  });

  test("an id is free again once its order has ended", () => {
    const books = market();
    books.place(order("a", "offer", 300_000, 5));
    expect(books.place(order("a", "bid", 200_000, 5))).toEqual({ status: "rejected", code: "duplicate-id" });
    books.place(order("b", "bid", 300_000, 5));
    expect(books.cancel("a")).toEqual({ status: "rejected", code: "unknown-order" });
    expect(books.place(order("a", "bid", 200_000, 5))).toMatchObject({ openWh: 5 });
    expect(books.cancel("a")).toEqual({ id: "a", reason: "cancelled", openWh: 5 });
    expect(books.cancel("a")).toEqual({ status: "rejected", code: "unknown-order" });
  });

  test("replace trades, rests or cuts", () => {
    const books = market();
    books.place(order("a", "offer", 300_000, 5));
    books.place(order("b", "bid", 200_000, 9));
    expect(books.replace("b", 200_000, 7)).toMatchObject({ filledWh: 0, openWh: 7 });
    expect(books.replace("b", 300_000, 7)).toMatchObject({
      trades: [{ maker: "a", price: 300_000, quantityWh: 5 }],
      openWh: 2,
    });
    expect(books.replace("a", 300_000, 7)).toEqual({ status: "rejected", code: "unknown-order" });
    expect(books.replace("b", 300_500, 7)).toEqual({ status: "rejected", code: "off-tick" });
    books.place(order("c", "offer", 400_000, 2));
    expect(books.replace("b", 400_000, 2)).toMatchObject({ filledWh: 2, openWh: 0 });
    expect(books.cancel("b")).toMatchObject({ code: "unknown-order" });
  });

  test("time, immediate orders and gate closure", () => {
    const books = market();
    books.advance(1_000);
    books.place(order("late", "bid", 200_000, 1, { expiresAtMs: 3_000 }));
    books.place(order("early", "bid", 210_000, 2, { expiresAtMs: 2_000 }));
    books.place(order("gate", "bid", 220_000, 3));
    expect(
      books.place(order("now", "offer", 900_000, 3, { timeInForce: "immediate-or-cancel" })),
    ).toMatchObject({
      filledWh: 0,
      openWh: 0,
      ended: [],
    });
    expect(books.advance(2_500)).toEqual([{ id: "early", reason: "expired", openWh: 2 }]);
    expect(books.advance(2_499)).toEqual({ status: "rejected", code: "time-backwards" });
    expect(books.close("tuesday")).toEqual([
      { id: "gate", reason: "gate-closed", openWh: 3 },
      { id: "late", reason: "gate-closed", openWh: 1 },
    ]);
    expect(books.close("tuesday")).toEqual({ status: "rejected", code: "unknown-book" });
    expect(books.hash()).toBe(hashOfEmptyAt(2_500));
  });

  test("a site's own order that has to leave is told of", () => {
    const books = market({ selfTrade: "cancel-resting" });
    books.place(order("mine", "offer", 300_000, 5, { site: "me" }));
    expect(books.place(order("too", "bid", 300_000, 5, { site: "me" }))).toMatchObject({
      openWh: 5,
      ended: [{ id: "mine", reason: "self-trade", openWh: 5 }],
    });
    expect(books.cancel("mine")).toMatchObject({ code: "unknown-order" });
  });

  test("a call auction by name", () => {
    const books = market({ call: true });
    books.place(order("a", "bid", 500_000, 10));
    books.place(order("b", "offer", 300_000, 6));
    expect(books.clear("tuesday", 500, 1)).toEqual({
      status: "cleared",
      price: 500_000,
      volumeWh: 6,
      fills: [
        { id: "a", quantityWh: 6 },
        { id: "b", quantityWh: 6 },
      ],
    });
    expect(books.clear("tuesday", 500, 1)).toEqual({ status: "rejected", code: "no-call-auction" });
    expect(books.openCall("tuesday")).toBeNull();
    expect(books.cancel("a")).toMatchObject({ openWh: 4 });
    expect(books.cancel("b")).toMatchObject({ code: "unknown-order" });
  });

  test("limits, and every way to be wrong about a name", () => {
    const books = market();
    expect(books.limitPosition("tuesday", "site of a", 10, 0)).toBeNull();
    expect(books.place(order("a", "bid", 200_000, 11))).toEqual({
      status: "rejected",
      code: "position-limit",
    });
    expect(books.limitPosition("tuesday", "site of a", -1, 0)).toMatchObject({ code: "bad-position-limits" });
    const faults: readonly (readonly [Partial<NewOrder>, string])[] = [
      [{ book: "monday" }, "unknown-book"],
      [{ price: 200_001 }, "off-tick"],
      [{ price: 1_101_000 }, "price-out-of-range"],
      [{ quantityWh: 0 }, "bad-quantity"],
      [{ side: "buy" as "bid" }, "bad-side"],
      [{ timeInForce: "gtc" as "good-till-gate" }, "bad-time-in-force"],
      [{ expiresAtMs: 0 }, "bad-lifetime"],
      [{ timeInForce: "fill-or-kill" }, "not-fillable"],
    ];
    for (const [fault, code] of faults) {
      expect(books.place(order("x", "bid", 200_000, 1, fault))).toEqual({ status: "rejected", code });
    }
    expect(books.openBook(RULES)).toEqual({ status: "rejected", code: "duplicate-id" });
    for (const wrong of [
      { tickSize: 0 },
      { tickSize: 0.5 },
      { priceMax: 100_500 },
      { priceMax: 9e9 },
      { priceMin: Number.NaN },
    ]) {
      expect(books.openBook({ ...RULES, id: "other", ...wrong })).toMatchObject({ code: "bad-book-rules" });
    }
    expect(books.limitPosition("monday", "a", 1, 1)).toMatchObject({ code: "unknown-book" });
    expect(books.clear("monday", 1, 1)).toMatchObject({ code: "unknown-book" });
    expect(books.openCall("monday")).toMatchObject({ code: "unknown-book" });
    expect(books.depth("monday", "bid")).toBeNull();
    expect(books.position("monday", "a")).toBeNull();
  });
});

function hashOfEmptyAt(nowMs: number): string {
  const books = new OrderBooks(SIZE, 1);
  books.advance(nowMs);
  return books.hash();
}
