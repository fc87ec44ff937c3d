import { seededRandom } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { headerFromJson } from "../batch/batch-header.ts";
import { type Accusation, FRAUD_KINDS, type FraudKind } from "../proofs/accusation.ts";
import { openCase } from "../proofs/case-file.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { type FraudTrial, openFraudTrial } from "./fraud-trial.ts";
import { type Mutation, mutateBatch } from "./mutate-batch.ts";
import { randomChallenge } from "./random-challenge.ts";

/** How much is tried. */
export interface FraudTestOptions {
  readonly seed: number;
  readonly mutations: number;
  readonly honestBatches: number;
}

/** What came of it. */
export interface FraudTestResult {
  readonly mutations: number;
  /** Batches that the court refuses to commit in the first place. */
  readonly refused: number;
  /** Wrong batches that nobody can have taken back: what was changed in each. */
  readonly undetected: readonly string[];
  /** Accusations that the judge does not share: the two implementations differ. */
  readonly rejected: readonly string[];
  /** How often each kind of accusation was accepted. */
  readonly kinds: Readonly<Record<FraudKind, number>>;
  readonly honestBatches: number;
  readonly challenges: number;
  /** Honest batches that were taken back, by what, and accusations against them. */
  readonly honestSlashed: readonly string[];
}

/** Challenges tried against each honest batch. */
const CHALLENGES_PER_BATCH = 10;
/** Honest batches between two reports. */
const REPORT_EVERY = 50;

/** Tells how far it is. */
export type Report = (step: object) => void;

/** Tries lies and groundless challenges before the real contracts on a chain of their own. */
export async function fraudTest(options: FraudTestOptions, report: Report): Promise<FraudTestResult> {
  const random = seededRandom(`fraud/${options.seed}`);
  const trial = await openFraudTrial(`fraud/${options.seed}`, (street) =>
    street.second(random.fork("sample")),
  );
  try {
    const tally = newTally();
    let mutations = 0;
    for (let number = 0; number < options.honestBatches; number++) {
      const own = random.fork(`batch/${number}`);
      const honest = trial.street.second(own.fork("orders"));
      await tryHonest(trial, honest, own, tally);
      const due = Math.ceil(((number + 1) * options.mutations) / options.honestBatches);
      for (; mutations < due; mutations++) {
        await tryMutation(trial, mutateBatch(honest, own.fork(`mutation/${mutations}`)), tally);
      }
      if ((number + 1) % REPORT_EVERY === 0) {
        const { undetected, honestSlashed } = tally;
        report({ event: "tried", batches: number + 1, mutations, undetected, honestSlashed });
      }
    }
    return { ...tally, mutations, honestBatches: options.honestBatches };
  } finally {
    await trial.court.close();
  }
}

interface Tally {
  refused: number;
  challenges: number;
  readonly undetected: string[];
  readonly rejected: string[];
  readonly honestSlashed: string[];
  readonly kinds: Record<FraudKind, number>;
}

function newTally(): Tally {
  const kinds = Object.fromEntries(FRAUD_KINDS.map((kind) => [kind, 0])) as Record<FraudKind, number>;
  return { refused: 0, challenges: 0, undetected: [], rejected: [], honestSlashed: [], kinds };
}

async function tryMutation(
  { street, court, facts, firstCommittedAt }: FraudTrial,
  { what, batch }: Mutation,
  tally: Tally,
): Promise<void> {
  const header = headerFromJson(batch.header);
  if (await court.refuses(header, firstCommittedAt)) {
    tally.refused += 1;
    return;
  }
  const committed = { header, committedAt: facts.committedAt };
  let isDetected = false;
  for (const accusation of onePerCall(findFraud(street.first, batch, facts))) {
    const isAccepted =
      accusation.kind === "withheld"
        ? await court.fallsUnanswered(accusation, committed)
        : await court.accepts(accusation, committed);
    if (isAccepted) tally.kinds[accusation.kind] += 1;
    else tally.rejected.push(`${what}: ${accusation.call}`);
    isDetected ||= isAccepted;
  }
  if (!isDetected) tally.undetected.push(what);
}

async function tryHonest(
  { street, court, facts, firstCommittedAt }: FraudTrial,
  batch: BatchFile,
  random: ReturnType<typeof seededRandom>,
  tally: Tally,
): Promise<void> {
  const header = headerFromJson(batch.header);
  const committed = { header, committedAt: facts.committedAt };
  if (await court.refuses(header, firstCommittedAt)) tally.honestSlashed.push("refused at the commit");
  for (const { call } of findFraud(street.first, batch, facts)) tally.honestSlashed.push(`accused: ${call}`);
  const file = openCase(street.first, batch, facts);
  for (let number = 0; number < CHALLENGES_PER_BATCH; number++) {
    const challenge = randomChallenge(file, random);
    tally.challenges += 1;
    if (await court.accepts(challenge, committed)) tally.honestSlashed.push(challenge.call);
  }
}

/** One accusation for each function that could be called: more of the same prove nothing new. */
function onePerCall(accusations: readonly Accusation[]): readonly Accusation[] {
  return [...new Map(accusations.map((accusation) => [accusation.call, accusation])).values()];
}
