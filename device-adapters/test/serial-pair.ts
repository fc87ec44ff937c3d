import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";

/** Two ends of one virtual serial line. */
export interface SerialPair {
  readonly ours: string;
  readonly theirs: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether this machine can make virtual serial lines. */
export const canPairSerial: boolean = hasSocat();

function hasSocat(): boolean {
  try {
    execFileSync("socat", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Makes a line out of two pseudo-terminals. */
export async function serialPair(): Promise<SerialPair> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-serial-"));
  const [ours, theirs] = [join(directory, "ours"), join(directory, "theirs")];
  const ends = [ours, theirs].map((path) => `pty,raw,echo=0,link=${path}`);
  const socat = spawn("socat", ends, { stdio: "ignore" });
  while (!existsSync(ours) || !existsSync(theirs)) await sleep(systemClock, durationMs(5));
  return {
    ours,
    theirs,
    [Symbol.asyncDispose]: async () => {
      await ended(socat);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill();
  });
}
