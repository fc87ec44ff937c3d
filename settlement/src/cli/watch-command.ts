import { join } from "node:path";
import {
  type Account,
  createLogger,
  durationMs,
  type Logger,
  sleep,
  stopRequest,
  systemClock,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { type CourtReader, courtReader } from "../chain/court-reader.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { hasGas } from "../chain/gas.ts";
import { signerFrom } from "../chain/key-source.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { patientOutbox } from "../chain/patient-outbox.ts";
import { registryReader } from "../chain/registry-reader.ts";
import type { JsonRpcProvider } from "../chain/rpc.ts";
import { sourceAt } from "../watch/batch-source.ts";
import type { ChallengeContext } from "../watch/challenge.ts";
import { checkedBatches } from "../watch/checked-batches.ts";
import { keptEvents } from "../watch/kept-events.ts";
import type { WatchEvent } from "../watch/watch-event.ts";
import { NO_REWARD, type Reward } from "../watch/watch-summary.ts";
import { troubleOf, Watcher } from "../watch/watcher.ts";
import { onDeployedChain } from "./deployed-chain.ts";
import { amountText } from "./escrow-amount.ts";
import { type KeyOptions, keySourceOf, type Program, withKeyOptions } from "./key-options.ts";

const SECONDS_MAX = 30 * 24 * 3_600;
/** How often a watcher looks, unless told: eight times in a window, and every half minute at least. */
const LOOKS_PER_WINDOW = 8;
const LONGEST_PAUSE_SECONDS = 30;

interface WatchOptions extends KeyOptions {
  readonly rpc: string;
  readonly source: readonly string[];
  readonly manifest?: string;
  readonly data: string;
  readonly from?: number;
  readonly every?: number;
  readonly grace?: number;
  readonly answer?: boolean;
  readonly dryRun?: boolean;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Adds `commonwatt watch`: recomputes every batch and challenges the wrong ones. */
export function registerWatch(program: Program): void {
  const command = program
    .command("watch")
    .summary("recompute every batch of a community and challenge wrong ones")
    .description(
      "Reads a community's batches from the chain, fetches what each was made from, recomputes it from signed orders " +
        "and readings alone, and takes a wrong batch back before it is final. Needs nothing of the operator but the " +
        "archives, and asks the court for what is withheld. Without a key it only looks.",
    )
    .requiredOption("--rpc <urls>", "JSON-RPC endpoint, or several of one chain, separated by commas")
    .requiredOption("--source <places...>", "where archives are: the operator's API, or folders of archives")
    .option("--manifest <file>", "the deployment's manifest (asked of the API)")
    .option("--data <folder>", "where archives are kept, by their hash", "commonwatt-watch")
    .option(
      "--from <number>",
      "first batch to look at (where an earlier watch ended, or the oldest that can be challenged)",
      wholeNumber(1, 2 ** 31),
    )
    .option("--every <seconds>", "how often to look", wholeNumber(1, SECONDS_MAX))
    .option(
      "--grace <seconds>",
      "how long an archive may be missing before it is demanded (a quarter of the window)",
      wholeNumber(0, SECONDS_MAX),
    )
    .option("--answer", "answer questions for the operator, from the kept archives")
    .option("--dry-run", "challenge nothing, only say what would be challenged")
    .option("--once", "look once and end; exit code 1 when something is wrong")
    .option("--json", "print NDJSON; the last line is the summary");
  withKeyOptions(command).action(async (options: WatchOptions) => {
    process.exitCode = await watch(options);
  });
}

async function watch(options: WatchOptions): Promise<number> {
  const json = options.json === true;
  const logger = createLogger("error", json);
  const print = (event: WatchEvent): void => {
    process.stdout.write(json ? `${JSON.stringify(event)}\n` : `${textOf(event)}\n`);
  };
  const signal = stopRequest(process, process.stdout);
  return await onDeployedChain(options, async ({ rpc, chainId, deployment }) => {
    const log = keptEvents(rpc, deployment, join(options.data, "events.ndjson"));
    const court = courtReader(rpc, deployment, log);
    const challenger = await challengerOf(options, rpc, { deployment, court }, logger, signal, print);
    const checked = await checkedBatches(join(options.data, "right.txt"), deployment);
    const { head, finalNumber } = await court.progress();
    const sources = options.source.map(sourceAt);
    const { challengeWindowSeconds: window } = deployment.terms;
    const nanoPerUnit = await escrowReader(rpc, deployment).nanoPerUnit();
    const watcher = new Watcher(
      {
        ...{ rpc, deployment, court, log, checked, sources, challenger, logger, emit: print },
        archives: join(options.data, "archives"),
        answers: options.answer === true,
        graceSeconds: options.grace ?? window / 4,
        now: () => systemClock.now(),
      },
      options.from ?? Math.min(checked.next ?? finalNumber + 1, finalNumber + 1),
    );
    const account = challenger?.signer.account ?? null;
    print({
      ...{ event: "watching", court: deployment.court, chainId, head, finalNumber, account },
      sources: sources.map(({ name }) => name),
      words: `watching the court ${deployment.court}: ${head} batches, ${finalNumber} of them final; ${
        account === null ? "only looking" : `challenging as ${account}`
      }`,
    });
    const every = options.every ?? Math.max(1, Math.min(LONGEST_PAUSE_SECONDS, window / LOOKS_PER_WINDOW));
    await rounds(watcher, options.once === true, every, signal, print);
    const summary = watcher.summary(
      account === null ? NO_REWARD : await rewardTo(account, court, nanoPerUnit),
    );
    print(summary);
    return options.once === true && summary.right < summary.batches ? 1 : 0;
  });
}

async function rounds(
  watcher: Watcher,
  once: boolean,
  everySeconds: number,
  signal: AbortSignal,
  print: (event: WatchEvent) => void,
): Promise<void> {
  if (once) {
    await watcher.round();
    return;
  }
  let told = "";
  while (!signal.aborted) {
    const trouble = await watcher.round().then(
      () => null,
      (error: unknown) => troubleOf(error),
    );
    // The same trouble is told once, however long it lasts.
    if (trouble !== null && trouble.words !== told && !signal.aborted) print(trouble);
    told = trouble?.words ?? "";
    await sleep(systemClock, durationMs(1_000 * everySeconds), signal).catch(() => undefined);
  }
}

/** What a watcher was awarded; a chain that is away takes nothing from the rest of what it says. */
async function rewardTo(account: Account, court: CourtReader, nanoPerUnit: bigint): Promise<Reward> {
  const reward = await court.rewardOf(account).catch(() => null);
  if (reward === null) return { rewardMicro: null, words: "reward unknown: the chain does not answer" };
  return { rewardMicro: reward.toString(), words: `reward ${amountText(reward, nanoPerUnit)}` };
}

async function challengerOf(
  options: WatchOptions,
  rpc: JsonRpcProvider,
  { deployment, court }: Pick<ChallengeContext, "deployment" | "court">,
  logger: Logger,
  signal: AbortSignal,
  print: (event: WatchEvent) => void,
): Promise<ChallengeContext | null> {
  const source = keySourceOf(options);
  if (source === null || options.dryRun === true) return null;
  const signer = await signerFrom(source);
  const { account } = signer;
  if (!(await hasGas(rpc, account))) {
    const words = `${account} has nothing to pay gas from: until it has, it can challenge nothing`;
    print({ event: "trouble", code: "WATCH_GAS_MISSING", words });
  }
  const wallClock = systemClock;
  const emit = (event: { readonly kind: string; readonly message?: string }): void => {
    if (event.message !== undefined) print({ event: "trouble", code: event.kind, words: event.message });
  };
  const store = memoryOutbox();
  const outbox = patientOutbox({ rpc, store, wallClock, logger, signal, feeCapWei: null, emit });
  const [escrow, registry] = [escrowReader(rpc, deployment), registryReader(rpc, deployment)];
  return { deployment, court, escrow, registry, outbox, signer, wallClock };
}

function textOf(event: WatchEvent): string {
  const link =
    "transactionHash" in event && event.transactionHash !== null ? `  ${event.transactionHash}` : "";
  return `${event.event === "trouble" ? "! " : ""}${event.words}${link}`;
}
