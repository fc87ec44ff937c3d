import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type BookArena, createArena } from "./book-arena.ts";
import { type BookEvent, takeEvents } from "./book-event.ts";
import { cancelOrder } from "./cancel-order.ts";
import { BOOK_PHASE, SIDE } from "./layout.ts";
import { openBook } from "./open-book.ts";
import { generationOf } from "./order-slot.ts";
import { openPosition } from "./position.ts";
import { SELF_TRADE_POLICY } from "./self-trade.ts";
import { submitOrder, TIME_IN_FORCE } from "./submit-order.ts";

test("the lines of docs/matching.md run as they stand there: an order comes and is cancelled", async () => {
  const page = await readFile(new URL("../../docs/matching.md", import.meta.url), "utf8");
  const [, code = ""] = /^```ts\n(.*?)^```$/ms.exec(page) ?? [];
  const seen: BookEvent[] = [];
  const names = {
    ...{ createArena, openBook, openPosition, submitOrder, cancelOrder, generationOf },
    ...{ SELF_TRADE_POLICY, BOOK_PHASE, SIDE, TIME_IN_FORCE },
    takeEvents: (arena: BookArena) => seen.push(...takeEvents(arena)),
  };
  new Function(...Object.keys(names), code)(...Object.values(names));
  expect(seen.map(({ kind, tick, quantity }) => ({ kind, tick, quantity }))).toEqual([
    { kind: "rested", tick: 300, quantity: 1_500 },
    { kind: "ended", tick: 300, quantity: 1_500 },
  ]);
});
