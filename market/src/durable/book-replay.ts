import type { BookArena } from "../book/book-arena.ts";
import { bookCode } from "../book/book-code.ts";
import { clearEvents } from "../book/book-event.ts";
import { arenaHash } from "../book/book-hash.ts";
import type { RecordVisitor } from "../journal/read-records.ts";
import { diverged } from "../replay/market-journal.ts";
import { applyCommand, BOOK_COMMAND } from "./book-command.ts";
import { COMMAND_FIELDS_MAX, readCommand } from "./book-record.ts";

const { SEAL } = BOOK_COMMAND;

/** Is shown the arena after every record, while the events of that record wait in it. */
export type ReplayWatcher = (sequence: number, arena: BookArena) => void;

/**
 * Takes the records of a journal into an arena that knows all up to `sequence`.
 *
 * Throws CommonwattError `JOURNAL_DIVERGED` when a command is refused that was accepted, or when the state is
 * another than was sealed.
 */
export function replayVisitor(arena: BookArena, sequence: number, watch?: ReplayWatcher): RecordVisitor {
  const fields = new Int32Array(COMMAND_FIELDS_MAX);
  const field = (i: number): number => fields[i] as number;
  return (type, place, words, at, bytes, small) => {
    if (place <= sequence) return;
    if (!readCommand(fields, type, words, at, bytes, small))
      throw diverged(place, `a record of type ${type} and ${bytes} bytes`);
    if (type === SEAL) {
      if (arenaHash(arena) !== sealedHash(field(0), field(1))) throw diverged(place, "another state");
    } else {
      clearEvents(arena);
      const answer = applyCommand(
        arena,
        type,
        field(0),
        field(1),
        field(2),
        field(3),
        field(4),
        field(5),
        field(6),
      );
      if (answer < 0) throw diverged(place, bookCode(answer) ?? String(answer));
    }
    watch?.(place, arena);
  };
}

/** The fields of a seal. */
export function sealFields(hash: string): readonly [high: number, low: number] {
  return [Number.parseInt(hash.slice(0, 8), 16) | 0, Number.parseInt(hash.slice(8), 16) | 0];
}

function sealedHash(...words: readonly [high: number, low: number]): string {
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
