import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CommonwattError, durationMs, type Random, sleep, systemClock } from "@commonwatt/vpp-core";

const PROGRAM = fileURLToPath(new URL("./load-process.ts", import.meta.url));

/** When a process is killed: while it opens its books, takes orders, takes a snapshot, or soon after one. */
export type KillMoment = "opening" | "running" | "snapshot" | "settled";

/** What a process said before it was killed. */
export interface KilledLoad {
  /** How it found its books; `null` when it was killed before it said so. */
  readonly opened: {
    readonly sequence: number;
    readonly hash: string;
    readonly snapshotSequence: number;
    readonly tornBytes: number;
  } | null;
  /** Sequence up to which it has acknowledged; 0 when it came to none. */
  readonly acknowledged: number;
  /** Snapshots that were finished. */
  readonly snapshots: number;
  /** Files that these made superfluous, and that are gone. */
  readonly filesRemoved: number;
}

/**
 * Runs the load on a folder and kills it with SIGKILL at a moment.
 * @param cache - folder for compiled code, so that the next process is there sooner.
 */
export async function killedLoad(
  folder: string,
  cache: string,
  seed: number,
  moment: KillMoment,
  random: Random,
): Promise<KilledLoad> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  const killIn = async (ms: number): Promise<void> => {
    await sleep(systemClock, durationMs(ms));
    child.kill("SIGKILL");
  };
  let opened: KilledLoad["opened"] = null;
  let [acknowledged, snapshots, filesRemoved] = [0, 0, 0];
  if (moment === "opening") void killIn(random.integer(50, 500));
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, first = "", second = "", ...rest] = line.split(" ");
    if (kind === "open") {
      const [snapshotSequence = 0, tornBytes = 0] = [second, ...rest].slice(1).map(Number);
      opened = { sequence: Number(first), hash: second, snapshotSequence, tornBytes };
      if (moment === "running") void killIn(random.integer(0, 150));
    } else if (kind === "durable") {
      acknowledged = Number(first);
    } else if (kind === "snapshot-done") {
      snapshots++;
      filesRemoved += Number(second);
      if (moment === "settled" && snapshots === 1) void killIn(random.integer(0, 60));
    } else if (kind === "snapshot" && moment === "snapshot") void killIn(random.integer(0, 60));
  }
  await closed;
  if (child.signalCode !== "SIGKILL") {
    throw new CommonwattError("JOURNAL_TEST_ENDED", `the load ended by itself, with code ${child.exitCode}`);
  }
  return { opened, acknowledged, snapshots, filesRemoved };
}
