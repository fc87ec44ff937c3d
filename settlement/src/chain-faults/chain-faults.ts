import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { type BooksOfFaults, compareFaultBooks } from "./compare-fault-books.ts";
import { gapRound, randomRound, SILENCES_NOTICED, silentRounds } from "./fault-rounds.ts";
import { type FaultStage, HOMES, openFaultStage } from "./fault-stage.ts";
import { BATCH_GAPS, SETUP_GAPS } from "./kill-points.ts";

const END_MS = 240_000;
/** Anvil writes its state this often, and a little more. */
const STATE_WRITTEN_MS = 2_500;
/** A block that is made too early spoils a try. */
const MOST_TRIES = 3;

/** What the test came to. */
export interface ChainFaultsResult extends BooksOfFaults {
  /** How often the operator was killed, at gaps and at random. */
  readonly kills: number;
  /** How often each fault was done. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often the operator was killed in each gap between two steps. */
  readonly gaps: Readonly<Record<string, number>>;
  /** Gaps in which it was never killed. */
  readonly gapsMissed: number;
  /** How often an operator noticed that a node was silent, or was not any more, out of `silences`. */
  readonly silencesNoticed: number;
  readonly silences: number;
  /** Intervals that were to be settled. */
  readonly intervals: number;
}

/** What is told of a kill. */
export interface KillTold {
  readonly kill: number;
  readonly fault: string;
  /** Where it hit. */
  readonly gap: string;
}

/** Options of {@link chainFaults}. */
export interface ChainFaultsOptions {
  /** Kills at random moments, after those in every gap. */
  readonly kills: number;
  readonly seed: number;
  readonly onKill: (told: KillTold) => void;
}

/**
 * Runs an operator against a real node behind a proxy that breaks what goes over it. The operator is killed once
 * in each gap between two of its steps, then while the node is silent, then at random moments while the node does
 * what nodes do. In the end what database and chain say is compared.
 */
export async function chainFaults({ kills, seed, onKill }: ChainFaultsOptions): Promise<ChainFaultsResult> {
  const stage = await openFaultStage(seed);
  let killed = 0;
  const tell = (fault: string, gap: string): void => onKill({ kill: ++killed, fault, gap });
  try {
    const gaps = new Map([...SETUP_GAPS, ...BATCH_GAPS].map((gap) => [gap, 0]));
    let round = 0;
    for (const gap of gaps.keys()) {
      if (BATCH_GAPS.includes(gap)) stage.target += 1;
      for (let attempt = 1; attempt <= MOST_TRIES && gaps.get(gap) === 0; attempt++) {
        const isHit = await gapRound(stage, round++, gap);
        if (isHit) gaps.set(gap, 1);
        tell("killed", isHit ? gap : `missed: ${gap}`);
      }
    }
    // From here on the node may forget its last seconds, but not the contracts.
    await sleep(systemClock, durationMs(STATE_WRITTEN_MS));
    const silencesNoticed = await silentRounds(stage);
    tell("silent node", "asked, not answered");
    tell("silent node", "coming up");
    for (let index = 0; index < kills; index++) {
      const fault = await randomRound(stage, index);
      tell(fault, await momentOf(stage));
    }
    await finish(stage);
    const deployment = await readManifest(manifestPath(stage.directory));
    const books = await stage.onNode((rpc) =>
      compareFaultBooks(rpc, deployment, stage.store, stage.settled, HOMES),
    );
    return {
      ...{ kills: killed, intervals: stage.target, ...books, silencesNoticed, silences: SILENCES_NOTICED },
      ...{
        gaps: Object.fromEntries(gaps),
        gapsMissed: [...gaps.values()].filter((hits) => hits === 0).length,
      },
      faults: { ...Object.fromEntries(stage.faults), ...stage.proxy.done },
    };
  } finally {
    await stage.close();
  }
}

/** The last life, in which nothing breaks: everything that was under way comes to its end. */
async function finish(stage: FaultStage): Promise<void> {
  stage.proxy.set(null, 1);
  const { child, drained } = await stage.startOperator(null);
  const tooLong = sleep(systemClock, durationMs(END_MS)).then(() => {
    throw new Error(`the operator did not come to an end in ${END_MS / 1_000} s: ${child.output()}`);
  });
  await Promise.race([drained, tooLong]);
  await child.stop();
}

/** What was under way when the operator was killed at random. */
async function momentOf({ store }: FaultStage): Promise<string> {
  const pending = await store.outbox.pending();
  const names = [...new Set(pending.map(({ key }) => key.split(":")[0] ?? ""))].toSorted();
  if (names.length > 0) return `signed and not confirmed: ${names.join(", ")}`;
  const unfinished = await store.batches.unfinished();
  const states = [...new Set(unfinished.map(({ status }) => status))].toSorted();
  return states.length > 0 ? `between steps of a batch that was ${states.join(" or ")}` : "idle";
}
