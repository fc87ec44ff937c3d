import { CommonwattError, isCommonwattError } from "../errors/commonwatt-error.ts";
import { startChild } from "../process/start-child.ts";
import type { EmbeddedPostgresReady } from "./embedded-postgres-process.ts";

/** A PostgreSQL server of our own. */
export interface EmbeddedPostgres {
  readonly connectionString: string;
  /** Stops the server; everything is on disk when this resolves. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server that npm brought along on a folder, which is made when it is not there and
 * keeps the data. It listens on 127.0.0.1 only, with a password of its own, and comes down with this process,
 * even when that is killed. It waits for a server that an earlier, killed run has left on the same folder.
 * @throws CommonwattError `STORE_START_FAILED` with PostgreSQL's own words.
 */
export async function startEmbeddedPostgres(directory: string): Promise<EmbeddedPostgres> {
  const entry = new URL("./embedded-postgres-process.ts", import.meta.url);
  try {
    const child = await startChild<{ directory: string }, EmbeddedPostgresReady>("PostgreSQL", entry, {
      directory,
    });
    return { connectionString: child.ready.connectionString, stop: () => child.stop() };
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    throw new CommonwattError("STORE_START_FAILED", error.message, { details: { directory }, cause: error });
  }
}
