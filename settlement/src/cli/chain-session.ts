import {
  type Account,
  CommonwattError,
  createLogger,
  stopRequest,
  systemClock,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { type CompiledContract, callData } from "../chain/contracts.ts";
import { type CourtReader, courtReader } from "../chain/court-reader.ts";
import { type EscrowReader, escrowReader } from "../chain/escrow-reader.ts";
import { signerFrom } from "../chain/key-source.ts";
import type { Deployment } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { patientOutbox } from "../chain/patient-outbox.ts";
import { type RegistryReader, registryReader } from "../chain/registry-reader.ts";
import type { ChainReceipt, JsonRpcProvider } from "../chain/rpc.ts";
import { weiOfGwei } from "../chain/sign-call.ts";
import { type BatchSource, sourceAt } from "../watch/batch-source.ts";
import { onDeployedChain } from "./deployed-chain.ts";
import { type KeyOptions, keySourceOf, type Program, withKeyOptions } from "./key-options.ts";
import { inPlainWords } from "./refusal-words.ts";

/** What every command is told that does one thing on the chain. */
export interface SessionOptions extends KeyOptions {
  readonly rpc: string;
  readonly source?: readonly string[];
  readonly manifest?: string;
  readonly maxFeeGwei?: number;
  readonly json?: boolean;
}

/** A chain with a community's contracts, and somebody who may call them. */
export interface ChainSession {
  readonly rpc: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly court: CourtReader;
  readonly escrow: EscrowReader;
  readonly registry: RegistryReader;
  readonly sources: readonly BatchSource[];
  /** Who calls. @throws CommonwattError `USAGE_KEY` without a key. */
  account(): Account;
  /** Calls a contract and waits for its block. @throws CommonwattError `CHAIN_CALL_REVERTED` in plain words. */
  call(
    contract: CompiledContract,
    to: Account,
    name: string,
    args: readonly unknown[],
  ): Promise<ChainReceipt>;
}

/** Adds the options of {@link SessionOptions} to a command. */
export function withSessionOptions(command: Program): Program {
  return withKeyOptions(command)
    .requiredOption("--rpc <urls>", "JSON-RPC endpoint, or several of one chain, separated by commas")
    .option("--source <places...>", "where archives are: the operator's API, or folders of archives")
    .option("--manifest <file>", "the deployment's manifest (asked of the API)")
    .option("--max-fee-gwei <n>", "the most that is offered for a unit of gas", wholeNumber(1, 1e9))
    .option("--json", "print NDJSON; the last line is the summary");
}

/** Opens a session, does one thing in it and prints what came of it: a line of words, or the summary as JSON. */
export async function inSession(
  options: SessionOptions,
  work: (session: ChainSession) => Promise<{ readonly words: string } & Readonly<Record<string, unknown>>>,
): Promise<void> {
  await onDeployedChain(options, async ({ rpc, deployment }) => {
    const result = await work(await sessionOn(options, rpc, deployment));
    const text = (_name: string, value: unknown): unknown =>
      typeof value === "bigint" ? value.toString() : value;
    const line = options.json === true ? JSON.stringify({ event: "summary", ...result }, text) : result.words;
    process.stdout.write(`${line}\n`);
  });
}

async function sessionOn(
  options: SessionOptions,
  rpc: JsonRpcProvider,
  deployment: Deployment,
): Promise<ChainSession> {
  const source = keySourceOf(options);
  const signer = source === null ? null : await signerFrom(source);
  const sender = (): NonNullable<typeof signer> => {
    if (signer !== null) return signer;
    throw new CommonwattError("USAGE_KEY", "this needs a key: --key-env, --key-file or --signer");
  };
  const logger = createLogger("warn", options.json === true);
  const signal = stopRequest(process, process.stdout);
  const wallClock = systemClock;
  const feeCapWei = options.maxFeeGwei === undefined ? null : weiOfGwei(options.maxFeeGwei);
  const store = memoryOutbox();
  const outbox = patientOutbox({ rpc, store, wallClock, logger, signal, feeCapWei });
  return {
    ...{ rpc, deployment, court: courtReader(rpc, deployment), escrow: escrowReader(rpc, deployment) },
    registry: registryReader(rpc, deployment),
    sources: (options.source ?? []).map(sourceAt),
    account: () => sender().account,
    async call(contract, to, name, args) {
      const data = callData(contract, name, args);
      // Done once, by this process alone: whether it happened before, the contract itself says.
      const done = async (): Promise<boolean> => false;
      const key = `${name}:${store.entries.length}`;
      try {
        const { receipt } = await outbox.submit({ key, sender: sender(), to, data, done });
        if (receipt !== null) return receipt;
      } catch (error) {
        throw inPlainWords(contract, error);
      }
      throw new CommonwattError("CHAIN_GIVEN_UP", `${name} did not reach the chain`);
    },
  };
}
