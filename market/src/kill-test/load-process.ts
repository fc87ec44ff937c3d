import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { clearEvents } from "../book/book-event.ts";
import { arenaHash } from "../book/book-hash.ts";
import { type DurableBooks, openDurableBooks } from "../durable/durable-books.ts";
import { JOURNAL_FULL } from "../durable/journaled-commands.ts";
import { LOAD_SEAL_EVERY, LOAD_SIZE, loadCommand } from "./order-load.ts";

/** Commands between two looks at what is durable. */
const BURST = 300;
/** Records between two snapshots. */
const SNAPSHOT_EVERY = 5_000;
/** Small, so that there is something to remove. */
const SEGMENT_BYTES_MAX = 100_000;

const [folder = "", seed = "0"] = process.argv.slice(2);
const say = (...words: readonly (string | number)[]): void => void writeSync(1, `${words.join(" ")}\n`);

/** Gives the next command that is accepted, and waits when the journal is full. */
function giveNext(books: DurableBooks): void {
  const sequence = books.sequence() + 1;
  for (let attempt = 0; ; ) {
    clearEvents(books.arena);
    const answer = books.execute(...loadCommand(books.arena, Number(seed), sequence, attempt));
    if (answer >= 0) return;
    if (answer === JOURNAL_FULL) books.journal.waitRoom();
    else attempt++;
  }
}

const books = await openDurableBooks(folder, "load", LOAD_SIZE, {
  ringSizeBits: 14,
  segmentBytesMax: SEGMENT_BYTES_MAX,
  sealEvery: LOAD_SEAL_EVERY,
});
say("open", books.sequence(), arenaHash(books.arena), books.snapshotSequence, books.tornBytes);
// A process that is killed leaves no compiled code behind for the next one unless it does so now.
flushCompileCache();
let snapshotAt = books.sequence() + SNAPSHOT_EVERY;
let isSnapshotting = false;
for (;;) {
  for (let i = 0; i < BURST; i++) giveNext(books);
  say("durable", books.journal.durableUpTo());
  if (books.sequence() >= snapshotAt && !isSnapshotting) {
    snapshotAt = books.sequence() + SNAPSHOT_EVERY;
    isSnapshotting = true;
    say("snapshot", books.sequence());
    void books.snapshot().then(({ sequence, filesRemoved }) => {
      isSnapshotting = false;
      say("snapshot-done", sequence, filesRemoved);
    });
  }
  await new Promise(setImmediate);
}
