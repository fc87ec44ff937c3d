import { CommonwattError, isCommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { ReadingRow } from "../ports/store.ts";
import { backOff } from "../time/back-off.ts";
import { type Clock, durationMs, type Timer } from "../time/clock.ts";
import { seededRandom } from "../time/random.ts";
import type { Queries } from "./database.ts";
import { checkedRow, insertRows } from "./reading-row.ts";
import type { ReadingSpool } from "./reading-spool.ts";

/** Rows wait at most this long before they are written. */
const FLUSH_DELAY_MS = 250;
/** Rows in one statement; as many waiting rows are written without delay. */
const BATCH_SIZE = 1_000;
/** Rows held in memory while the database is down; further ones go to the spool. */
const ROWS_IN_MEMORY_MAX = 50_000;
/** The first wait after a failure; each further one is twice as long, up to the longest. */
const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 10_000;

/** Takes readings at once and brings them to the database in batches. */
export interface ReadingWriter {
  append(rows: readonly ReadingRow[]): void;
  /**
   * Waits until everything appended so far is in the database.
   * @throws CommonwattError `STORE_UNAVAILABLE` when the database does not take it now; the rows are kept and
   * written once it does.
   */
  flush(): Promise<void>;
  /** Writes what is left; what the database does not take stays in the spool for the next start. */
  close(): Promise<void>;
}

/** What a {@link ReadingWriter} works with. */
export interface ReadingWriterOptions {
  readonly queries: Queries;
  readonly spool: ReadingSpool;
  readonly wallClock: Clock;
  readonly logger: Logger;
  /** Rows held in memory at most; for tests. */
  readonly rowsInMemoryMax?: number;
}

/**
 * Writes one batch. When the database refuses its values, the batch is halved until the row at fault stands
 * alone; that one is logged and left out, so that it cannot hold up all others for ever.
 */
async function writeBatch(queries: Queries, logger: Logger, rows: readonly ReadingRow[]): Promise<void> {
  try {
    await insertRows(queries, rows);
  } catch (error) {
    if (!isCommonwattError(error, "STORE_CONFLICT")) throw error;
    if (rows.length === 1) {
      logger.error({ row: rows[0], reason: error.message }, "the database refused a reading; it is left out");
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    await writeBatch(queries, logger, rows.slice(0, middle));
    await writeBatch(queries, logger, rows.slice(middle));
  }
}

class BatchingReadingWriter implements ReadingWriter {
  readonly #options: ReadingWriterOptions;
  readonly #rowsInMemoryMax: number;
  readonly #pauses = backOff(RETRY_FIRST_MS, RETRY_LONGEST_MS, seededRandom("reading-writer"));
  #waiting: ReadingRow[] = [];
  #beingWritten = 0;
  /** Drains that have not ended yet. */
  #drains = 0;
  #lastDrain: Promise<void> = Promise.resolve();
  #failures = 0;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: ReadingWriterOptions) {
    this.#options = options;
    this.#rowsInMemoryMax = options.rowsInMemoryMax ?? ROWS_IN_MEMORY_MAX;
    if (!options.spool.isEmpty()) this.#schedule(0);
  }

  append(rows: readonly ReadingRow[]): void {
    if (this.#closed) throw new CommonwattError("STORE_CLOSED", "the store is closed and takes no readings");
    const checked = rows.map(checkedRow);
    if (checked.length === 0) return;
    const full = this.#waiting.length + this.#beingWritten + checked.length > this.#rowsInMemoryMax;
    // A disk that is full as well leaves only the memory.
    if (!full || !this.#putAside(checked)) for (const row of checked) this.#waiting.push(row);
    // A drain under way, or one that waits after a failure, sees to the new rows as well.
    if (this.#drains > 0 || this.#failures > 0) return;
    if (this.#waiting.length >= BATCH_SIZE) this.#drainInBackground();
    else if (this.#timer === null) this.#schedule(FLUSH_DELAY_MS);
  }

  flush(): Promise<void> {
    return this.#drain();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#drain().catch(() => undefined);
    this.#timer?.cancel();
    if (this.#waiting.length === 0) return;
    const rows = this.#waiting.length;
    if (this.#putAside(this.#waiting)) {
      this.#options.logger.warn({ rows }, "readings wait on disk for the next start");
    }
    this.#waiting = [];
  }

  #putAside(rows: readonly ReadingRow[]): boolean {
    try {
      this.#options.spool.append(rows);
      return true;
    } catch (error) {
      this.#options.logger.error(
        { reason: messageOf(error), rows: rows.length },
        "no room for readings on disk",
      );
      return false;
    }
  }

  #schedule(delayMs: number): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = this.#options.wallClock.after(durationMs(delayMs), () => this.#drainInBackground());
  }

  /** A failure is logged and tried again by the drain itself. */
  #drainInBackground(): void {
    void this.#drain().catch(() => undefined);
  }

  /** One after the other: a drain begins when the one before it has ended, however that ended. */
  #drain(): Promise<void> {
    this.#drains++;
    const attempt = (): Promise<void> => this.#attempt();
    this.#lastDrain = this.#lastDrain.then(attempt, attempt).finally(() => {
      this.#drains--;
    });
    return this.#lastDrain;
  }

  async #attempt(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    const { logger } = this.#options;
    try {
      await this.#writeEverything();
    } catch (error) {
      if (this.#failures++ === 0) {
        logger.warn(
          { reason: messageOf(error) },
          "the database takes no readings; they are kept until it does",
        );
      }
      this.#schedule(this.#pauses.next());
      throw error;
    }
    if (this.#failures > 0) {
      logger.info({ failures: this.#failures }, "the database takes readings again; those kept are written");
    }
    this.#failures = 0;
    this.#pauses.reset();
    if (this.#waiting.length > 0) this.#schedule(this.#waiting.length >= BATCH_SIZE ? 0 : FLUSH_DELAY_MS);
  }

  async #writeEverything(): Promise<void> {
    const { queries, logger, spool } = this.#options;
    const rows = this.#waiting;
    this.#waiting = [];
    let written = 0;
    this.#beingWritten = rows.length;
    try {
      for (; written < rows.length; written += BATCH_SIZE) {
        await writeBatch(queries, logger, rows.slice(written, written + BATCH_SIZE));
        this.#beingWritten = Math.max(0, rows.length - written - BATCH_SIZE);
      }
      await spool.drain(BATCH_SIZE, (batch) => writeBatch(queries, logger, batch));
    } finally {
      this.#beingWritten = 0;
      this.#waiting = rows.slice(written).concat(this.#waiting);
    }
  }
}

/** Makes a writer. Rows that an earlier run left in the spool are written first. */
export function openReadingWriter(options: ReadingWriterOptions): ReadingWriter {
  return new BatchingReadingWriter(options);
}
