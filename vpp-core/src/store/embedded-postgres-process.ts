import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { messageOf } from "../errors/commonwatt-error.ts";
import { type RunningService, serveChild } from "../process/child-service.ts";
import { type DurationMs, durationMs, sleep } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { freePort } from "./free-port.ts";
import { type PostgresBinaries, postgresBinaries } from "./postgres-binaries.ts";
import { type Postmaster, startPostmaster } from "./postmaster.ts";
import { previousServerGone } from "./previous-server.ts";
import {
  ensureDatabase,
  readAccess,
  type ServerFiles,
  SUPERUSER,
  serverFiles,
  writeAccess,
} from "./server-files.ts";
import { type ServerUser, serverUser } from "./server-user.ts";

/** How long a server that was there before may take to go. */
const PREVIOUS_GONE_MS = 20_000;
/** The wait between two tries to start. */
const RETRY: DurationMs = durationMs(200);
/** Words of PostgreSQL that mean: somebody is still there, try again soon. */
const STILL_THERE = /lock file|pre-existing shared memory block|Address already in use/;

interface Server {
  readonly binaries: PostgresBinaries;
  readonly files: ServerFiles;
  readonly user: ServerUser;
}

/** What the process that started us is told. */
export interface EmbeddedPostgresReady {
  readonly connectionString: string;
}

async function tryStart({ binaries, files, user }: Server, deadlineMs: number): Promise<Postmaster> {
  const { reusedProcessId } = await previousServerGone(files, systemClock, deadlineMs);
  const access = readAccess(files);
  const port = await freePort(access.port);
  if (port !== access.port) writeAccess(files, { ...access, port });
  writeFileSync(files.supervisor, `${process.pid}\n`);
  const { postgres } = binaries;
  return await startPostmaster({ postgres, user, files, port, reusedProcessId, wallClock: systemClock });
}

async function startServer(server: Server): Promise<Postmaster> {
  const deadlineMs = systemClock.now() + PREVIOUS_GONE_MS;
  for (;;) {
    try {
      return await tryStart(server, deadlineMs);
    } catch (error) {
      if (systemClock.now() > deadlineMs || !STILL_THERE.test(messageOf(error))) throw error;
    }
    await sleep(systemClock, RETRY);
  }
}

/** Keeps the server up until it is told to stop: one that ends by itself is started again. */
function supervise(server: Server, first: Postmaster): () => Promise<void> {
  const stopping = new AbortController();
  let running: Postmaster | null = first;
  const keepUp = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await running?.exited;
      running = null;
      if (stopping.signal.aborted) return;
      running = await startServer(server).catch(() => null);
      if (running === null) await sleep(systemClock, RETRY, stopping.signal).catch(() => undefined);
    }
    // It came up again just when it was told to stop.
    await running?.stop();
  };
  const kept = keepUp();
  return async () => {
    stopping.abort();
    await running?.stop();
    await kept;
  };
}

async function start({
  directory,
}: {
  readonly directory: string;
}): Promise<RunningService<EmbeddedPostgresReady>> {
  const binaries = await postgresBinaries();
  mkdirSync(directory, { recursive: true });
  const files = serverFiles(realpathSync(directory));
  const user = serverUser(binaries.postgres, files.directory, files.data);
  const { password } = readAccess(files);
  ensureDatabase(files, binaries, user, password);
  const server: Server = { binaries, files, user };
  const postmaster = await startServer(server);
  const { port } = readAccess(files);
  return {
    ready: { connectionString: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres` },
    stop: supervise(server, postmaster),
  };
}

serveChild(start);
