import type { Hex, PriceMicroPerKwh, SiteId, WattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OneBook, SMALL } from "../../test/one-book.ts";
import { uniformPrice } from "../mechanisms/uniform-price.ts";
import { type CallOrder, clearNaively } from "../reference/naive-call-auction.ts";
import { createArena } from "./book-arena.ts";
import { takeEvents } from "./book-event.ts";
import { clearCall } from "./call-auction.ts";
import { ArrayAuction } from "./call-auction-arrays.ts";
import { BOOK_PHASE, type BookSide, keyOf, SIDE } from "./layout.ts";
import { closeBook, openBook, openCall } from "./open-book.ts";
import { openPosition, readPosition } from "./position.ts";
import { readSide } from "./read-book.ts";
import { submitOrder } from "./submit-order.ts";

const { CALL } = BOOK_PHASE;
const { BID, OFFER } = SIDE;

/** What each order got, and the price. */
interface Result {
  readonly tick: number | null;
  readonly volumeWh: number;
  readonly fillsWh: readonly number[];
}

function inBook(orders: readonly CallOrder[], ticks: number, kPerMille: number, seed: number): Result {
  const ordersMax = orders.length + 1;
  const arena = createArena({
    booksMax: 1,
    ordersMax,
    positionsMax: ordersMax,
    ticksMax: ticks,
    laddersMax: 2,
  });
  const book = openBook(arena, 1, ticks, 0, CALL);
  const positions = new Map<number, number>();
  const orderOfSlot = new Map<number, number>();
  for (const [i, { site, side, tick, quantityWh }] of orders.entries()) {
    const position = positions.get(site) ?? openPosition(arena, book, site, 2 ** 52, 2 ** 52);
    positions.set(site, position);
    orderOfSlot.set(submitOrder(arena, book, position, side, tick, quantityWh, 0, 0), i);
    takeEvents(arena);
  }
  const outcome = clearCall(arena, book, kPerMille, seed);
  if (typeof outcome === "number") throw new Error(`refused: ${outcome}`);
  const fillsWh = orders.map(() => 0);
  for (const { kind, order, tick, quantity } of takeEvents(arena)) {
    expect([kind, tick]).toEqual(["cleared", outcome.tick]);
    fillsWh[orderOfSlot.get(order.slot) ?? -1] = quantity;
  }
  const best = [BID, OFFER].map((side) => readSide(arena, book, side as BookSide)?.[0]?.tick);
  expect((best[0] ?? -1) < (best[1] ?? ticks)).toBe(true);
  for (const [site, position] of positions) {
    const own = orders.map((order, i) =>
      order.site === site ? (order.side === BID ? 1 : -1) * (fillsWh[i] ?? 0) : 0,
    );
    expect(readPosition(arena, position).netWh).toBe(own.reduce((sum, wh) => sum + wh, 0));
  }
  return { ...outcome, fillsWh };
}

function inArrays(orders: readonly CallOrder[], ticks: number, kPerMille: number, seed: number): Result {
  const fillsWh = new Int32Array(orders.length).fill(77);
  const outcome = new ArrayAuction(ticks).clear(
    {
      keys: Int32Array.from(orders, ({ side, tick }) => keyOf(side, tick)),
      quantitiesWh: Int32Array.from(orders, ({ quantityWh }) => quantityWh),
      sites: Int32Array.from(orders, ({ site }) => site),
    },
    kPerMille,
    seed,
    fillsWh,
  );
  return { ...outcome, fillsWh: [...fillsWh] };
}

/** Price and volume of the mechanism of that name. */
function byMechanism(orders: readonly CallOrder[], kPerMille: number): Omit<Result, "fillsWh"> {
  const clearing = uniformPrice(kPerMille).clear(
    orders.map(({ site, side, tick, quantityWh }, i) => ({
      id: `0x${i.toString(16).padStart(4, "0")}` as Hex,
      trader: `${side}-${site}` as SiteId,
      side: side === BID ? "bid" : "offer",
      energyWh: quantityWh as WattHours,
      limitPrice: tick as PriceMicroPerKwh,
    })),
    { seed: "1" },
  );
  const volumeWh = clearing.trades.reduce((sum, { energyWh }) => sum + energyWh, 0);
  return { tick: clearing.trades[0]?.buyerPrice ?? null, volumeWh };
}

function books(quantityMax: number): fc.Arbitrary<readonly CallOrder[]> {
  return fc.array(
    fc.record({
      site: fc.nat({ max: 9 }),
      side: fc.constantFrom(BID, OFFER),
      tick: fc.nat({ max: 7 }),
      quantityWh: fc.integer({ min: 1, max: quantityMax }),
    }),
    { maxLength: 60, size: "max" },
  );
}

const runs = Number(process.env["FC_RUNS"] ?? 200);
const k = fc.integer({ min: 0, max: 1000 });
const seed = fc.integer();

describe("the call auction", () => {
  test.each([20, 2 ** 31 - 1])(
    "is one rule in the book, in arrays, written plainly, and as a mechanism: up to %i Wh",
    (most) => {
      fc.assert(
        fc.property(books(most), k, seed, (orders, kPerMille, draw) => {
          const naive = clearNaively(orders, kPerMille, draw);
          expect(inBook(orders, 8, kPerMille, draw)).toEqual(naive);
          expect(inArrays(orders, 8, kPerMille, draw)).toEqual(naive);
          expect(byMechanism(orders, kPerMille)).toEqual({ tick: naive.tick, volumeWh: naive.volumeWh });
        }),
        { numRuns: runs },
      );
    },
  );

  test("gives the same to everybody, in whatever order they come", () => {
    const shuffled = books(20).chain((orders) =>
      fc.tuple(fc.constant(orders), fc.shuffledSubarray([...orders.keys()], { minLength: orders.length })),
    );
    const key = (order: CallOrder | undefined, fillWh: number | undefined): string =>
      JSON.stringify([order, fillWh]);
    fc.assert(
      fc.property(shuffled, seed, ([orders, places], draw) => {
        const before = inArrays(orders, 8, 500, draw);
        const moved = places.map((place) => orders[place] as CallOrder);
        const after = inArrays(moved, 8, 500, draw);
        expect(moved.map((order, i) => key(order, after.fillsWh[i])).sort()).toEqual(
          orders.map((order, i) => key(order, before.fillsWh[i])).sort(),
        );
      }),
      { numRuns: runs },
    );
  });

  test("draws among equals by the seed", () => {
    const orders: CallOrder[] = [0, 1, 2, 3, 4].map((site) => ({ site, side: BID, tick: 5, quantityWh: 1 }));
    orders.push({ site: 9, side: OFFER, tick: 5, quantityWh: 2 });
    const winners = new Set(
      Array.from({ length: 40 }, (_, draw) => inArrays(orders, 8, 500, draw).fillsWh.slice(0, 5).join("")),
    );
    expect(winners.size).toBe(10);
  });

  test("clears, and the book goes on without what was filled", () => {
    const book = new OneBook({ phase: CALL, selfTrade: 1 });
    book.bid(1, 50, 10);
    book.bid(2, 40, 10);
    book.offer(3, 40, 15);
    book.events();
    book.refuses(clearCall(book.arena, book.book, 1001, 1) as number, "no-call-auction");
    expect(clearCall(book.arena, book.book, 500, 1)).toEqual({ tick: 40, volumeWh: 15 });
    expect(book.events()).toEqual(["cleared 1: 10 @ 40", "cleared 2: 5 @ 40", "cleared 3: 15 @ 40"]);
    expect(book.side(BID)).toEqual(["2:5@40"]);
    book.refuses(clearCall(book.arena, book.book, 500, 1) as number, "no-call-auction");
    expect(book.offer(3, 40, 5)).toBeGreaterThan(0);
    expect(book.events()[0]).toMatch(/^traded 2 with/);
    expect(openCall(book.arena, book.book)).toBe(0);
    closeBook(book.arena, book.book);
    book.refuses(openCall(book.arena, book.book), "book-closed");
    book.refuses(clearCall(book.arena, book.book, 500, 1) as number, "book-closed");
    book.refuses(clearCall(book.arena, 999, 500, 1) as number, "unknown-book");
  });

  test("answers null when nothing crosses", () => {
    const book = new OneBook({ phase: CALL, size: SMALL });
    book.bid(1, 10, 1);
    book.offer(2, 11, 1);
    expect(clearCall(book.arena, book.book, 500, 1)).toEqual({ tick: null, volumeWh: 0 });
    expect(inArrays([], 8, 500, 1)).toEqual({ tick: null, volumeWh: 0, fillsWh: [] });
  });

  test.each([
    [8, 1],
    [-9, 1],
    [3, 0],
    [3, -4],
  ])("arrays with key %i and quantity %i are refused", (key, quantityWh) => {
    const orders = {
      keys: Int32Array.of(1, key),
      quantitiesWh: Int32Array.of(1, quantityWh),
      sites: new Int32Array(2),
    };
    expect(() => new ArrayAuction(8).clear(orders, 500, 1, new Int32Array(2))).toThrow(
      "every tick within the range",
    );
  });
});
