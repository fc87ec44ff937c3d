import { type BookArena, createArena } from "../book/book-arena.ts";
import { arenaHash } from "../book/book-hash.ts";
import { COMMAND_FIELDS_MAX, readCommand } from "../durable/book-record.ts";
import { listFiles } from "../journal/journal-files.ts";
import { readJournal } from "../journal/read-journal.ts";
import { applyNextRecord, LOAD_SIZE, type LoadRecord } from "./order-load.ts";

/** What a journal was found to hold, beside what it should. */
export interface JournalCheck {
  readonly lastSequence: number;
  /** Records that were compared with what the load must have sent. */
  readonly compared: number;
  /** Records that are there twice: the same as the one before, where another should be. */
  readonly duplicated: number;
  /** Records that are anything else than they should be. */
  readonly wrong: number;
}

/** The load played in memory alone, as far as a journal goes: it shares no file with what it judges. */
export class LoadModel {
  readonly #arena: BookArena = createArena(LOAD_SIZE);
  readonly #fields = new Int32Array(COMMAND_FIELDS_MAX);
  readonly #seed: number;
  #sequence = 0;
  #last: LoadRecord | null = null;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get hash(): string {
    return arenaHash(this.#arena);
  }

  #next(): LoadRecord {
    this.#sequence++;
    this.#last = applyNextRecord(this.#arena, this.#seed, this.#sequence);
    return this.#last;
  }

  /** Goes on to where a journal ends, and compares every record that is still there on the way. */
  async follow(directory: string): Promise<JournalCheck> {
    let [compared, duplicated, wrong] = [0, 0, 0];
    const { segments } = await listFiles(directory);
    // Killed before there was a journal.
    if (segments.length === 0) return { lastSequence: 0, compared, duplicated, wrong };
    const { lastSequence } = await readJournal(directory, {
      from: segments[0]?.sequence ?? 1,
      start: () => (type, sequence, words, at, bytes, small) => {
        if (sequence <= this.#sequence) return;
        while (this.#sequence < sequence - 1) this.#next();
        const before = this.#last;
        const expected = this.#next();
        compared++;
        const isCommand = readCommand(this.#fields, type, words, at, bytes, small);
        if (isCommand && isRecord(expected, type, this.#fields)) return;
        if (before !== null && isRecord(before, type, this.#fields)) duplicated++;
        else wrong++;
      },
    });
    return { lastSequence, compared, duplicated, wrong };
  }
}

function isRecord([type, ...fields]: LoadRecord, foundType: number, found: Int32Array): boolean {
  return type === foundType && fields.every((field, i) => found[i] === field);
}
