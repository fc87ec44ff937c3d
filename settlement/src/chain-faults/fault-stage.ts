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
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { silent } from "../testing/street.ts";
import { type FaultyProxy, faultyProxy } from "./faulty-proxy.ts";
import type { OperatorInit, OperatorStep } from "./operator-process.ts";

/** Homes of the operator's street. */
export const HOMES = 3;
/** What the operator pays for a unit of gas at most. */
export const MAX_FEE_GWEI = 50;
/** Every chain transaction of a run is counted in the end. */
const BLOCKS_KEPT = 100_000;
const NODE_DOWN_MS = 500;

/** A node behind a proxy, a database, and what an operator that uses both has said. */
export interface FaultStage {
  readonly random: Random;
  readonly store: Store;
  readonly proxy: FaultyProxy;
  /** The operator's folder. */
  readonly directory: string;
  /** How often each fault was done. */
  readonly faults: Map<string, number>;
  /** Intervals that the operator said were settled. */
  readonly settled: Set<number>;
  /** Number of the last interval that operators are to settle. */
  target: number;
  count(fault: string): void;
  /** Does something on the node itself, past the proxy. */
  onNode<Result>(work: (rpc: JsonRpcProvider) => Promise<Result>): Promise<Result>;
  /** Ends the node as a power cut does, and starts it again from what it had written. */
  restartNode(): Promise<void>;
  startOperator(dieAt: string | null): Promise<Operator>;
  close(): Promise<void>;
}

/** An operator's life. */
export interface Operator {
  readonly child: ChildService<null>;
  readonly started: Promise<void>;
  /** Everything it was to settle is paid. Rejects when it said that it failed. */
  readonly drained: Promise<void>;
  /** Settles when it says that the chain is `unreachable`, or `reachable` again. */
  heard(kind: "unreachable" | "reachable"): Promise<void>;
}

/** Starts database, node and proxy. */
export async function openFaultStage(seed: number): Promise<FaultStage> {
  const root = await mkdtemp(join(tmpdir(), "commonwatt-chain-faults-"));
  const [chainFolder, directory] = [join(root, "chain"), join(root, "operator")];
  for (const folder of [chainFolder, directory]) await mkdir(folder, { recursive: true });
  const postgres = await startEmbeddedPostgres(join(root, "postgres"));
  const random = seededRandom(seed);
  let anvil = await startNode(chainFolder, 0);
  const { port } = anvil;
  const proxy = await faultyProxy(port, random);
  const { connectionString } = postgres;
  const store = await openPostgresStore({
    ...{ connectionString, logger: silent, wallClock: systemClock, spoolDirectory: join(root, "spool") },
  });
  const init = {
    ...{ rpcUrl: `http://127.0.0.1:${proxy.port}`, databaseUrl: connectionString, directory },
    ...{ homes: HOMES, maxFeeGwei: MAX_FEE_GWEI },
  };
  const [faults, settled] = [new Map<string, number>(), new Set<number>()];
  const stage: FaultStage = {
    ...{ random, store, proxy, directory, faults, settled, target: 0 },
    count: (fault) => void faults.set(fault, (faults.get(fault) ?? 0) + 1),
    async onNode(work) {
      const rpc = connectRpc(`http://127.0.0.1:${port}`, DEV_CHAIN_ID);
      return work(rpc).finally(() => rpc.destroy());
    },
    async restartNode() {
      process.kill(anvil.processId, "SIGKILL");
      await anvil.exited;
      await sleep(systemClock, durationMs(NODE_DOWN_MS));
      await prepareChainState(chainFolder);
      anvil = await startNode(chainFolder, port);
    },
    startOperator: (dieAt) => startOperator({ ...init, intervals: stage.target, dieAt }, settled),
    async close() {
      await store.close();
      await proxy.close();
      await anvil.stop();
      await postgres.stop();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return stage;
}

function startNode(folder: string, port: number): Promise<AnvilProcess> {
  return startAnvil(folder, DEV_CHAIN_ID, port, BLOCKS_KEPT);
}

async function startOperator(init: OperatorInit, settled: Set<number>): Promise<Operator> {
  const [started, drained] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const away = { unreachable: Promise.withResolvers<void>(), reachable: Promise.withResolvers<void>() };
  drained.promise.catch(() => undefined);
  const entry = new URL("./operator-process.ts", import.meta.url);
  const child = await startChild<OperatorInit, null>("operator", entry, init, {
    onMessage: (message) => {
      const step = message as OperatorStep;
      if (step.step === "started") started.resolve();
      else if (step.step === "drained") drained.resolve();
      else if (step.step === "settled") settled.add(step.number);
      else if (step.step === "failed") drained.reject(new Error(step.message));
      else if (step.step === "chain" && step.kind in away) away[step.kind as keyof typeof away].resolve();
    },
  });
  return {
    ...{ child, started: started.promise, drained: drained.promise },
    heard: (kind) => away[kind].promise,
  };
}
