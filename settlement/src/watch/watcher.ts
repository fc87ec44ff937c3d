import { type Hex, isCommonwattError, messageOf } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { headerToJson } from "../batch/batch-header.ts";
import { type BatchRules, rulesWithHash } from "../batch/batch-rules.ts";
import { readFacts } from "../chain/chain-facts-reader.ts";
import { committedHeader } from "../chain/committed-header.ts";
import type { CommittedBatch } from "../chain/court-calls.ts";
import { courtSeparator } from "../chain/court-domain.ts";
import type { BatchCommit } from "../chain/court-reader.ts";
import type { Accusation } from "../proofs/accusation.ts";
import { findArchive, folderSource, keepArchive } from "./batch-source.ts";
import { bring, nameOf, openQuestions, revoke } from "./challenge.ts";
import { checkBatch, type Previous } from "./check-batch.ts";
import { MeterWitness } from "./meter-witness.ts";
import { dealWithQuestions } from "./questions.ts";
import type { WatchContext } from "./watch-context.ts";
import { FRAUD_WORDS, type Verdict, type WatchEvent } from "./watch-event.ts";
import { NO_REWARD, type Reward, summaryOf, type WatchSummary } from "./watch-summary.ts";
import { outlookWords, planWords, QUESTIONS_SPENT, spentWords, withheldDemand } from "./withheld-plan.ts";

/** What is known of a batch that was looked at. One that is committed again is another: the chain has gone on. */
interface Known {
  readonly commit: BatchCommit;
  readonly verdict: Verdict;
  readonly missingSinceMs: number;
  /** What judges did not share, or did already, by name; and of what cannot be brought yet was told. */
  readonly tried: readonly string[];
}

/** A batch that the court has, with its archive or why there is none. */
type Loaded =
  | { readonly batch: CommittedBatch; readonly file: BatchFile; readonly why: null }
  | { readonly batch: CommittedBatch | null; readonly file: null; readonly why: string };

/** Looks at a court's batches, one round after the other. */
export class Watcher {
  readonly #context: WatchContext;
  readonly #known = new Map<number, Known>();
  readonly #witnessed: MeterWitness;
  /** All that batches were accounted by, each once, by its hash. */
  readonly #rules = new Map<Hex, BatchRules>();
  #next: number;
  #challenged = 0;

  /** `from` is the first batch to look at. */
  constructor(context: WatchContext, from: number) {
    this.#context = context;
    this.#next = from;
    this.#witnessed = new MeterWitness(courtSeparator(context.deployment));
  }

  /** Looks at everything that is new or still open. */
  async round(): Promise<void> {
    const { court } = this.#context;
    const { head, finalNumber } = await court.progress();
    const first = Math.min(this.#next, finalNumber + 1);
    const failed: unknown[] = [];
    for (let number = first; number <= head; number++) {
      // Whatever one batch makes fail must not keep the others from being looked at.
      await this.#look(number, finalNumber).catch((error: unknown) => failed.push(error));
    }
    if (failed.length > 0) throw failed[0];
    this.#next = Math.max(this.#next, finalNumber + 1);
  }

  /** What it came to so far. */
  summary(reward: Reward = NO_REWARD): WatchSummary {
    const verdicts = [...this.#known.values()].map(({ verdict }) => verdict);
    return summaryOf(verdicts, this.#context.challenger === null ? null : this.#challenged, reward);
  }

  async #look(number: number, finalNumber: number): Promise<void> {
    const { court, now } = this.#context;
    const commit = await court.commitOf(number, null);
    if (commit === null) return;
    const known = await this.#knownAs(number, commit);
    const isFinal = number <= finalNumber;
    if (known === undefined || known.verdict === "withheld") {
      const loaded = await this.#load(commit);
      const missingSinceMs = known?.missingSinceMs ?? now();
      if (loaded.file === null) await this.#withheld(number, commit, loaded, missingSinceMs, known, isFinal);
      else await this.#check(number, commit, loaded, isFinal, missingSinceMs, known);
    } else if (known.verdict === "wrong" && !isFinal) {
      const loaded = await this.#load(commit);
      if (loaded.file !== null) await this.#accuse(number, loaded.file, loaded.batch, known);
    }
    if (!isFinal) await this.#questions(number, commit);
  }

  /** What is known of a batch as it stands on the chain now: it may be another one than before. */
  async #knownAs(number: number, commit: BatchCommit): Promise<Known | undefined> {
    const known = this.#known.get(number);
    if (known !== undefined && isSameCommit(known.commit, commit)) return known;
    if (!this.#context.checked.isRight(number, commit)) return undefined;
    const again: Known = { commit, verdict: "right", missingSinceMs: 0, tried: [] };
    this.#known.set(number, again);
    const { file } = await this.#load(commit);
    if (file !== null) await this.#witness(number, file);
    return again;
  }

  async #load(commit: BatchCommit): Promise<Loaded> {
    const { rpc, sources, archives } = this.#context;
    const header = await committedHeader(rpc, commit);
    if (header === null) return { batch: null, file: null, why: "its header can't be read from the chain" };
    const batch = { header, committedAt: commit.committedAt };
    const own = folderSource(archives);
    const found = await findArchive([own, ...sources], header.archiveHash);
    if (found.archive === null) return { batch, file: null, why: found.why };
    if (found.from !== own.name) await keepArchive(archives, header.archiveHash, found.archive);
    const rules = rulesWithHash(header.rulesHash, [found.archive.rules]);
    if (rules !== null) this.#rules.set(header.rulesHash, rules);
    return { batch, file: { header: headerToJson(header), archive: found.archive }, why: null };
  }

  async #previous(number: number): Promise<Previous> {
    if (number === 1) return null;
    const commit = await this.#context.court.commitOf(number - 1, null);
    const loaded = commit === null ? null : await this.#load(commit);
    return loaded?.file ?? "missing";
  }

  async #check(
    number: number,
    commit: BatchCommit,
    { batch, file }: Extract<Loaded, { why: null }>,
    isFinal: boolean,
    missingSinceMs: number,
    known: Known | undefined,
  ): Promise<void> {
    const { rpc, deployment, log, emit, checked } = this.#context;
    const previous = await this.#previous(number);
    const facts = await readFacts(rpc, deployment, file, batch.committedAt, log, [...this.#rules.values()]);
    const { faults, accusations, unreadable } = checkBatch(previous, file, facts);
    if (previous === "missing" && accusations.length === 0) {
      // It is the one before that has to be asked for.
      const why = `batch ${number - 1}, on which it builds, is missing`;
      await this.#withheld(number, commit, { batch: null, file: null, why }, missingSinceMs, known, isFinal);
      return;
    }
    const isWrong = faults.length > 0 || accusations.length > 0;
    const kinds = [...new Set(accusations.map(({ kind }) => kind))];
    const reasons = unreadable === null ? kinds.map((kind) => FRAUD_WORDS[kind]) : [unreadable];
    const { headerHash } = commit;
    const verdict: Verdict = isWrong ? "wrong" : "right";
    const { orderCount, readingCount, fillCount } = file.header;
    emit({
      ...{ event: "batch", number, headerHash, verdict, isFinal, faults, kinds },
      words: isWrong
        ? `batch ${number} is wrong: ${reasons.join("; ") || faults.join(", ")}${outlookWords(isFinal, this.#context.challenger !== null)}`
        : `batch ${number} is right: ${orderCount} orders, ${readingCount} readings and ${fillCount / 2} trades recomputed`,
    });
    const judged: Known = { commit, verdict, missingSinceMs, tried: [] };
    this.#known.set(number, judged);
    if (!isWrong) await checked.add(number, commit);
    await this.#witness(number, file);
    if (isWrong && !isFinal) await this.#bringAll(number, batch, accusations, judged);
  }

  async #accuse(number: number, file: BatchFile, batch: CommittedBatch, known: Known): Promise<void> {
    const { rpc, deployment, log } = this.#context;
    const previous = await this.#previous(number);
    if (previous === "missing") return;
    const facts = await readFacts(rpc, deployment, file, batch.committedAt, log, [...this.#rules.values()]);
    await this.#bringAll(number, batch, checkBatch(previous, file, facts).accusations, known);
  }

  /** Brings one accusation after the other until the batch is taken back or a question is open. */
  async #bringAll(
    number: number,
    batch: CommittedBatch,
    accusations: readonly Accusation[],
    known: Known,
  ): Promise<void> {
    const { challenger, court, deployment, emit, logger } = this.#context;
    if (challenger === null) return;
    let tried = known.tried;
    for (const accusation of accusations) {
      const { kind, judge, leaf } = accusation;
      const name = nameOf(accusation, deployment.court, batch);
      if (name === null || tried.includes(name)) continue;
      const result = await bring(challenger, accusation, batch);
      // What could not be brought, as for want of money, is tried again.
      const noted = result.outcome === "postponed" ? `${name}: ${result.why}` : name;
      const isNew = !tried.includes(noted);
      if (isNew) tried = [...tried, noted];
      this.#known.set(number, { ...known, tried });
      if ("why" in result) {
        logger.warn({ number, kind, why: result.why }, "a challenge was refused");
        const words = `batch ${number}, ${kind}: ${result.why}`;
        if (isNew) emit({ event: "trouble", code: "WATCH_CHALLENGE_REFUSED", words });
        continue;
      }
      const { transactionHash } = result;
      if (leaf !== undefined) {
        const words = `asked the operator to show leaf ${leaf.index} of the ${leaf.tree} of batch ${number}`;
        emit({ event: "demanded", number, ...leaf, transactionHash, words });
        return;
      }
      this.#challenged += 1;
      const rewardMicro = String(await court.rewardOf(challenger.signer.account));
      emit({
        ...{ event: "challenged", number, kind, judge, transactionHash, rewardMicro },
        words: `took batch ${number} back: ${FRAUD_WORDS[kind]}; the operator's bond is slashed`,
      });
      return;
    }
  }

  async #withheld(
    number: number,
    commit: BatchCommit,
    { batch, why }: Extract<Loaded, { file: null }>,
    missingSinceMs: number,
    known: Known | undefined,
    isFinal: boolean,
  ): Promise<void> {
    const { emit, now, graceSeconds, challenger } = this.#context;
    if (known === undefined) {
      const hasPlan = challenger !== null && !isFinal;
      const plan = hasPlan ? planWords(graceSeconds) : outlookWords(isFinal, challenger !== null);
      const words = `batch ${number} cannot be checked: ${why}${plan}`;
      emit({
        ...{ event: "batch", number, headerHash: commit.headerHash, verdict: "withheld", isFinal },
        faults: [],
        kinds: ["withheld"],
        words,
      });
    }
    const next: Known = { commit, verdict: "withheld", missingSinceMs, tried: known?.tried ?? [] };
    this.#known.set(number, next);
    const isOverdue = now() - missingSinceMs >= 1_000 * graceSeconds;
    if (!isOverdue || isFinal || batch === null || challenger === null) return;
    // One question at a time; when it is answered and nothing else is shown, the next.
    if ((await openQuestions(challenger, batch)).length > 0) return;
    const asked = await challenger.court.askedLeaves(number);
    const questions = withheldDemand(batch.header, asked);
    if (questions.length > 0) await this.#bringAll(number, batch, questions, next);
    else if (!next.tried.includes(QUESTIONS_SPENT)) {
      this.#known.set(number, { ...next, tried: [...next.tried, QUESTIONS_SPENT] });
      emit({ event: "trouble", code: QUESTIONS_SPENT, words: spentWords(number, asked.length) });
    }
  }

  async #questions(number: number, commit: BatchCommit): Promise<void> {
    const { challenger, rpc } = this.#context;
    if (challenger === null) return;
    const header = await committedHeader(rpc, commit);
    if (header === null) return;
    const batch = { header, committedAt: commit.committedAt };
    const load = async (): Promise<BatchFile | null> => (await this.#load(commit)).file;
    if (!(await dealWithQuestions({ ...this.#context, challenger }, batch, load))) return;
    this.#challenged += 1;
    this.#known.delete(number);
  }

  /** Holds a batch's readings against all that was seen before, and has meters revoked that contradict themselves. */
  async #witness(number: number, { archive }: BatchFile): Promise<void> {
    const { challenger, emit } = this.#context;
    for (const equivocation of this.#witnessed.look(number, archive)) {
      const { leaf } = equivocation.first;
      const siteId = archive.accounts[equivocation.second.leaf.accountIndex]?.siteId ?? null;
      const transactionHash = challenger === null ? null : await revoke(challenger, equivocation);
      const { firstBatch, secondBatch } = equivocation;
      const end = challenger === null ? "without a key it is left to others to revoke it" : "it is revoked";
      emit({
        ...{ event: "equivocation", siteId, sequence: leaf.sequence, meterKeyHash: leaf.meterKeyHash },
        ...{ batches: [firstBatch, secondBatch], transactionHash },
        words: `the meter of ${siteId ?? "a stranger"} signed two different readings under number ${leaf.sequence} (batches ${firstBatch} and ${secondBatch}): ${end}`,
      });
    }
  }
}

function isSameCommit(one: BatchCommit, other: BatchCommit): boolean {
  return one.headerHash === other.headerHash && one.committedAt === other.committedAt;
}

/** What a failed round says. */
export function troubleOf(error: unknown): Extract<WatchEvent, { event: "trouble" }> {
  const code = isCommonwattError(error) ? error.code : "WATCH_FAILED";
  return { event: "trouble", code, words: messageOf(error) };
}
