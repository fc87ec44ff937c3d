import { describe, expect, it } from "vitest";
import { createArena } from "./book-arena.ts";
import { arenaHash } from "./book-hash.ts";
import { BOOK_PHASE, SIDE } from "./layout.ts";
import { openBook } from "./open-book.ts";
import { openPosition } from "./position.ts";
import { SELF_TRADE_POLICY } from "./self-trade.ts";
import { submitOrder, TIME_IN_FORCE } from "./submit-order.ts";
import { touch } from "./touch.ts";

describe("touching memory ahead", () => {
  it("reads what a command will need and changes nothing, whatever is named", () => {
    const arena = createArena({ booksMax: 4, ordersMax: 8, positionsMax: 4, ticksMax: 16, laddersMax: 2 });
    const book = openBook(arena, 1, 16, SELF_TRADE_POLICY.CANCEL_NEWEST, BOOK_PHASE.CONTINUOUS);
    const position = openPosition(arena, book, 1, 100, 100);
    const slot = submitOrder(arena, book, position, SIDE.BID, 3, 5, TIME_IN_FORCE.GOOD_TILL_GATE, 0);
    const before = arenaHash(arena);
    expect(touch(arena, book, SIDE.BID, position, slot)).not.toBeNaN();
    for (const side of [SIDE.BID, SIDE.OFFER]) touch(arena, 2 ** 31 - 1, side, 2 ** 20, 2 ** 24);
    expect(arenaHash(arena)).toBe(before);
  });
});
