import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { startEmbeddedPostgres } from "../store/embedded-postgres.ts";
import { openPostgresStore } from "../store/postgres-store.ts";
import { systemClock } from "../time/system-clock.ts";
import type { Closers } from "./closers.ts";
import type { DataDirectory } from "./data-directory.ts";
import { retrying } from "./retry.ts";

/** How long a database may be away at the start: it may be starting too. */
const PATIENCE_MS = 30_000;

/** Opens the store: on the server at `databaseUrl`, or on an embedded PostgreSQL in the data folder. */
export async function openStore(
  databaseUrl: string | null,
  directory: DataDirectory,
  logger: Logger,
  closers: Closers,
  signal: AbortSignal,
): Promise<Store> {
  let connectionString = databaseUrl;
  if (connectionString === null) {
    const server = await startEmbeddedPostgres(directory.folder("postgres"));
    closers.add("database server", () => server.stop());
    connectionString = server.connectionString;
  }
  const options = {
    connectionString,
    logger: logger.child({ component: "store" }),
    wallClock: systemClock,
    spoolDirectory: directory.folder("spool"),
  };
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const store = await retrying(
    { what: "open the database", wallClock: systemClock, logger, signal: patience },
    () => openPostgresStore(options),
  );
  closers.add("store", () => store.close());
  return store;
}
