import { describe, expect, test } from "vitest";
import { OneBook, SMALL } from "../../test/one-book.ts";
import { cancelOrder } from "./cancel-order.ts";
import { SIDE } from "./layout.ts";
import { replaceOrder } from "./replace-order.ts";

const { BID, OFFER } = SIDE;

describe("price-time priority", () => {
  test("the best price trades first, then the earliest, at the resting order's price", () => {
    const book = new OneBook();
    const [late, early, next, taker] = [
      book.offer(1, 42, 5),
      book.offer(2, 40, 5),
      book.offer(1, 40, 5),
      book.bid(3, 45, 12),
    ];
    expect(book.events()).toEqual([
      `rested ${late}: 5 @ 42`,
      `rested ${early}: 5 @ 40`,
      `rested ${next}: 5 @ 40`,
      `traded ${early} with ${taker}: 5 @ 40`,
      `traded ${next} with ${taker}: 5 @ 40`,
      `traded ${late} with ${taker}: 2 @ 42`,
    ]);
    expect(book.side(OFFER)).toEqual(["1:3@42"]);
    expect(book.side(BID)).toEqual([]);
  });

  test("what does not trade rests at its own limit", () => {
    const book = new OneBook();
    book.bid(1, 30, 4);
    book.offer(2, 30, 10);
    expect(book.side(OFFER)).toEqual(["2:6@30"]);
    expect(book.side(BID)).toEqual([]);
  });

  test("prices that only come near do not trade", () => {
    const book = new OneBook();
    book.bid(1, 30, 4);
    book.offer(2, 31, 4);
    expect([book.side(BID), book.side(OFFER)]).toEqual([["1:4@30"], ["2:4@31"]]);
  });

  test("ticks 0 and the highest trade like all others", () => {
    const book = new OneBook();
    book.offer(1, 99, 3);
    book.bid(2, 99, 3);
    book.bid(1, 0, 2);
    book.offer(2, 0, 2);
    expect(book.events().filter((line) => line.startsWith("traded"))).toEqual([
      "traded 1 with 2: 3 @ 99",
      "traded 2 with 1: 2 @ 0",
    ]);
  });

  test("the priority is the same in a short queue and in a ladder", () => {
    const book = new OneBook();
    for (let i = 0; i < 30; i++) book.bid(1 + (i % 2), 10 + (i % 3), i + 1);
    const before = book.side(BID);
    expect(before.slice(0, 3)).toEqual(["1:3@12", "2:6@12", "1:9@12"]);
    expect(before).toHaveLength(30);
    book.events();
    book.offer(3, 12, 3 + 6 + 4);
    expect(book.side(BID).slice(0, 2)).toEqual(["1:5@12", "2:12@12"]);
  });
});

describe.each([
  ["a short queue", 0],
  ["a ladder", 20],
])("replace in %s", (_form, others) => {
  test.each([
    ["a smaller quantity keeps its place", 40, 3, ["1:3@40", "2:5@40", "2:5@44"]],
    ["the same order keeps its place", 40, 5, ["1:5@40", "2:5@40", "2:5@44"]],
    ["a larger quantity goes behind", 40, 6, ["2:5@40", "1:6@40", "2:5@44"]],
    ["a worse price goes behind", 41, 3, ["2:5@40", "1:3@41", "2:5@44"]],
    ["a much worse price goes behind all of it", 44, 5, ["2:5@40", "2:5@44", "1:5@44"]],
    ["a better price goes in front", 39, 9, ["1:9@39", "2:5@40", "2:5@44"]],
  ])("%s", (_what, tick, quantity, expected) => {
    const book = new OneBook();
    const slot = book.offer(1, 40, 5);
    book.offer(2, 40, 5);
    book.offer(2, 44, 5);
    for (let i = 0; i < others; i++) book.offer(3, 60 + i, 1);
    expect(replaceOrder(book.arena, slot, 0, tick, quantity)).toBe(0);
    expect(book.side(OFFER).slice(0, 3)).toEqual(expected);
    expect(book.side(OFFER)).toHaveLength(3 + others);
    expect(cancelOrder(book.arena, slot, 0)).toBe(0);
  });

  test("the best order leaves its price to the next", () => {
    const book = new OneBook();
    const slot = book.bid(1, 50, 5);
    book.bid(2, 30, 5);
    for (let i = 0; i < others; i++) book.bid(3, 1 + i, 1);
    expect(replaceOrder(book.arena, slot, 0, 25, 5)).toBe(0);
    expect(book.side(BID).slice(0, 2)).toEqual(["2:5@30", "1:5@25"]);
  });
});

describe("replace", () => {
  test("the only order of a ladder gives it back", () => {
    const book = new OneBook({ size: { ...SMALL, laddersMax: 1 } });
    const [first = 0, ...others] = Array.from({ length: 15 }, (_, i) => book.bid(1, 20 + i, 1));
    for (const slot of others) expect(cancelOrder(book.arena, slot, 0)).toBe(0);
    expect(replaceOrder(book.arena, first, 0, 10, 1)).toBe(0);
    for (let i = 0; i < 15; i++) expect(book.offer(2, 50 + i, 1)).toBeGreaterThan(0);
    expect(book.side(BID)).toEqual(["1:1@10"]);
  });

  test("a price that crosses trades at once, and the order keeps its handle", () => {
    const book = new OneBook();
    const offer = book.offer(1, 50, 8);
    const bid = book.bid(2, 30, 5);
    book.events();
    expect(replaceOrder(book.arena, offer, 0, 20, 7)).toBe(0);
    expect(book.events()).toEqual([`moved ${offer}: 7 @ 20`, `traded ${bid} with ${offer}: 5 @ 30`]);
    expect(book.side(OFFER)).toEqual(["1:2@20"]);
    expect(cancelOrder(book.arena, offer, 0)).toBe(0);
  });

  test("what is refused leaves the order as it was", () => {
    const book = new OneBook({ limitWh: 10 });
    const slot = book.offer(1, 50, 8);
    book.events();
    book.refuses(replaceOrder(book.arena, slot, 0, 50, 0), "bad-quantity");
    book.refuses(replaceOrder(book.arena, slot, 0, 100, 8), "price-out-of-range");
    book.refuses(replaceOrder(book.arena, slot, 0, 50, 11), "position-limit");
    expect(book.side(OFFER)).toEqual(["1:8@50"]);
  });
});
