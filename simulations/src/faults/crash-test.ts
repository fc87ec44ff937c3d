import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replayJournal } from "@commonwatt/market";
import { durationMs, type Logger, seededRandom, sleep, systemClock } from "@commonwatt/vpp-core";
import { type BooksComparison, compareBooks } from "./compare-books.ts";
import { type StreetEvent, type StreetProcess, startStreet } from "./street-process.ts";

/** A street is killed at a moment between its start and this long after, so that every phase is hit. */
const KILL_WITHIN_MS = 14_000;

/** What the test is run with. */
export interface CrashTestOptions {
  readonly kills: number;
  readonly homes: number;
  /** Decides the moments of the kills. */
  readonly seed: number;
  readonly logger: Logger;
  /** Told after each kill. */
  readonly onKill: (kill: {
    readonly kill: number;
    readonly afterMs: number;
    readonly lastEvent: string;
  }) => void;
}

/** What came of it. */
export interface CrashTestResult extends BooksComparison {
  readonly kills: number;
  /** Clearings that a street had announced before it was killed and that its journal does not hold. */
  readonly announcedLost: number;
  /** Whether the escrow held exactly what it owed at the end. */
  readonly conserved: boolean;
  /** Whether the last run's own state hash is that of a replay of its journal. */
  readonly replayEqual: boolean;
}

/**
 * Kills a running street with SIGKILL at random moments and starts it again on the same folder, then lets it
 * finish, and compares what its journal, its database and its chain say.
 */
export async function crashTest(options: CrashTestOptions): Promise<CrashTestResult> {
  const directory = mkdtempSync(join(tmpdir(), "commonwatt-crash-"));
  const random = seededRandom(options.seed);
  const arguments_ = ["--data", directory, "--homes", String(options.homes)];
  const announced: StreetEvent[] = [];
  try {
    for (let kill = 1; kill <= options.kills; kill++) {
      const street = startStreet(arguments_);
      const afterMs = await killAtRandom(street, random.integer(0, KILL_WITHIN_MS));
      announced.push(...clearingsOf(street));
      options.onKill({ kill, afterMs, lastEvent: street.events.at(-1)?.event ?? "nothing" });
    }
    const last = startStreet([...arguments_, "--intervals", "2"]);
    const summary = await last.until("summary");
    await last.exit();
    announced.push(...clearingsOf(last));
    const books = await compareBooks(directory, options.logger);
    return {
      kills: options.kills,
      ...books,
      announcedLost: await announcedLost(directory, announced),
      conserved: (summary["escrow"] as { conserved: boolean }).conserved,
      replayEqual: (summary["journal"] as { stateHash: string }).stateHash === books.stateHash,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Kills a street some time after it is up; one that is to be killed at once may still be starting. */
async function killAtRandom(street: StreetProcess, afterMs: number): Promise<number> {
  if (afterMs > 0) await street.until("ready");
  await sleep(systemClock, durationMs(afterMs));
  await street.kill();
  return afterMs;
}

function clearingsOf(street: StreetProcess): readonly StreetEvent[] {
  return street.events.filter((event) => event.event === "cleared");
}

async function announcedLost(directory: string, announced: readonly StreetEvent[]): Promise<number> {
  const { clearings } = await replayJournal(join(directory, "market"));
  const held = new Map(clearings.map((clearing) => [clearing.intervalIndex as number, clearing]));
  return announced.filter((event) => {
    const clearing = held.get(Number(event["intervalIndex"]));
    return clearing?.volumeWh !== event["volumeWh"] || clearing?.clearingPrice !== event["clearingPrice"];
  }).length;
}
