import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, processUptimeMs } from "@commonwatt/vpp-core";
import { COUNTER } from "../book/book-arena.ts";
import { clearEvents } from "../book/book-event.ts";
import { arenaHash } from "../book/book-hash.ts";
import { BOOK_PHASE, type BookSide } from "../book/layout.ts";
import { SELF_TRADE_POLICY } from "../book/self-trade.ts";
import { TIME_IN_FORCE } from "../book/submit-order.ts";
import { BOOK_COMMAND } from "../durable/book-command.ts";
import { type DurableBooks, openDurableBooks } from "../durable/durable-books.ts";
import { JOURNAL_FULL } from "../durable/journaled-commands.ts";
import { replayBooks } from "../durable/recover-books.ts";
import { FlatEngine } from "./flat-engine.ts";
import { LIMIT_WH, sizeOf } from "./open-shape.ts";
import { MESSAGE, type Workload, type WorkloadShape } from "./workload.ts";

const { ADD, CANCEL, MESSAGE_STRIDE, TAKE } = MESSAGE;

const { OPEN_BOOK } = BOOK_COMMAND;
const { EVENTS_END } = COUNTER;
const { GOOD_TILL_GATE, IMMEDIATE_OR_CANCEL } = TIME_IN_FORCE;

/** Events are read, and what is durable is asked for, when this many Int32 of events wait. */
const DRAIN_AT = 8_192;

/** How fast a workload was played by the wall clock, in memory alone or with every command on the disk. */
export interface WallSpeed {
  /** Messages per second, the last acknowledgement included: median of the runs after the first. */
  readonly perSecond: number;
  /** The state hash at the end, the same after every run. */
  readonly hash: string;
}

/** Plays a workload in memory. */
export function memorySpeed({ shape, messages }: Workload, runs: number): WallSpeed {
  const played = Array.from({ length: runs }, () => {
    const engine = new FlatEngine(shape);
    engine.run(messages, 0, shape.fill);
    const fromMs = processUptimeMs();
    engine.run(messages, shape.fill, shape.fill + shape.timed);
    return { perSecond: (1_000 * shape.timed) / (processUptimeMs() - fromMs), hash: arenaHash(engine.arena) };
  });
  return summary(played);
}

/** Plays a workload into durable books until all is acknowledged; then replays the journal, which must agree. */
export async function durableSpeed({ shape, messages }: Workload, runs: number): Promise<WallSpeed> {
  const played: WallSpeed[] = [];
  for (let run = 0; run < runs; run++) {
    const folder = await mkdtemp(join(tmpdir(), "commonwatt-durable-bench-"));
    const books = await openDurableBooks(folder, "bench", sizeOf(shape));
    const play = player(books, shape);
    play(messages, 0, shape.fill);
    books.journal.waitDurable();
    const fromMs = processUptimeMs();
    play(messages, shape.fill, shape.fill + shape.timed);
    books.journal.waitDurable();
    const perSecond = (1_000 * shape.timed) / (processUptimeMs() - fromMs);
    const hash = arenaHash(books.arena);
    await books.close();
    const replayed = await replayBooks(folder);
    await rm(folder, { recursive: true });
    played.push({ perSecond, hash: replayed.hash === hash ? hash : `${hash} replayed as ${replayed.hash}` });
  }
  return summary(played);
}

function summary(played: readonly WallSpeed[]): WallSpeed {
  const hashes = [...new Set(played.map(({ hash }) => hash))];
  return { perSecond: median(played.slice(1).map(({ perSecond }) => perSecond)), hash: hashes.join(", ") };
}

/** Opens a workload's books as `openShape` does, and answers what plays messages on them. */
function player(
  books: DurableBooks,
  { books: bookCount, ticks, sites }: WorkloadShape,
): (messages: Int32Array, from: number, to: number) => void {
  const { arena, journal } = books;
  const { counters } = arena;
  const handles = new Int32Array(bookCount);
  const positions = new Int32Array(bookCount * sites);
  for (let book = 0; book < bookCount; book++) {
    const { ALLOWED } = SELF_TRADE_POLICY;
    const handle = books.execute(OPEN_BOOK, book, ticks, ALLOWED, BOOK_PHASE.CONTINUOUS, 0, 0, 0);
    handles[book] = handle;
    for (let site = 0; site < sites; site++)
      positions[book * sites + site] = books.openPosition(handle, site, LIMIT_WH, LIMIT_WH);
    journal.durableUpTo();
  }

  function give(messages: Int32Array, at: number): number {
    const kind = messages[at] as number;
    const tick = messages[at + 5] as number;
    const quantity = messages[at + 6] as number;
    if (kind > TAKE) {
      const slot = messages[at + 7] as number;
      const generation = messages[at + 8] as number;
      return kind === CANCEL
        ? books.cancelOrder(slot, generation)
        : books.replaceOrder(slot, generation, tick, quantity);
    }
    const book = messages[at + 2] as number;
    const position = positions[book * sites + (messages[at + 3] as number)] as number;
    const timeInForce = kind === ADD ? GOOD_TILL_GATE : IMMEDIATE_OR_CANCEL;
    return books.submitOrder(
      handles[book] as number,
      position,
      messages[at + 4] as BookSide,
      tick,
      quantity,
      timeInForce,
      0,
    );
  }

  return (messages, from, to) => {
    for (let number = from; number < to; number++) {
      const at = number * MESSAGE_STRIDE;
      while (give(messages, at) === JOURNAL_FULL) journal.waitRoom();
      if ((counters[EVENTS_END] as number) > DRAIN_AT) {
        clearEvents(arena);
        journal.durableUpTo();
      }
    }
    clearEvents(arena);
  };
}
