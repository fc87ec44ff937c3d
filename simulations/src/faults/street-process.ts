import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CommonwattError } from "@commonwatt/vpp-core";

const COMMAND = fileURLToPath(import.meta.resolve("@commonwatt/vpp-core/commonwatt"));
const CONFIG = fileURLToPath(new URL("../../examples/street/commonwatt.config.ts", import.meta.url));

/** One line that a street printed under `--json`. */
export type StreetEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** A street that runs in a process of its own, as `npm start` would run it. */
export interface StreetProcess {
  readonly processId: number;
  /** Everything it has printed so far. */
  readonly events: readonly StreetEvent[];
  /**
   * Waits for an event, by its name or by what it must be.
   * @throws CommonwattError `STREET_ENDED` when the process ends without it.
   */
  until(wanted: string | ((event: StreetEvent) => boolean)): Promise<StreetEvent>;
  /** Calls `listener` with every event from now on. */
  onEvent(listener: (event: StreetEvent) => void): void;
  /** Asks it to come down in its order, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends the process at once, without a chance to tidy up, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits until it has ended by itself, and gives its exit code. */
  exit(): Promise<number | null>;
}

/** Starts the street with some options of `npm start`. */
export function startStreet(options: readonly string[]): StreetProcess {
  return startCommonwatt(["start", "--config", CONFIG, "--json", "--port", "0", ...options]);
}

/** Starts a `commonwatt` command that prints NDJSON, in our environment or one of its own. */
export function startCommonwatt(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): StreetProcess {
  const child: ChildProcess = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
  });
  const listeners = new Set<(event: StreetEvent) => void>();
  const events: StreetEvent[] = [];
  const waiting = new Set<() => void>();
  let said = "";
  let hasEnded = false;
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = JSON.parse(line) as StreetEvent;
      events.push(event);
      for (const listener of listeners) listener(event);
      for (const wake of waiting) wake();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      hasEnded = true;
      for (const wake of waiting) wake();
      resolve(code);
    });
  });
  return {
    ...{ processId: child.pid ?? 0, events },
    async until(wanted) {
      const isWanted = typeof wanted === "string" ? named(wanted) : wanted;
      for (;;) {
        const found = events.find(isWanted);
        if (found !== undefined) return found;
        if (hasEnded) {
          const what = typeof wanted === "string" ? `"${wanted}"` : "what was waited for";
          throw new CommonwattError("STREET_ENDED", `the street ended before ${what}: ${said}`);
        }
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
        waiting.clear();
      }
    },
    onEvent: (listener) => void listeners.add(listener),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    exit: () => ended,
  };
}

function named(name: string): (event: StreetEvent) => boolean {
  return (event) => event.event === name;
}
