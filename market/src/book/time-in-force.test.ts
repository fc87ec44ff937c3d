import { describe, expect, test } from "vitest";
import { OneBook } from "../../test/one-book.ts";
import { advanceTime } from "./advance-time.ts";
import { cancelOrder } from "./cancel-order.ts";
import { SIDE } from "./layout.ts";
import { closeBook } from "./open-book.ts";
import { replaceOrder } from "./replace-order.ts";
import { TIME_IN_FORCE } from "./submit-order.ts";

const { BID, OFFER } = SIDE;
const { FILL_OR_KILL, GOOD_TILL_GATE, GOOD_TILL_TIME, IMMEDIATE_OR_CANCEL } = TIME_IN_FORCE;

describe("immediate or cancel", () => {
  test("what does not trade at once ends", () => {
    const book = new OneBook();
    const offer = book.offer(1, 40, 5);
    book.events();
    const taker = book.bid(2, 40, 8, IMMEDIATE_OR_CANCEL);
    expect(book.events()).toEqual([
      `traded ${offer} with ${taker}: 5 @ 40`,
      `ended ${taker} (remainder): 3 @ 40`,
    ]);
    expect(book.side(BID)).toEqual([]);
  });
});

describe("fill or kill", () => {
  test("trades all of its quantity or changes nothing", () => {
    const book = new OneBook();
    book.offer(1, 40, 5);
    book.offer(2, 41, 5);
    book.offer(2, 43, 5);
    book.events();
    book.refuses(book.bid(3, 42, 11, FILL_OR_KILL), "not-fillable");
    expect(book.bid(3, 42, 10, FILL_OR_KILL)).toBeGreaterThan(0);
    expect(book.events()).toHaveLength(2);
    expect(book.side(OFFER)).toEqual(["2:5@43"]);
  });

  test("finds the same in a ladder", () => {
    const book = new OneBook();
    for (let tick = 0; tick < 30; tick++) book.bid(1, 40 + tick, 2);
    book.events();
    book.refuses(book.offer(2, 50, 41, FILL_OR_KILL), "not-fillable");
    expect(book.offer(2, 50, 40, FILL_OR_KILL)).toBeGreaterThan(0);
    expect(book.side(BID)).toHaveLength(10);
  });

  test.each([
    [0, true],
    [1, false],
    [2, false],
    [3, false],
  ] as const)("under self-trade policy %i its own offer in front counts: %s", (selfTrade, fills) => {
    const book = new OneBook({ selfTrade });
    book.offer(1, 40, 5);
    book.offer(2, 41, 5);
    book.events();
    const answer = book.bid(1, 41, 10, FILL_OR_KILL);
    expect(answer > 0).toBe(fills);
  });

  test("passes its own resting order by where that is cancelled", () => {
    const book = new OneBook({ selfTrade: 2 });
    const own = book.offer(1, 40, 5);
    const other = book.offer(2, 41, 5);
    book.events();
    const taker = book.bid(1, 41, 5, FILL_OR_KILL);
    expect(book.events()).toEqual([
      `ended ${own} (self-trade): 5 @ 40`,
      `traded ${other} with ${taker}: 5 @ 41`,
    ]);
  });
});

describe("good till time", () => {
  test("orders expire at their time, the earliest first, and together in the order in which they came", () => {
    const book = new OneBook();
    advanceTime(book.arena, 1_000);
    const [second, third, first, gone, fourth] = [
      book.bid(1, 10, 1, GOOD_TILL_TIME, 20),
      book.offer(2, 90, 1, GOOD_TILL_TIME, 20),
      book.bid(2, 11, 1, GOOD_TILL_TIME, 10),
      book.bid(3, 12, 1, GOOD_TILL_TIME, 15),
      book.bid(3, 13, 1, GOOD_TILL_TIME, 21),
    ];
    book.bid(3, 14, 1);
    cancelOrder(book.arena, gone, 0);
    book.events();
    expect(advanceTime(book.arena, 1_009)).toBe(0);
    expect(book.events()).toEqual([]);
    expect(advanceTime(book.arena, 1_020)).toBe(0);
    expect(book.events()).toEqual([
      `ended ${first} (expired): 1 @ 11`,
      `ended ${second} (expired): 1 @ 10`,
      `ended ${third} (expired): 1 @ 90`,
    ]);
    advanceTime(book.arena, 1e15);
    expect(book.events()).toEqual([`ended ${fourth} (expired): 1 @ 13`]);
    expect(book.side(BID)).toEqual(["3:1@14"]);
  });

  test("a replaced order keeps its expiry", () => {
    const book = new OneBook();
    const slot = book.bid(1, 10, 1, GOOD_TILL_TIME, 5);
    replaceOrder(book.arena, slot, 0, 20, 7);
    book.events();
    advanceTime(book.arena, 5);
    expect(book.events()).toEqual([`ended ${slot} (expired): 7 @ 20`]);
  });

  test("time does not run backwards, nor in fractions", () => {
    const book = new OneBook();
    advanceTime(book.arena, 100);
    book.refuses(advanceTime(book.arena, 99), "time-backwards");
    book.refuses(advanceTime(book.arena, 100.5), "time-backwards");
    book.refuses(advanceTime(book.arena, Number.NaN), "time-backwards");
    expect(advanceTime(book.arena, 100)).toBe(0);
  });
});

test("good till gate closure: all orders end with the book, bids before offers, in priority", () => {
  const book = new OneBook();
  const [low, high, offer] = [book.bid(1, 10, 1, GOOD_TILL_GATE), book.bid(2, 11, 2), book.offer(3, 50, 3)];
  book.events();
  expect(closeBook(book.arena, book.book)).toBe(0);
  expect(book.events()).toEqual([
    `ended ${high} (gate-closed): 2 @ 11`,
    `ended ${low} (gate-closed): 1 @ 10`,
    `ended ${offer} (gate-closed): 3 @ 50`,
  ]);
  book.refuses(book.bid(1, 10, 1), "book-closed");
  book.refuses(closeBook(book.arena, book.book), "book-closed");
});
