import { expect, test } from "vitest";
import { OneBook } from "../../test/one-book.ts";
import { cancelOrder } from "./cancel-order.ts";
import { SIDE } from "./layout.ts";
import { openBook } from "./open-book.ts";
import { generationOf } from "./order-slot.ts";
import { openPosition, positionOf, readPosition, setPositionLimits } from "./position.ts";
import { readDepth } from "./read-book.ts";
import { TIME_IN_FORCE } from "./submit-order.ts";

const { OFFER } = SIDE;
const { FILL_OR_KILL } = TIME_IN_FORCE;

test("a limit counts what is net bought with all open bids, to the watt-hour", () => {
  const book = new OneBook({ limitWh: 100 });
  book.offer(2, 50, 30);
  expect(book.bid(1, 50, 30)).toBeGreaterThan(0);
  const resting = book.bid(1, 40, 70);
  book.events();
  book.refuses(book.bid(1, 40, 1), "position-limit");
  expect(book.offer(1, 60, 130)).toBeGreaterThan(0);
  book.events();
  book.refuses(book.offer(1, 60, 1), "position-limit");
  expect(cancelOrder(book.arena, resting, generationOf(book.arena, resting))).toBe(0);
  book.events();
  book.refuses(book.bid(1, 40, 71), "position-limit");
  expect(book.bid(1, 40, 70)).toBeGreaterThan(0);
  expect(readPosition(book.arena, book.positions[1] ?? 0)).toEqual({
    site: 1,
    netWh: 30,
    openBidsWh: 70,
    openOffersWh: 130,
    boughtMaxWh: 100,
    soldMaxWh: 100,
  });
});

test("the limit of an order that would not rest counts too", () => {
  const book = new OneBook({ limitWh: 5 });
  book.offer(2, 50, 5);
  book.offer(3, 50, 5);
  book.events();
  book.refuses(book.bid(1, 50, 6, FILL_OR_KILL), "position-limit");
});

test("limits can be changed; what rests already stays", () => {
  const book = new OneBook({ limitWh: 10 });
  const position = book.positions[1] ?? 0;
  book.bid(1, 40, 10);
  expect(setPositionLimits(book.arena, book.book, position, 5, 0)).toBe(0);
  book.events();
  book.refuses(book.bid(1, 40, 1), "position-limit");
  book.refuses(book.offer(1, 90, 1), "position-limit");
  book.refuses(setPositionLimits(book.arena, book.book, position, -1, 0), "bad-position-limits");
  book.refuses(setPositionLimits(book.arena, book.book, 99, 5, 0), "unknown-position");
});

test("sums beyond 2^31 are exact", () => {
  const book = new OneBook();
  const most = 2 ** 31 - 1;
  for (let i = 0; i < 30; i++) book.offer(1, 40, most);
  expect(readDepth(book.arena, book.book, OFFER)).toEqual([{ tick: 40, quantity: 30 * most }]);
  for (let i = 0; i < 29; i++) book.bid(2, 40, most);
  book.bid(2, 40, 1);
  expect(readPosition(book.arena, book.positions[2] ?? 0).netWh).toBe(29 * most + 1);
  expect(readPosition(book.arena, book.positions[1] ?? 0)).toMatchObject({
    netWh: -(29 * most + 1),
    openOffersWh: most - 1,
  });
});

test("a site has one position per book, and it is of no use in another", () => {
  const book = new OneBook();
  book.refuses(openPosition(book.arena, book.book, 2, 1, 1), "position-exists");
  book.refuses(openPosition(book.arena, 12345, 2, 1, 1), "unknown-book");
  book.refuses(openPosition(book.arena, book.book, 0.5, 1, 1), "bad-position-limits");
  book.refuses(openPosition(book.arena, book.book, 9, 2 ** 53, 1), "bad-position-limits");
  const other = openBook(book.arena, 2, 100, 0, 1);
  expect(positionOf(book.arena, other, 2)).toBe(0);
  const position = openPosition(book.arena, other, 2, 1, 1);
  expect(position).not.toBe(book.positions[2]);
  expect(positionOf(book.arena, other, 2)).toBe(position);
});

test("all positions taken is a refusal", () => {
  const book = new OneBook();
  const answers = Array.from({ length: 14 }, (_, i) => openPosition(book.arena, book.book, 10 + i, 1, 1));
  expect(answers.filter((answer) => answer > 0)).toHaveLength(13);
  book.refuses(answers.at(-1) ?? 0, "positions-full");
});
