import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  LEASE_CYCLES,
  type Logger,
  openPostgresStore,
  seededRandom,
  startEmbeddedPostgres,
  systemClock,
} from "@commonwatt/vpp-core";
import { type KillOutcome, recordOf, startLane } from "./lease-lane.ts";
import { TIMED_NAMES, TIMERLESS_NAMES, type TimedName, type TimerlessName } from "./lease-messages.ts";

/** A tenth of what a community in real time uses: scaled so that T is 3 s rather than 30 s. */
const CONTROL_PERIOD_MS = 500;
const USUAL_CONTROL_PERIOD_MS = 5_000;
/** T: whole seconds, as reversion timers count them. */
const LEASE_MS = CONTROL_PERIOD_MS * LEASE_CYCLES;
/** What a timer in a busy process of emulated hardware may fire late: measured, but no part of the lease. */
const TIMER_SLACK_MS = 250;
/** Controllers that are killed side by side, each with hardware of its own. */
const LANES = 2;

/** What the test is run with. */
export interface LeaseTestOptions {
  readonly kills: number;
  /** Decides the moments of the kills. */
  readonly seed: number;
  readonly logger: Logger;
  /** Told after each kill. */
  readonly onKill: (outcome: KillOutcome) => void;
}

/** What came of it. Times are real ones, measured at the emulated hardware. */
export interface LeaseTestResult {
  readonly kills: number;
  readonly killsInCharge: number;
  readonly killsInDischarge: number;
  /** How long a lease lasts: T. */
  readonly leaseMs: number;
  /** What is allowed beyond T for the timers of the emulating process. */
  readonly timerSlackMs: number;
  readonly scaled: { readonly controlPeriodMs: number; readonly usualControlPeriodMs: number };
  /** Kills after which everything with a timer was in its own mode within T. */
  readonly neutralWithinT: number;
  /** What has a timer and still obeyed a dead controller after two T. */
  readonly stuck: number;
  /** The longest time from a kill to the own mode, in T; what was stuck is not among it. */
  readonly worstReleaseT: Readonly<Record<TimedName, number>>;
  /** Kills after which everything without a timer still obeyed the dead controller. */
  readonly timerlessHeldOn: number;
  /** Kills after which the next controller returned everything without a timer to its own mode first. */
  readonly neutralOnRestart: number;
  /** The longest time from the start of a controller's process to that release. */
  readonly worstRestartMs: Readonly<Record<TimerlessName, number>>;
  /** Devices that the store still names as owned after the last controllers have ended in order. */
  readonly ownedAtEnd: number;
  readonly wallS: number;
}

/**
 * Kills controllers with SIGKILL while they force batteries to charge or discharge and limit the sun. What
 * has a timer must return to its own mode by itself; a battery without one must be returned by the next
 * controller, which knows from the store that it was owned.
 */
export async function leaseTest(options: LeaseTestOptions): Promise<LeaseTestResult> {
  const directory = mkdtempSync(join(tmpdir(), "commonwatt-leases-"));
  const startedMs = systemClock.now();
  const server = await startEmbeddedPostgres(join(directory, "postgres"));
  try {
    const { connectionString } = server;
    const store = await openPostgresStore({
      connectionString,
      logger: options.logger,
      wallClock: systemClock,
      spoolDirectory: join(directory, "spool"),
    });
    const outcomes = await killInLanes(options, directory, connectionString);
    const ownedAtEnd = (await store.ownership.list()).length;
    await store.close();
    const wallS = Math.round((systemClock.now() - startedMs) / 1000);
    return { ...summaryOf(outcomes), ownedAtEnd, wallS };
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function killInLanes(
  { kills, seed, onKill }: LeaseTestOptions,
  directory: string,
  connectionString: string,
): Promise<readonly KillOutcome[]> {
  const outcomes: KillOutcome[] = [];
  const random = seededRandom(seed);
  let left = kills;
  const runLane = async (name: string): Promise<void> => {
    await using lane = await startLane({
      name,
      directory: join(directory, name),
      connectionString,
      controlPeriodMs: CONTROL_PERIOD_MS,
      leaseMs: LEASE_MS,
      random: random.fork(name),
    });
    while (left > 0) {
      left -= 1;
      const outcome = await lane.kill();
      outcomes.push(outcome);
      onKill(outcome);
    }
  };
  const names = Array.from({ length: Math.min(LANES, kills) }, (_, index) => `lane-${index + 1}`);
  const results = await Promise.allSettled(names.map(runLane));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return outcomes;
}

function summaryOf(outcomes: readonly KillOutcome[]): Omit<LeaseTestResult, "ownedAtEnd" | "wallS"> {
  const count = (holds: (outcome: KillOutcome) => boolean): number => outcomes.filter(holds).length;
  const isInTime = (releaseMs: number | null): boolean =>
    releaseMs !== null && releaseMs <= LEASE_MS + TIMER_SLACK_MS;
  const worst = (times: readonly (number | null)[]): number => Math.max(0, ...times.map((each) => each ?? 0));
  const inT = (timeMs: number): number => Math.round((timeMs / LEASE_MS) * 1000) / 1000;
  return {
    kills: outcomes.length,
    killsInCharge: count(({ direction }) => direction === "charge"),
    killsInDischarge: count(({ direction }) => direction === "discharge"),
    leaseMs: LEASE_MS,
    timerSlackMs: TIMER_SLACK_MS,
    scaled: { controlPeriodMs: CONTROL_PERIOD_MS, usualControlPeriodMs: USUAL_CONTROL_PERIOD_MS },
    neutralWithinT: count(({ releaseMs }) => TIMED_NAMES.every((name) => isInTime(releaseMs[name]))),
    stuck: outcomes.flatMap(({ releaseMs }) => Object.values(releaseMs)).filter((timeMs) => timeMs === null)
      .length,
    worstReleaseT: recordOf(TIMED_NAMES, (name) => inT(worst(outcomes.map((each) => each.releaseMs[name])))),
    timerlessHeldOn: count(({ heldOn }) => TIMERLESS_NAMES.every((name) => heldOn[name])),
    neutralOnRestart: count(({ restartReleaseMs }) =>
      TIMERLESS_NAMES.every((name) => restartReleaseMs[name] !== null),
    ),
    worstRestartMs: recordOf(TIMERLESS_NAMES, (name) =>
      worst(outcomes.map((each) => each.restartReleaseMs[name])),
    ),
  };
}
