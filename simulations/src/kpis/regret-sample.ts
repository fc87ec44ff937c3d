import {
  type BookOrder,
  bestLie,
  type ClearingContext,
  type Mechanism,
  type MechanismPromises,
} from "@commonwatt/market";
import { type SiteId, seededRandom } from "@commonwatt/vpp-core";
import type { IntervalBook } from "../engine/simulation-result.ts";

/** What lies would have gained. */
export interface Regret {
  readonly books: number;
  /** How many times a trader of a book was tried. */
  readonly traders: number;
  /** How many of those would have gained. */
  readonly paying: number;
  readonly meanNano: number;
  readonly mostNano: number;
  /** The trader and interval that would have gained most; `null` when nobody would. */
  readonly worst: { readonly interval: number; readonly trader: SiteId } | null;
}

/** What lies would have gained in some books of a run. */
export interface RegretSample {
  /** In the books as they were, with any lie. */
  readonly traded: Regret;
  /** In the books for which the mechanism promises that no lie pays; `null` when it promises nothing. */
  readonly promised: Regret | null;
}

/** A book, and what its mechanism may look at. */
export interface SampledBook extends IntervalBook {
  readonly context: ClearingContext;
}

/** Clearings times orders for one mechanism: some tens of seconds at most. */
const WORK_MAX = 4e8;

/**
 * Searches the best lies of traders in sampled books. A book of n orders costs some `3·n` clearings for each order of a
 * trader, so of large books only some traders, drawn by the book's seed, are tried; at least one of each.
 */
export function sampleRegret(mechanism: Mechanism, books: readonly SampledBook[]): RegretSample {
  const { truthfulFor } = mechanism.promises;
  return {
    traded: regretIn(mechanism, books, { energy: true }),
    promised:
      truthfulFor === "nobody"
        ? null
        : regretIn(
            mechanism,
            books.map((book) => ({ ...book, orders: ordersWithin(truthfulFor, book.orders) })),
            { energy: truthfulFor === "all-traders" },
          ),
  };
}

/**
 * Cuts a book down to one for which a promise is made: each trader's best order alone for traders with one order, and
 * each with the least energy of them all for traders of one unit, which is what every one of them really has or wants.
 */
export function ordersWithin(
  truthfulFor: MechanismPromises["truthfulFor"],
  orders: readonly BookOrder[],
): readonly BookOrder[] {
  if (truthfulFor === "nobody" || truthfulFor === "all-traders") return orders;
  const best = [...Map.groupBy(orders, ({ trader }) => trader).values()].map(bestOf);
  if (truthfulFor === "single-orders") return best;
  const least = best.reduce<BookOrder | null>(
    (found, order) => (found === null || order.energyWh < found.energyWh ? order : found),
    null,
  );
  return best.map((order) => ({ ...order, energyWh: least?.energyWh ?? order.energyWh }));
}

function bestOf(orders: readonly BookOrder[]): BookOrder {
  return orders.reduce((best, order) => {
    const gain = order.limitPrice - best.limitPrice;
    return (order.side === "bid" ? gain : -gain) > 0 ? order : best;
  });
}

function regretIn(
  mechanism: Mechanism,
  books: readonly SampledBook[],
  kinds: { readonly energy: boolean },
): Regret {
  let [traders, paying, total, most] = [0, 0, 0n, 0n];
  let worst: Regret["worst"] = null;
  for (const { interval, seed, orders, context } of books) {
    for (const trader of tradersOf(orders, seed, WORK_MAX / books.length)) {
      const { regret } = bestLie(mechanism, orders, context, trader, kinds);
      traders += 1;
      total += regret;
      if (regret > 0n) paying += 1;
      if (regret > most) [most, worst] = [regret, { interval, trader }];
    }
  }
  const meanNano = traders === 0 ? 0 : Number(total) / traders;
  return { books: books.length, traders, paying, meanNano, mostNano: Number(most), worst };
}

/** The traders of a book that are tried, as many as the work allows. */
function tradersOf(orders: readonly BookOrder[], seed: string, work: number): readonly SiteId[] {
  const traders = [...new Set(orders.map(({ trader }) => trader))].sort();
  const most = Math.max(1, Math.floor(work / (6 * orders.length ** 2)));
  if (traders.length <= most) return traders;
  const random = seededRandom(`${seed}/regret`);
  const drawn = traders.map((trader) => ({ trader, draw: random.next() }));
  return drawn
    .sort((a, b) => a.draw - b.draw)
    .slice(0, most)
    .map(({ trader }) => trader);
}

/** Which intervals to look into: at most `count` of those with both bids and offers, evenly apart. */
export function intervalsToSample(
  { bids, offers }: { readonly bids: Int32Array; readonly offers: Int32Array },
  count: number,
): readonly number[] {
  const open = [...bids.keys()].filter((t) => (bids[t] as number) > 0 && (offers[t] as number) > 0);
  const step = Math.max(1, open.length / count);
  const picked = Array.from(
    { length: Math.min(count, open.length) },
    (_, i) => open[Math.floor((i + 0.5) * step)],
  );
  return picked.filter((t) => t !== undefined);
}
