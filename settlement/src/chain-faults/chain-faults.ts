import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChildService,
  durationMs,
  openPostgresStore,
  type Random,
  type Store,
  seededRandom,
  sleep,
  startChild,
  startEmbeddedPostgres,
  systemClock,
} from "@commonwatt/vpp-core";
import { type AnvilProcess, startAnvil } from "../chain/anvil-process.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { prepareChainState } from "../chain/dev-chain-state.ts";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { connectRpc } from "../chain/rpc.ts";
import { silent } from "../testing/street.ts";
import { type BooksOfFaults, compareFaultBooks } from "./compare-fault-books.ts";
import { type FaultyProxy, faultyProxy, WIRE_FAULTS } from "./faulty-proxy.ts";
import { feeSpike, reorganise, stuckNonce } from "./node-faults.ts";
import type { OperatorInit, OperatorStep } from "./operator-process.ts";

const HOMES = 3;
const MAX_FEE_GWEI = 50;
/** How long a round's fault may last, and how long its operator may take to be up. */
const FAULT_MS = 2_500;
const START_MS = 45_000;
const END_MS = 240_000;
/** Anvil writes its state this often, and a little more. */
const STATE_WRITTEN_MS = 2_500;

/** What a round does to the node. */
type NodeFault = "node-killed" | "reorganisation" | "fee-spike" | "stuck-nonce";
const NODE_FAULTS: readonly NodeFault[] = ["reorganisation", "fee-spike", "stuck-nonce", "node-killed"];

/** What the test came to. */
export interface ChainFaultsResult extends BooksOfFaults {
  readonly kills: number;
  /** How often each fault was done. */
  readonly faults: Readonly<Record<string, number>>;
  /** What the outbox held when the operator was killed, and how often. */
  readonly gaps: Readonly<Record<string, number>>;
}

/** Options of {@link chainFaults}. */
export interface ChainFaultsOptions {
  readonly kills: number;
  readonly intervals: number;
  readonly seed: number;
  readonly onRound: (round: { readonly round: number; readonly fault: string; readonly gap: string }) => void;
}

interface Stage {
  readonly directory: string;
  readonly random: Random;
  readonly store: Store;
  readonly proxy: FaultyProxy;
  readonly init: OperatorInit;
  readonly faults: Map<string, number>;
  readonly settled: Set<number>;
  anvil: AnvilProcess;
}

/**
 * Runs an operator against a real node behind a proxy that breaks what goes over it, does to the node what
 * nodes do, kills the operator at random moments, and then compares what database and chain say.
 */
export async function chainFaults(options: ChainFaultsOptions): Promise<ChainFaultsResult> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-chain-faults-"));
  const postgres = await startEmbeddedPostgres(join(directory, "postgres"));
  const random = seededRandom(options.seed);
  const chainFolder = join(directory, "chain");
  await mkdir(chainFolder, { recursive: true });
  const anvil = await startAnvil(chainFolder, DEV_CHAIN_ID, 0);
  const proxy = await faultyProxy(anvil.port, random);
  const spoolDirectory = join(directory, "spool");
  const store = await openPostgresStore({
    ...{
      connectionString: postgres.connectionString,
      logger: silent,
      wallClock: systemClock,
      spoolDirectory,
    },
  });
  const operatorFolder = join(directory, "operator");
  await mkdir(operatorFolder, { recursive: true });
  const init: OperatorInit = {
    ...{ rpcUrl: `http://127.0.0.1:${proxy.port}`, databaseUrl: postgres.connectionString },
    ...{ directory: operatorFolder, intervals: options.intervals, homes: HOMES, maxFeeGwei: MAX_FEE_GWEI },
  };
  const faults = new Map<string, number>();
  const stage: Stage = { directory, random, store, proxy, init, faults, settled: new Set(), anvil };
  try {
    const gaps = new Map<string, number>();
    for (let round = 0; round < options.kills; round++) {
      const fault = await runRound(stage, round);
      const gap = await gapOf(stage);
      gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
      options.onRound({ round: round + 1, fault, gap });
    }
    await finish(stage);
    const deployment = await readManifest(manifestPath(operatorFolder));
    const rpc = connectRpc(`http://127.0.0.1:${stage.anvil.port}`, DEV_CHAIN_ID);
    const books = await compareFaultBooks(rpc, deployment, store, stage.settled, HOMES);
    rpc.destroy();
    const wire = Object.entries(proxy.done);
    return {
      ...{ kills: options.kills, ...books, gaps: Object.fromEntries(gaps) },
      faults: { ...Object.fromEntries(stage.faults), ...Object.fromEntries(wire) },
    };
  } finally {
    await store.close();
    await proxy.close();
    await stage.anvil.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** An operator's life: it comes up, something breaks, and at some moment it is killed. */
async function runRound(stage: Stage, round: number): Promise<string> {
  const { random, proxy } = stage;
  const wire = WIRE_FAULTS[round % WIRE_FAULTS.length] ?? "status-500";
  const isWireRound = round % 2 === 1;
  const node = NODE_FAULTS[Math.floor(round / 2) % NODE_FAULTS.length] ?? "node-killed";
  // The first life is let up in peace, so that there is a deployment to break.
  if (isWireRound && round > 1) proxy.set(wire, 4);
  const { child, started } = await startOperator(stage);
  await Promise.race([started, sleep(systemClock, durationMs(START_MS))]);
  if (round === 0) await sleep(systemClock, durationMs(STATE_WRITTEN_MS));
  if (isWireRound) proxy.set(wire, 4);
  const breaking = isWireRound ? Promise.resolve() : breakNode(stage, node);
  // Sometimes the operator outlives what broke, and sometimes it does not.
  if (random.integer(0, 1) === 1) await breaking;
  await sleep(systemClock, durationMs(random.integer(0, FAULT_MS)));
  process.kill(child.processId, "SIGKILL");
  await child.exited;
  await breaking;
  proxy.set(null, 1);
  return isWireRound ? wire : node;
}

async function breakNode(stage: Stage, fault: NodeFault): Promise<void> {
  const { faults, anvil } = stage;
  const count = (): void => void faults.set(fault, (faults.get(fault) ?? 0) + 1);
  if (fault !== "reorganisation") count();
  if (fault === "node-killed") {
    process.kill(anvil.processId, "SIGKILL");
    await anvil.exited;
    await sleep(systemClock, durationMs(500));
    const folder = join(stage.directory, "chain");
    await prepareChainState(folder);
    stage.anvil = await startAnvil(folder, DEV_CHAIN_ID, anvil.port);
    return;
  }
  const rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, DEV_CHAIN_ID);
  try {
    const operator = (await readManifest(manifestPath(stage.init.directory)))?.terms.operator;
    if (fault === "reorganisation") {
      if (await reorganise(rpc)) count();
    } else if (fault === "fee-spike") await feeSpike(rpc, 2 * MAX_FEE_GWEI);
    else if (operator !== undefined) await stuckNonce(rpc, operator);
  } finally {
    rpc.destroy();
  }
}

async function startOperator(stage: Stage): Promise<{
  readonly child: ChildService<null>;
  readonly started: Promise<void>;
  readonly drained: Promise<void>;
}> {
  const started = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const child = await startChild<OperatorInit, null>(
    "operator",
    new URL("./operator-process.ts", import.meta.url),
    stage.init,
    {
      onMessage: (message) => {
        const step = message as OperatorStep;
        if (step.step === "started") started.resolve();
        if (step.step === "drained") drained.resolve();
        if (step.step === "settled") stage.settled.add(step.number);
        if (step.step === "failed") drained.reject(new Error(step.message));
      },
    },
  );
  drained.promise.catch(() => undefined);
  return { child, started: started.promise, drained: drained.promise };
}

/** The last life, in which nothing breaks: everything that was under way comes to its end. */
async function finish(stage: Stage): Promise<void> {
  stage.proxy.set(null, 1);
  const { child, drained } = await startOperator(stage);
  const tooLong = sleep(systemClock, durationMs(END_MS)).then(() => {
    throw new Error(`the operator did not come to an end in ${END_MS / 1_000} s: ${child.output()}`);
  });
  await Promise.race([drained, tooLong]);
  await child.stop();
}

/** What the outbox held as the operator was killed: the gap between two steps that was hit. */
async function gapOf({ store }: Stage): Promise<string> {
  const pending = await store.outbox.pending();
  const names = [...new Set(pending.map(({ key }) => key.split(":")[0] ?? ""))].toSorted();
  if (names.length > 0) return `signed and not confirmed: ${names.join(", ")}`;
  const unfinished = await store.batches.unfinished();
  const states = [...new Set(unfinished.map(({ status }) => status))].toSorted();
  return states.length > 0 ? `between steps of a batch that was ${states.join(" or ")}` : "idle";
}
