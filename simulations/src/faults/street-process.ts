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
  /** Everything it has printed so far. */
  readonly events: readonly StreetEvent[];
  /**
   * Waits for an event.
   * @throws CommonwattError `STREET_ENDED` when the street ends without it.
   */
  until(name: string): Promise<StreetEvent>;
  /** Ends the process at once, without a chance to tidy up, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits until it has ended by itself, and gives its exit code. */
  exit(): Promise<number | null>;
}

/** Starts the street with some options of `npm start`. */
export function startStreet(options: readonly string[]): StreetProcess {
  const child: ChildProcess = spawn(
    process.execPath,
    [COMMAND, "start", "--config", CONFIG, "--json", "--port", "0", ...options],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const events: StreetEvent[] = [];
  const waiting = new Set<() => void>();
  let said = "";
  let hasEnded = false;
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      events.push(JSON.parse(line) as StreetEvent);
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
    events,
    async until(name) {
      for (;;) {
        const found = events.find((event) => event.event === name);
        if (found !== undefined) return found;
        if (hasEnded) throw new CommonwattError("STREET_ENDED", `the street ended before "${name}": ${said}`);
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
        waiting.clear();
      }
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    exit: () => ended,
  };
}
