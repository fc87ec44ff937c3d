import { expect, test } from "vitest";
import { OneBook } from "../../test/one-book.ts";
import { clearEvents, eventCount, readEvent } from "./book-event.ts";

test("events wait in the arena and are read one by one, without a copy", () => {
  const book = new OneBook();
  const maker = book.offer(1, 40, 5);
  const taker = book.bid(2, 45, 3);
  expect(eventCount(book.arena)).toBe(2);
  expect(readEvent(book.arena, 1)).toEqual({
    kind: "traded",
    book: book.book,
    order: { slot: maker, generation: 0 },
    other: { slot: taker, generation: 0 },
    reason: null,
    tick: 40,
    quantity: 3,
    orderDone: false,
    otherDone: true,
  });
  clearEvents(book.arena);
  expect(eventCount(book.arena)).toBe(0);
});
