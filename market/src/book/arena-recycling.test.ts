import { expect, test } from "vitest";
import { OneBook, SMALL } from "../../test/one-book.ts";
import { restoreSnapshot, takeSnapshot } from "./arena-snapshot.ts";
import { type BookArena, createArena } from "./book-arena.ts";
import { bookCode } from "./book-code.ts";
import { clearEvents, takeEvents } from "./book-event.ts";
import { arenaHash } from "./book-hash.ts";
import { cancelOrder } from "./cancel-order.ts";
import { BOOK_FIELD, type BookSide, ORDER_FIELD, SIDE } from "./layout.ts";
import { closeBook, openBook, releaseBook } from "./open-book.ts";
import { openPosition } from "./position.ts";
import { submitOrder, TIME_IN_FORCE } from "./submit-order.ts";

const { BID } = SIDE;
const { BOOK_GENERATION, BOOK_STRIDE } = BOOK_FIELD;
const { GENERATION, ORDER_SHIFT } = ORDER_FIELD;
const { FILL_OR_KILL } = TIME_IN_FORCE;

test("a slot's generations count up through 2^31, and a slot that has used them up is retired", () => {
  const book = new OneBook({ size: { ...SMALL, ordersMax: 2 } });
  const slot = book.bid(1, 10, 1);
  const generationAt = (slot << ORDER_SHIFT) + GENERATION;
  book.arena.orders[generationAt] = 2 ** 31 - 1;
  expect(cancelOrder(book.arena, slot, 2 ** 31 - 1)).toBe(0);
  expect(book.bid(1, 10, 1)).toBe(slot);
  expect(bookCode(cancelOrder(book.arena, slot, 2 ** 31 - 1))).toBe("order-stale");
  expect(cancelOrder(book.arena, slot, -(2 ** 31))).toBe(0);
  expect(book.bid(1, 10, 1)).toBe(slot);
  book.arena.orders[generationAt] = -2;
  expect(cancelOrder(book.arena, slot, -2)).toBe(0);
  expect(bookCode(cancelOrder(book.arena, slot, -2))).toBe("order-ended");
  book.events();
  expect(book.bid(1, 10, 1)).toBe(slot + 1);
  book.events();
  book.refuses(book.bid(1, 10, 1), "orders-full");
});

test("a book's slot is retired before its handle could come twice", () => {
  const arena = createArena({ ...SMALL, booksMax: 1 });
  const first = openBook(arena, 1, 10, 0, 1);
  arena.books[BOOK_STRIDE + BOOK_GENERATION] = 2 ** 30 - 2;
  closeBook(arena, first);
  releaseBook(arena, first);
  const last = openBook(arena, 1, 10, 0, 1);
  expect(last).toBe(2 ** 31 - 1);
  closeBook(arena, last);
  releaseBook(arena, last);
  expect(bookCode(openBook(arena, 1, 10, 0, 1))).toBe("books-full");
});

/** Opens, fills, closes and releases books; `seed` varies what is in them. */
function churn(arena: BookArena, rounds: number, seed: number): void {
  for (let round = 0; round < rounds; round++) {
    const book = openBook(arena, round, 100, 0, 1);
    const position = openPosition(arena, book, 7, 1e9, 1e9);
    for (let i = 0; i < 50; i++) {
      const tick = (i * 37 + seed + round) % 100;
      submitOrder(
        arena,
        book,
        position,
        (i & 1) as BookSide,
        tick,
        1 + (i % 9),
        i % 4,
        i % 4 === 3 ? 60_000 : 0,
      );
      clearEvents(arena);
    }
    closeBook(arena, book);
    clearEvents(arena);
    releaseBook(arena, book);
  }
}

test("thousands of books through a small arena leave it as it was", () => {
  const arena = createArena(SMALL);
  const empty = arenaHash(arena);
  churn(arena, 3_000, 5);
  expect(arenaHash(arena)).toBe(empty);
  expect(openBook(arena, 1, 100, 0, 1)).toBeGreaterThan(0);
});

test("400,000 orders leave nothing on the heap: all memory was taken when the arena was made", () => {
  const arena = createArena(SMALL);
  churn(arena, 2_000, 1);
  const before = process.memoryUsage();
  churn(arena, 8_000, 2);
  const after = process.memoryUsage();
  // 8,000 books and 400,000 orders: the smallest object for each would be 6.4 MB. What is allowed is
  // what the test runner itself leaves lying about.
  expect(after.heapUsed - before.heapUsed).toBeLessThan(3e6);
  // Buffers that others left behind may be collected between; none may be added.
  expect(after.arrayBuffers).toBeLessThanOrEqual(before.arrayBuffers);
});

test("a restored snapshot goes on exactly where it was taken", () => {
  const arena = createArena({ ...SMALL, ordersMax: 300 });
  churn(arena, 20, 3);
  const book = openBook(arena, 5, 100, 2, 1);
  const positions = [1, 2].map((site) => openPosition(arena, book, site, 1e9, 1e9));
  const play = (target: BookArena, from: number): unknown[] => {
    const seen: unknown[] = [];
    for (let i = from; i < from + 120; i++) {
      const position = positions[i % 2] ?? 0;
      const tick = (i * 31) % 100;
      const timeInForce = i % 5 === 0 ? FILL_OR_KILL : 0;
      seen.push(
        submitOrder(
          target,
          book,
          position,
          (i % 3 === 0 ? 1 : 0) as BookSide,
          tick,
          1 + (i % 7),
          timeInForce,
          0,
        ),
      );
      if (i % 4 === 0) seen.push(cancelOrder(target, 1 + (i % 40), 0));
      seen.push(...takeEvents(target));
    }
    return seen;
  };
  play(arena, 0);
  const snapshot = takeSnapshot(arena);
  const restored = restoreSnapshot(structuredClone(snapshot));
  expect(arenaHash(restored)).toBe(arenaHash(arena));
  expect(play(restored, 120)).toEqual(play(arena, 120));
  expect(takeSnapshot(restored)).toEqual(takeSnapshot(arena));
});

test("a snapshot that was cut short is refused", () => {
  const { size, parts } = takeSnapshot(new OneBook().arena);
  const short = { size, parts: { ...parts, books: parts.books.slice(0, 10) } };
  expect(() => restoreSnapshot(short)).toThrow("books must be as long as the counters say");
});

test("the hash sees every part of what a book holds", () => {
  const hashes = [
    () => new OneBook(),
    () => new OneBook({ selfTrade: 1 }),
    () => new OneBook({ limitWh: 5 }),
    () => withOrder(10, 1, 0),
    () => withOrder(11, 1, 0),
    () => withOrder(10, 2, 0),
    () => withOrder(10, 1, 60),
    () => withOrder(10, 1, 61),
  ].map((make) => arenaHash(make().arena));
  expect(new Set(hashes).size).toBe(hashes.length);
});

function withOrder(tick: number, quantity: number, lifetimeMs: number): OneBook {
  const book = new OneBook();
  book.submit(1, BID, tick, quantity, lifetimeMs > 0 ? 3 : 0, lifetimeMs);
  return book;
}
