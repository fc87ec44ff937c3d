import { expect, test } from "vitest";
import { OneBook } from "../../test/one-book.ts";
import { SIDE } from "./layout.ts";
import { readPosition } from "./position.ts";
import { SELF_TRADE_POLICY, type SelfTradePolicy } from "./self-trade.ts";

const { BID, OFFER } = SIDE;
const { CANCEL_NEWEST, CANCEL_RESTING, DECREMENT, ALLOWED } = SELF_TRADE_POLICY;

/** Another's offer in front, then the site's own, then another's; the site bids for more than all. */
function meetOwn(selfTrade: SelfTradePolicy) {
  const book = new OneBook({ selfTrade });
  const slots = [book.offer(2, 40, 3), book.offer(1, 41, 5), book.offer(3, 42, 4)];
  book.events();
  const taker = book.bid(1, 42, 13);
  return { book, slots, taker };
}

test("allowed: a site trades with itself, which leaves its net at what it bought of others", () => {
  const { book } = meetOwn(ALLOWED);
  expect(book.side(BID)).toEqual(["1:1@42"]);
  expect(readPosition(book.arena, book.positions[1] ?? 0)).toMatchObject({ netWh: 7, openBidsWh: 1 });
});

test("cancel-newest: the incoming order ends where it meets its own", () => {
  const { book, slots, taker } = meetOwn(CANCEL_NEWEST);
  expect(book.events()).toEqual([
    `traded ${slots[0]} with ${taker}: 3 @ 40`,
    `ended ${taker} (self-trade): 10 @ 42`,
  ]);
  expect(book.side(OFFER)).toEqual(["1:5@41", "3:4@42"]);
});

test("cancel-resting: its own orders leave, and it goes on", () => {
  const { book, slots, taker } = meetOwn(CANCEL_RESTING);
  expect(book.events()).toEqual([
    `traded ${slots[0]} with ${taker}: 3 @ 40`,
    `ended ${slots[1]} (self-trade): 5 @ 41`,
    `traded ${slots[2]} with ${taker}: 4 @ 42`,
    `rested ${taker}: 6 @ 42`,
  ]);
  expect(readPosition(book.arena, book.positions[1] ?? 0)).toMatchObject({ netWh: 7, openOffersWh: 0 });
});

test("decrement: both lose the smaller quantity, and nothing is traded", () => {
  const { book, slots, taker } = meetOwn(DECREMENT);
  expect(book.events()).toEqual([
    `traded ${slots[0]} with ${taker}: 3 @ 40`,
    `decremented ${slots[1]} with ${taker}: 5 @ 41`,
    `traded ${slots[2]} with ${taker}: 4 @ 42`,
    `rested ${taker}: 1 @ 42`,
  ]);
  expect(readPosition(book.arena, book.positions[1] ?? 0)).toMatchObject({ netWh: 7, openOffersWh: 0 });
});

test("decrement: a smaller incoming order leaves the rest of its own where it was", () => {
  const book = new OneBook({ selfTrade: DECREMENT });
  const own = book.offer(1, 41, 5);
  book.offer(2, 41, 5);
  const taker = book.bid(1, 41, 2);
  expect(book.events().at(-1)).toBe(`decremented ${own} with ${taker}: 2 @ 41`);
  expect(book.side(OFFER)).toEqual(["1:3@41", "2:5@41"]);
  expect(book.side(BID)).toEqual([]);
});
