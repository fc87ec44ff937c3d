import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { type JsonRpcProvider, Wallet } from "ethers";
import { type BatchHeader, hashHeader } from "../batch/batch-header.ts";
import { keccak256 } from "../hash/keccak.ts";
import { encodeWords } from "../hash/words.ts";
import type { Accusation } from "../proofs/accusation.ts";
import { startAnvil } from "./anvil-process.ts";
import { COURT, callData, ESCROW, REGISTRY, readContract } from "./contracts.ts";
import type { CommittedBatch } from "./court-calls.ts";
import {
  CHALLENGER,
  deployTrial,
  OPERATOR,
  RING_SIZE,
  TERMS,
  type TrialContracts,
  type TrialSend,
} from "./deploy-trial.ts";
import { accusationData, argument } from "./judge-calls.ts";
import { connectRpc } from "./rpc.ts";
import { fund, sendRaw, succeeds } from "./trial-chain.ts";

/** The chain of a trial: nobody else's. */
export const TRIAL_CHAIN_ID = 31_338;
/** More storage slots than the court has variables. */
const VARIABLES = 64;
const NO_DEADLINE = (1n << 64n) - 1n;

/** Contracts on a chain of their own, with a clock that is set, where accusations are tried. */
export interface TrialCourt {
  readonly court: Account;
  readonly registry: Account;
  /** An account that holds tokens. */
  readonly transferer: Account;
  /** The time of the latest block, in seconds. */
  now(): Promise<number>;
  /** Sends from any account, without its key; fails unless it succeeds. */
  readonly send: TrialSend;
  /** Sets the time of the next block. */
  setTime(seconds: number): Promise<void>;
  /** Opens an account with a deposit of tokens, in the smallest unit. */
  deposit(account: Account, amount: bigint): Promise<void>;
  /** Registers a site from the beginning of time; owner and meter sign. */
  register(site: TrialSite): Promise<void>;
  /** Commits a batch for real. */
  commit(
    header: BatchHeader,
    previousCommittedAt: number,
  ): Promise<CommittedBatch & { readonly gasUsed: number }>;
  /** Whether the court would refuse to commit a header in place of the last one. */
  refuses(header: BatchHeader, previousCommittedAt: number): Promise<boolean>;
  /** Whether a judge takes the batch back that an accusation is about; the real court decides with it. */
  accepts(accusation: Accusation, batch: CommittedBatch): Promise<boolean>;
  /** Asks for a leaf, lets the time pass and has the batch taken back for it; then all is as before. */
  fallsUnanswered(accusation: Accusation, batch: CommittedBatch): Promise<boolean>;
  close(): Promise<void>;
}

/** A site as a trial registers it. */
export interface TrialSite {
  readonly siteKey: Hex;
  readonly ownerKey: Hex;
  readonly meterKey: Hex;
  readonly importMaxW: number;
  readonly exportMaxW: number;
  /** Signs 32 bytes with the meter's key. */
  readonly signWithMeter: (digest: Hex) => Hex;
}

/** Starts a chain and deploys everything. */
export async function openTrialCourt(community: Hex, rulesHash: Hex): Promise<TrialCourt> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-trial-"));
  const anvil = await startAnvil(directory, TRIAL_CHAIN_ID, 0);
  const rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, TRIAL_CHAIN_ID);
  const close = async (): Promise<void> => {
    rpc.destroy();
    await anvil.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await rpc.send("anvil_autoImpersonateAccount", [true]);
    for (const account of [OPERATOR, CHALLENGER]) await fund(rpc, account);
    return { ...trialOf(rpc, await deployTrial(rpc, community, rulesHash)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a trial knows of how its court remembers batches. */
interface CourtMemory {
  /** The variable that holds the ring of headers; `null` before a batch was committed. */
  ring: number | null;
  /** The court's variables before the last batch. */
  beforeLast: Record<Hex, Hex>;
}

function trialOf(rpc: JsonRpcProvider, contracts: TrialContracts): Omit<TrialCourt, "close"> {
  const { court, registry, judges, send } = contracts;
  const memory: CourtMemory = { ring: null, beforeLast: {} };
  return {
    ...{ court, registry, transferer: CHALLENGER, send },
    now: () => timeOf(rpc),
    setTime: (seconds) => rpc.send("evm_setNextBlockTimestamp", [seconds]),
    async deposit(account, amount) {
      await fund(rpc, account);
      await send(OPERATOR, ESCROW, "deposit", [account, amount]);
    },
    register: (site) => registerSite(rpc, contracts, site),
    commit: (header, previousCommittedAt) =>
      commitBatch(rpc, contracts, memory, [header, previousCommittedAt]),
    async refuses(header, previousCommittedAt) {
      const args = [argument(header), previousCommittedAt];
      const call = { from: OPERATOR, to: court, data: callData(COURT, "commit", args) };
      return !(await succeeds(rpc, [call, "latest", { [court]: { stateDiff: memory.beforeLast } }]));
    },
    async accepts(accusation, batch) {
      const { slot, word } = placeOf(batch, memory);
      const to = judges.get(accusation.judge);
      const call = { from: CHALLENGER, to, data: accusationData(accusation, court, batch) };
      return succeeds(rpc, [call, "latest", { [court]: { stateDiff: { [slot]: word } } }]);
    },
    async fallsUnanswered(accusation, batch) {
      const { slot, word } = placeOf(batch, memory);
      const snapshot = await rpc.send("evm_snapshot", []);
      try {
        await rpc.send("anvil_setStorageAt", [court, slot, word]);
        return await isTakenBackUnanswered(rpc, contracts, accusation, batch);
      } catch (error) {
        if (error instanceof CommonwattError && error.code === "CHAIN_CALL_REVERTED") return false;
        throw error;
      } finally {
        await rpc.send("evm_revert", [snapshot]);
      }
    },
  };
}

async function timeOf(rpc: JsonRpcProvider): Promise<number> {
  return Number((await rpc.send("eth_getBlockByNumber", ["latest", false])).timestamp);
}

async function registerSite(
  rpc: JsonRpcProvider,
  { registry, send }: TrialContracts,
  { siteKey, ownerKey, meterKey, importMaxW, exportMaxW, signWithMeter }: TrialSite,
): Promise<void> {
  const owner = new Wallet(ownerKey);
  const key = { kind: 1, x: `0x${meterKey.slice(4, 68)}`, y: `0x${meterKey.slice(68)}` };
  const limits = { importMaxW, exportMaxW };
  const version = { owner: owner.address, meterKey: key, ...limits, feeder: siteKey, since: 1 };
  const record = [siteKey, version, 0, NO_DEADLINE];
  const digest = (await readContract(rpc, REGISTRY, registry, "recordDigest", record)) as Hex;
  const signatures = {
    owner: owner.signingKey.sign(digest).serialized,
    newOwner: "0x",
    meter: signWithMeter(digest),
  };
  await send(OPERATOR, REGISTRY, "register", [siteKey, version, NO_DEADLINE, signatures]);
}

/** Commits, and remembers how the court was before and where it keeps the batch. */
async function commitBatch(
  rpc: JsonRpcProvider,
  { court, send }: TrialContracts,
  memory: CourtMemory,
  [header, previousCommittedAt]: Parameters<TrialCourt["commit"]>,
): ReturnType<TrialCourt["commit"]> {
  const before = await variablesOf(rpc, court);
  const { gasUsed } = await send(OPERATOR, COURT, "commit", [argument(header), previousCommittedAt]);
  const committed = { header, committedAt: await timeOf(rpc) };
  memory.ring = await findRing(rpc, court, committed);
  memory.beforeLast = before;
  return { ...committed, gasUsed };
}

/** Asks for a leaf, lets the time pass and claims; whether the court's head fell behind the batch. */
async function isTakenBackUnanswered(
  rpc: JsonRpcProvider,
  { court, send }: TrialContracts,
  accusation: Accusation,
  batch: CommittedBatch,
): Promise<boolean> {
  await sendRaw(rpc, { from: CHALLENGER, to: court, data: accusationData(accusation, court, batch) });
  await rpc.send("evm_setNextBlockTimestamp", [(await timeOf(rpc)) + TERMS.responseTime + 1]);
  const [, tree, index] = [...accusation.arguments(court, batch)];
  await send(CHALLENGER, COURT, "claimUnanswered", [argument(batch), tree, index]);
  return Number(await readContract(rpc, COURT, court, "head")) < batch.header.number;
}

/** Where the court would remember a batch, and as what. */
function placeOf(batch: CommittedBatch, { ring }: CourtMemory): { readonly slot: Hex; readonly word: Hex } {
  if (ring === null) throw new CommonwattError("ESCROW_MISSING", "no batch was committed yet");
  return { slot: slotOf(batch, ring), word: wordOf(batch) };
}

/** What the court has in its variables, beside what is in its maps. */
async function variablesOf(rpc: JsonRpcProvider, court: Account): Promise<Record<Hex, Hex>> {
  const words: Record<Hex, Hex> = {};
  for (let variable = 0; variable < VARIABLES; variable++) {
    const slot = encodeWords(variable);
    words[slot] = await rpc.send("eth_getStorageAt", [court, slot, "latest"]);
  }
  return words;
}

/** Where the court keeps its ring of headers among its variables: found, not assumed. */
async function findRing(rpc: JsonRpcProvider, court: Account, batch: CommittedBatch): Promise<number> {
  for (let variable = 0; variable < VARIABLES; variable++) {
    const word = await rpc.send("eth_getStorageAt", [court, slotOf(batch, variable), "latest"]);
    if (word === wordOf(batch)) return variable;
  }
  throw new CommonwattError("ESCROW_MISSING", "the court does not remember its batch");
}

function slotOf({ header }: CommittedBatch, ring: number): Hex {
  return keccak256(encodeWords(header.number % RING_SIZE, ring));
}

function wordOf({ header, committedAt }: CommittedBatch): Hex {
  return keccak256(encodeWords(hashHeader(header), committedAt));
}
