import { type ChildProcess, fork } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { durationMs, sleep } from "../time/clock.ts";
import { systemClock, wallTimer } from "../time/system-clock.ts";
import type { ChildMessage, ParentMessage } from "./child-service.ts";
import { type LockFile, lockFile } from "./lock-file.ts";

/** How long a child may take to say that it is up. */
const START_TIMEOUT_MS = 60_000;
/** How long a child may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 15_000;
/** How often a predecessor that is still stopping is looked at. */
const PREDECESSOR_POLL_MS = 50;
/** How much of a child's last output goes into an error. */
const OUTPUT_TAIL_LENGTH = 2_000;

/** A service that runs in a child process. */
export interface ChildService<Ready> {
  /** What the service said when it was up. */
  readonly ready: Ready;
  readonly processId: number;
  /** Settles when the process has ended, with its exit code (`null` after a signal). */
  readonly exited: Promise<number | null>;
  /** The last of what it has printed. */
  output(): string;
  send(message: unknown): void;
  /** Stops the service and waits for the process to end. */
  stop(): Promise<void>;
}

/** Options of {@link startChild}. */
export interface ChildOptions {
  /**
   * A file that names the running process. When the parent was killed, its child may still be writing its
   * state down: a new one waits for it.
   */
  readonly pidFile?: string;
  /** Called with what the child tells. */
  readonly onMessage?: (message: unknown) => void;
}

/**
 * Starts the module at `entry`, which calls `serveChild`, in a process of its own and waits until it is up.
 * @throws CommonwattError `PROCESS_START_FAILED` with the child's own words.
 */
export async function startChild<Init, Ready>(
  name: string,
  entry: URL,
  init: Init,
  options: ChildOptions = {},
): Promise<ChildService<Ready>> {
  const path = fileURLToPath(entry);
  const lock = options.pidFile === undefined ? null : lockFile(options.pidFile, basename(path));
  if (lock !== null) await predecessorGone(name, lock);
  const child = fork(path, [], { detached: true, silent: true });
  if (child.pid !== undefined) lock?.take(child.pid);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const output = tailOf(child);
  const { onMessage } = options;
  child.on("message", (message: ChildMessage) => {
    if (message.kind === "message") onMessage?.(message.message);
  });
  const tell = (message: ParentMessage): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  tell({ kind: "init", init });
  const ready = await readiness<Ready>(name, child, output);
  return {
    ready,
    processId: child.pid ?? 0,
    exited,
    output,
    send: (message) => tell({ kind: "message", message }),
    stop: () => stopChild(child, exited, tell),
  };
}

async function predecessorGone(name: string, lock: LockFile): Promise<void> {
  const deadlineMs = systemClock.now() + STOP_TIMEOUT_MS;
  for (let holder = lock.holder(); holder !== null; holder = lock.holder()) {
    if (systemClock.now() > deadlineMs) {
      throw new CommonwattError("PROCESS_START_FAILED", `${name}: process ${holder} still uses its data`, {
        details: { processId: holder },
      });
    }
    await sleep(systemClock, durationMs(PREDECESSOR_POLL_MS));
  }
}

function tailOf(child: ChildProcess): () => string {
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-OUTPUT_TAIL_LENGTH);
    });
  }
  return () => tail.trim();
}

function readiness<Ready>(name: string, child: ChildProcess, output: () => string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      timer.cancel();
      child.kill("SIGKILL");
      const said = output();
      reject(
        new CommonwattError("PROCESS_START_FAILED", `${name} did not start: ${why}${said && `\n${said}`}`),
      );
    };
    const timer = wallTimer(START_TIMEOUT_MS, () => fail(`no answer in ${START_TIMEOUT_MS} ms`));
    child.once("error", (error) => fail(error.message));
    const onExit = (code: number | null): void => fail(`it ended with code ${code}`);
    child.once("exit", onExit);
    child.on("message", (message: ChildMessage) => {
      if (message.kind === "failed") fail(message.message);
      if (message.kind !== "ready") return;
      timer.cancel();
      child.removeListener("exit", onExit);
      resolve(message.ready as Ready);
    });
  });
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<number | null>,
  tell: (message: ParentMessage) => void,
): Promise<void> {
  tell({ kind: "stop" });
  const timer = wallTimer(STOP_TIMEOUT_MS, () => child.kill("SIGKILL"));
  await exited;
  timer.cancel();
}
