import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Random, seededRandom } from "@commonwatt/vpp-core";
import { flipBits } from "./flip-bits.ts";
import { type KilledLoad, type KillMoment, killedLoad } from "./killed-load.ts";
import { LoadModel } from "./load-model.ts";
import { tearTail } from "./tear-tail.ts";

/** How often and by what chance. */
export interface KillTestOptions {
  readonly kills: number;
  readonly seed: number;
}

/** What a kill left behind. */
export interface KillOutcome {
  readonly kill: number;
  readonly moment: KillMoment;
  readonly acknowledged: number;
  readonly lastSequence: number;
  readonly tail: "cut" | "begun" | "left";
}

/** What all kills together showed. */
export interface KillTestResult {
  readonly kills: number;
  /** Records on the disk after the last kill. */
  readonly records: number;
  /** Records that were compared one by one with what was sent. */
  readonly comparedRecords: number;
  /** Records that had been acknowledged and were gone. */
  readonly acknowledgedLost: number;
  readonly duplicated: number;
  readonly wrongRecords: number;
  /** Times that books were opened, and how many of them had another state than the load in memory. */
  readonly recoveries: number;
  readonly hashesUnequal: number;
  readonly snapshots: number;
  /** Files that snapshots made superfluous, and that are gone. */
  readonly filesRemoved: number;
  readonly recoveriesFromSnapshot: number;
  readonly tornTails: number;
  readonly flippedBits: number;
  readonly flipsUndetected: number;
}

/**
 * Kills a process under a load of mixed orders again and again, and compares each time what its journal holds,
 * and what state the next process finds, with the same load played in memory.
 */
export async function killTest(
  { kills, seed }: KillTestOptions,
  onKill: (outcome: KillOutcome) => void,
): Promise<KillTestResult> {
  const root = await mkdtemp(join(tmpdir(), "commonwatt-journal-test-"));
  try {
    const flips = await flipBits(join(root, "sample"));
    const tally = await killAll(root, kills, seed, onKill);
    return { kills, ...tally, flippedBits: flips.bits, flipsUndetected: flips.undetected };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

type Tally = Omit<KillTestResult, "kills" | "flippedBits" | "flipsUndetected">;

async function killAll(
  root: string,
  kills: number,
  seed: number,
  onKill: (outcome: KillOutcome) => void,
): Promise<Tally> {
  const [folder, cache] = [join(root, "market"), join(root, "compiled")];
  const random = seededRandom(`${seed}/kills`);
  const model = new LoadModel(seed);
  let tally = EMPTY_TALLY;
  let known = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const moment = momentOf(random);
    const load = await killedLoad(folder, cache, seed, moment, random);
    tally = withOpening(tally, load, model);
    // What one process acknowledged, the next one has; a process killed while it opens acknowledges nothing.
    known = Math.max(known, load.acknowledged);
    const tail = random.next() < 0.25 ? await tearTail(folder, known, random) : null;
    const check = await model.follow(folder);
    tally = {
      ...tally,
      records: check.lastSequence,
      comparedRecords: tally.comparedRecords + check.compared,
      acknowledgedLost: tally.acknowledgedLost + Math.max(0, known - check.lastSequence),
      duplicated: tally.duplicated + check.duplicated,
      wrongRecords: tally.wrongRecords + check.wrong,
      tornTails: tally.tornTails + (tail === null ? 0 : 1),
    };
    known = check.lastSequence;
    onKill({ kill, moment, acknowledged: load.acknowledged, lastSequence: known, tail: tail ?? "left" });
  }
  return tally;
}

const EMPTY_TALLY: Tally = {
  records: 0,
  comparedRecords: 0,
  acknowledgedLost: 0,
  duplicated: 0,
  wrongRecords: 0,
  recoveries: 0,
  hashesUnequal: 0,
  snapshots: 0,
  filesRemoved: 0,
  recoveriesFromSnapshot: 0,
  tornTails: 0,
};

function momentOf(random: Random): KillMoment {
  const share = random.next();
  if (share < 0.15) return "opening";
  if (share < 0.35) return "snapshot";
  return share < 0.6 ? "settled" : "running";
}

/** Counts how a process found its books: it must be as the model is, which stands where the last kill left them. */
function withOpening(tally: Tally, { opened, snapshots, filesRemoved }: KilledLoad, model: LoadModel): Tally {
  if (opened === null) return tally;
  const isEqual = opened.sequence === model.sequence && opened.hash === model.hash;
  return {
    ...tally,
    recoveries: tally.recoveries + 1,
    hashesUnequal: tally.hashesUnequal + (isEqual ? 0 : 1),
    snapshots: tally.snapshots + snapshots,
    filesRemoved: tally.filesRemoved + filesRemoved,
    recoveriesFromSnapshot: tally.recoveriesFromSnapshot + (opened.snapshotSequence > 0 ? 1 : 0),
  };
}
