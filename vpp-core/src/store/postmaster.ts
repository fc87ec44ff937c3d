import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { type Clock, durationMs } from "../time/clock.ts";
import type { ServerFiles } from "./server-files.ts";
import { commandAs, type ServerUser } from "./server-user.ts";

/** How long a fast shutdown may take before the server is made to stop at once (and recovers at its start). */
const FAST_SHUTDOWN_MS = 10_000;
/** How much of what the server said last goes into an error. */
const WORDS_LENGTH_MAX = 2_000;
const READY = "database system is ready to accept connections";

/**
 * Settings for a small server of one program. Nothing that is acknowledged may be lost, so fsync and
 * synchronous_commit stay on; compiling queries costs more than these queries take.
 */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  jit: "off",
  io_method: "sync",
  shared_buffers: "32MB",
  max_wal_size: "256MB",
  max_connections: "40",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
};

/** A running server. */
export interface Postmaster {
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** What {@link startPostmaster} needs. */
export interface PostmasterOptions {
  readonly postgres: string;
  readonly user: ServerUser;
  readonly files: ServerFiles;
  readonly port: number;
  /** See `Remains` in previous-server.ts. */
  readonly reusedProcessId: number | null;
  readonly wallClock: Clock;
}

function launch(options: PostmasterOptions): ChildProcess {
  const { postgres, user, files, port, reusedProcessId } = options;
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const {
    command,
    args,
    options: as,
  } = commandAs(user, postgres, ["-D", files.data, "-p", String(port), ...settings]);
  // PostgreSQL's own way to name a process that is no other server (pg_ctl uses it for the shell before it).
  const notAServer = reusedProcessId === null ? {} : { PG_GRANDPARENT_PID: String(reusedProcessId) };
  const env = { ...process.env, LC_ALL: "C", ...notAServer };
  return spawn(command, args, { ...as, env, stdio: ["ignore", "ignore", "pipe"] });
}

function readiness(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = "";
    const fail = (said: string): void => reject(new CommonwattError("STORE_START_FAILED", said));
    const onData = (chunk: Buffer): void => {
      words = (words + chunk.toString()).slice(-WORDS_LENGTH_MAX);
      if (!words.includes(READY)) return;
      server.stderr?.removeListener("data", onData);
      resolve();
    };
    server.stderr?.on("data", onData);
    server.once("error", (error) => fail(error.message));
    // "close" comes after the last words, "exit" may come before them.
    server.once("close", (code) => fail(words.trim() || `it ended with code ${code}`));
  });
}

/**
 * Starts the server and waits until it takes connections.
 * @throws CommonwattError `STORE_START_FAILED` with the server's own words.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const server = launch(options);
  const exited = new Promise<void>((resolve) => {
    server.once("close", () => resolve());
    server.once("error", () => resolve());
  });
  const log = createWriteStream(options.files.log, { flags: "w", mode: 0o600 });
  log.on("error", () => undefined);
  server.stderr?.pipe(log);
  await readiness(server);
  return {
    exited,
    async stop() {
      server.kill("SIGINT");
      const timer = options.wallClock.after(durationMs(FAST_SHUTDOWN_MS), () => server.kill("SIGQUIT"));
      await exited;
      timer.cancel();
    },
  };
}
