import { expect, test } from "vitest";
import { OneBook, SMALL } from "../../test/one-book.ts";
import { BOOK_CODES, bookCode } from "./book-code.ts";
import { cancelOrder } from "./cancel-order.ts";
import { BOOK_PHASE, type BookSide, SIDE } from "./layout.ts";
import { closeBook, openBook, releaseBook } from "./open-book.ts";
import { submitOrder, TIME_IN_FORCE } from "./submit-order.ts";

const { BID } = SIDE;
const { CALL } = BOOK_PHASE;
const { FILL_OR_KILL, GOOD_TILL_TIME } = TIME_IN_FORCE;

/** An order with every fault that an order can have; mending them one by one shows the order of the checks. */
test("an order with several faults is told the first, in the order of the list", () => {
  const book = new OneBook({ limitWh: 10, selfTrade: 1, size: { ...SMALL, ordersMax: 2 } });
  const own = new OneBook().book;
  book.offer(2, 90, 4);
  book.offer(1, 95, 4);
  book.events();
  let fields: Fields = [77_777, 99, 2 as BookSide, -1, 0, 9, -1];
  const told: (string | null)[] = [];
  const mends: readonly (readonly [number, number])[] = [
    [0, own],
    [1, book.positions[1] ?? 0],
    [2, BID],
    [5, FILL_OR_KILL],
    [4, 11],
    [3, 90],
    [6, 0],
    [4, 5],
  ];
  for (const [field, value] of [[0, 77_777], ...mends] as const) {
    fields = fields.with(field, value) as unknown as Fields;
    told.push(bookCode(submitOrder(book.arena, ...fields)));
  }
  expect(told).toEqual([
    "unknown-book",
    "unknown-position",
    "bad-side",
    "bad-time-in-force",
    "bad-quantity",
    "price-out-of-range",
    "bad-lifetime",
    "position-limit",
    "orders-full",
  ]);
  const places = told.map((code) => BOOK_CODES.indexOf(code as (typeof BOOK_CODES)[number]));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  cancelOrder(book.arena, 2, 0);
  expect(bookCode(submitOrder(book.arena, ...fields))).toBe("not-fillable");
});

type Fields = [number, number, BookSide, number, number, number, number];

test.each([
  ["bad-quantity", 0],
  ["bad-quantity", -5],
  ["bad-quantity", 1.5],
  ["bad-quantity", Number.NaN],
  ["bad-quantity", 2 ** 31],
])("%s for %d", (code, quantity) => {
  const book = new OneBook();
  book.refuses(book.bid(1, 10, quantity), code);
});

test.each([-1, 100, 0.5, Number.NaN, 2 ** 32])("price-out-of-range for tick %d", (tick) => {
  const book = new OneBook();
  book.refuses(book.bid(1, tick, 1), "price-out-of-range");
});

test.each([
  [0, 1],
  [GOOD_TILL_TIME, 0],
  [GOOD_TILL_TIME, -1],
  [GOOD_TILL_TIME, 1.5],
])("bad-lifetime for time in force %i with %d ms", (timeInForce, lifetimeMs) => {
  const book = new OneBook();
  book.refuses(book.bid(1, 10, 1, timeInForce, lifetimeMs), "bad-lifetime");
});

test("in a call phase nothing is immediate, and a site is on one side", () => {
  const book = new OneBook({ phase: CALL, selfTrade: 1 });
  book.refuses(book.bid(1, 10, 1, 1), "bad-time-in-force");
  book.refuses(book.bid(1, 10, 1, 2), "bad-time-in-force");
  book.bid(1, 10, 1);
  book.events();
  book.refuses(book.offer(1, 50, 1), "both-sides");
  expect(book.bid(1, 20, 1)).toBeGreaterThan(0);
});

test("a handle that never was, one that ended and one whose slot was given out again differ", () => {
  const book = new OneBook();
  const slot = book.bid(1, 10, 1);
  book.events();
  for (const [wrong, generation] of [
    [slot, 1],
    [slot + 1, 0],
    [0, 0],
    [-1, 0],
    [0.5, 0],
    [slot, 0.5],
    [1e9, 0],
  ] as const) {
    book.refuses(cancelOrder(book.arena, wrong, generation), "unknown-order");
  }
  expect(cancelOrder(book.arena, slot, 0)).toBe(0);
  book.events();
  book.refuses(cancelOrder(book.arena, slot, 0), "order-ended");
  expect(book.bid(1, 11, 1)).toBe(slot);
  book.events();
  book.refuses(cancelOrder(book.arena, slot, 0), "order-stale");
  expect(cancelOrder(book.arena, slot, 1)).toBe(0);
});

test("a full arena refuses, keeps what it has, and takes orders again once one has gone", () => {
  const book = new OneBook({ size: { ...SMALL, ordersMax: 3 } });
  for (let i = 0; i < 3; i++) book.bid(1, 10 + i, 1);
  book.events();
  book.refuses(book.offer(2, 10, 3), "orders-full");
  expect(book.side(BID)).toEqual(["1:1@12", "1:1@11", "1:1@10"]);
  cancelOrder(book.arena, 1, 0);
  expect(book.offer(2, 10, 3)).toBeGreaterThan(0);
});

test("a side that cannot grow refuses what would rest, and still trades", () => {
  const book = new OneBook({ size: { ...SMALL, laddersMax: 1 } });
  for (let i = 0; i < 21; i++) book.bid(1, 10, 1);
  for (let i = 0; i < 20; i++) book.offer(2, 20, 1);
  book.events();
  book.refuses(book.offer(2, 20, 1), "ladders-full");
  expect(book.offer(2, 10, 1, 1)).toBeGreaterThan(0);
  for (let i = 1; i <= 20; i++) book.offer(2, 10, 1, 1);
  book.events();
  expect(book.side(BID)).toEqual([]);
  expect(book.offer(2, 20, 1)).toBeGreaterThan(0);
});

test("events that nobody takes hold new commands back, and lose nothing", () => {
  const book = new OneBook({ size: { ...SMALL, ordersMax: 4 } });
  const answers: (string | null)[] = [];
  for (let i = 0; i < 12; i++) {
    const slot = book.bid(1, 10, 1);
    answers.push(bookCode(slot));
    if (slot > 0) cancelOrder(book.arena, slot, i);
  }
  expect(answers.slice(-1)).toEqual(["events-full"]);
  const taken = book.events();
  expect(taken).toHaveLength(12);
  expect(book.bid(1, 10, 1)).toBeGreaterThan(0);
});

test("a book's life: its rules, its handle, and that it is closed before it is released", () => {
  const book = new OneBook();
  const { arena } = book;
  for (const [tag, ticks, policy, phase] of [
    [0.5, 10, 0, 1],
    [1, 0, 0, 1],
    [1, 101, 0, 1],
    [1, 10, 4, 1],
    [1, 10, 0, 3],
  ] as const) {
    book.refuses(openBook(arena, tag, ticks, policy as 0, phase), "bad-book-rules");
  }
  book.refuses(releaseBook(arena, book.book), "book-open");
  closeBook(arena, book.book);
  expect(releaseBook(arena, book.book)).toBe(0);
  book.refuses(releaseBook(arena, book.book), "unknown-book");
  const handles = Array.from({ length: 4 }, () => openBook(arena, 1, 10, 0, 1));
  expect(new Set([...handles, book.book]).size).toBe(5);
  book.refuses(openBook(arena, 1, 10, 0, 1), "books-full");
  book.refuses(book.bid(1, 1, 1), "unknown-book");
});
