import { appendFileSync, createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import type { ReadingRow } from "../ports/store.ts";

/** Rows on disk that the database has not taken yet: one JSON object per line. */
export interface ReadingSpool {
  isEmpty(): boolean;
  /**
   * Adds rows; they are with the operating system when this returns.
   * @throws CommonwattError `STORE_SPOOL_FAILED` when the file cannot be written.
   */
  append(rows: readonly ReadingRow[]): void;
  /**
   * Hands everything that is in the spool now to `write`, in batches of at most `batchSize`, and forgets it
   * when all of it is written. When `write` throws, all of it stays and is handed over again next time.
   */
  drain(batchSize: number, write: (rows: readonly ReadingRow[]) => Promise<void>): Promise<void>;
}

/** A line that a crash cut off is not a row; it is left out. */
function parsedRow(line: string): ReadingRow | null {
  try {
    return JSON.parse(line) as ReadingRow;
  } catch {
    return null;
  }
}

async function drainFile(
  file: string,
  batchSize: number,
  write: (rows: readonly ReadingRow[]) => Promise<void>,
): Promise<void> {
  let batch: ReadingRow[] = [];
  for await (const line of createInterface({ input: createReadStream(file, "utf8") })) {
    const row = line === "" ? null : parsedRow(line);
    if (row !== null) batch.push(row);
    if (batch.length < batchSize) continue;
    await write(batch);
    batch = [];
  }
  if (batch.length > 0) await write(batch);
  rmSync(file);
}

/** Opens the spool in a folder, which is made when the first row comes. One process at a time uses it. */
export function openReadingSpool(directory: string): ReadingSpool {
  const incoming = join(directory, "readings.ndjson");
  // What is being drained has a name of its own, so that rows can come in meanwhile.
  const draining = join(directory, "readings.draining.ndjson");
  return {
    isEmpty: () => !existsSync(incoming) && !existsSync(draining),
    append(rows) {
      try {
        mkdirSync(directory, { recursive: true });
        // The line break comes first as well: a line that a crash cut off must not swallow the next one.
        appendFileSync(incoming, `\n${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
      } catch (error) {
        const message = `readings cannot be kept in ${incoming}: ${messageOf(error)}`;
        throw new CommonwattError("STORE_SPOOL_FAILED", message, { cause: error, retryable: true });
      }
    },
    async drain(batchSize, write) {
      if (existsSync(draining)) await drainFile(draining, batchSize, write);
      if (!existsSync(incoming)) return;
      renameSync(incoming, draining);
      await drainFile(draining, batchSize, write);
    },
  };
}
