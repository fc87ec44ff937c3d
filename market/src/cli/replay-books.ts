import { type BookArena, CLOCK, COUNTER } from "../book/book-arena.ts";
import { BOOK_FIELD, EMPTY } from "../book/layout.ts";
import type { ReplayedBooks } from "../durable/recover-books.ts";

const { NOW } = CLOCK;
const { BOOKS_USED } = COUNTER;
const { BOOK_STRIDE, COUNT, HANDLE } = BOOK_FIELD;
const { NONE } = EMPTY;

/** What the journal of durable books amounts to, as NDJSON. */
export function booksJson(replayed: ReplayedBooks): string[] {
  const { about, arena, sequence, snapshotSequence, tornBytes, hash } = replayed;
  const { community } = about;
  const counts = { ...countsOf(arena), nowMs: arena.clock[NOW] };
  const summary = { event: "summary", ok: true, community, records: sequence, snapshotSequence, tornBytes };
  return [JSON.stringify({ ...summary, ...counts, stateHash: hash })];
}

/** The same for a person. */
export function booksTable(replayed: ReplayedBooks): string[] {
  const { about, arena, sequence, snapshotSequence, tornBytes, hash } = replayed;
  const { books, orders } = countsOf(arena);
  const known = snapshotSequence > 0 ? `, ${snapshotSequence} of them from a snapshot` : "";
  const torn = tornBytes > 0 ? ` and ${tornBytes} bytes of what was never finished` : "";
  return [
    `community   ${about.community}`,
    `records     ${sequence}${known}${torn}`,
    `books       ${books}`,
    `orders      ${orders} at rest`,
    `time        ${arena.clock[NOW]} ms`,
    `state hash  ${hash}`,
  ];
}

/** Books that are not released, and orders that rest in them. */
function countsOf({ books, counters }: BookArena): { readonly books: number; readonly orders: number } {
  let [count, orders] = [0, 0];
  for (let slot = 1; slot < (counters[BOOKS_USED] as number); slot++) {
    const at = slot * BOOK_STRIDE;
    if (books[at + HANDLE] === NONE) continue;
    count++;
    orders += (books[at + COUNT] as number) + (books[at + COUNT + 1] as number);
  }
  return { books: count, orders };
}
