import { hash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import { arenaHash } from "../book/book-hash.ts";
import type { AcceptedOrder, Book, MarketState } from "./market-state.ts";

/** JSON with the keys of every object in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    const isPlain = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isPlain ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner;
  });
}

/** SHA-256 of a value's canonical JSON in UTF-8. */
export function hashOf(value: unknown): Hex {
  return `0x${hash("sha256", canonicalJson(value))}`;
}

/** The hash of one book with all its orders, its trades and how it cleared. */
export function bookHash(book: Book): Hex {
  const { interval, gateClosesMs, callFromMs, prices, phase, trades, cancels, clearing } = book;
  const orders = book.orders.map(({ slot: _, ...accepted }: AcceptedOrder) => accepted);
  const parts = { interval, gateClosesMs, callFromMs, prices, phase, orders, trades, clearing };
  return hashOf({ ...parts, cancels: entriesOf(cancels) });
}

/** The hash of everything a market knows. Costs the open books, since closed ones keep their own hash. */
export function stateHash(state: MarketState): Hex {
  const books = [...state.books.values()]
    .sort((a, b) => a.interval.index - b.interval.index)
    .map((book) => [book.interval.index, book.closedHash ?? bookHash(book)]);
  const { community, domain, sequence, forgottenMs, rules, arena } = state;
  const groupCancels = entriesOf(state.groupCancels).map(([siteId, groups]) => [siteId, entriesOf(groups)]);
  return hashOf({
    ...{ community, sequence, forgottenMs, rules, books, groupCancels, arena: arenaHash(arena) },
    ...(domain === null ? {} : { domain }),
    sites: [...state.sites.values()],
    siteNumbers: entriesOf(state.siteNumbers),
  });
}

/** A map's entries by rising key. */
export function entriesOf<Key extends string | number, Value>(
  map: ReadonlyMap<Key, Value>,
): readonly [Key, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
