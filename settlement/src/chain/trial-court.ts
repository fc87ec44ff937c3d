import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  CommonwattError,
  durationMs,
  type Hex,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { getCreateAddress, type JsonRpcProvider, Wallet, ZeroAddress } from "ethers";
import { type BatchHeader, hashHeader } from "../batch/batch-header.ts";
import { keccak256 } from "../hash/keccak.ts";
import { encodeWords } from "../hash/words.ts";
import type { Accusation } from "../proofs/accusation.ts";
import { startAnvil } from "./anvil-process.ts";
import { chainError } from "./chain-error.ts";
import {
  COURT,
  type CompiledContract,
  callData,
  deploymentData,
  ESCROW,
  JUDGES,
  REGISTRY,
  readContract,
  TOKEN,
} from "./contracts.ts";
import type { CommittedBatch } from "./court-calls.ts";
import { accusationData, argument } from "./judge-calls.ts";
import { connectRpc, receiptOf } from "./rpc.ts";

/** The chain of a trial: nobody else's. */
const TRIAL_CHAIN_ID = 31_338;
const OPERATOR = `0x${"0a".repeat(20)}` as Account;
const CHALLENGER = `0x${"0c".repeat(20)}` as Account;
const WEALTH = 10n ** 24n;
const BOND = 10n ** 12n;
const DEMAND_BOND = 1_000n;
const RING_SIZE = 16;
/** More storage slots than the court has variables. */
const VARIABLES = 64;
/** How far ahead the register wants changes, in seconds. */
const NOTICE = 3_600;
/** How often, and how far apart, a receipt is looked for. */
const RECEIPT_LOOKS = 2_000;
const RECEIPT_PAUSE_MS = 5;
const NO_DEADLINE = (1n << 64n) - 1n;
/**
 * Seconds. A chain that goes back to a snapshot keeps its clock, so the window is long enough for any number of
 * questions, and a response is due at once. A withdrawal locks ten minutes after it was asked for.
 */
const TERMS = {
  challengeWindow: 100_000_000,
  responseTime: 1,
  withdrawalDelay: 100_000_602,
  silenceLimit: 1_000_000_000,
};

/** Contracts on a chain of their own, with a clock that is set, where accusations are tried. */
export interface TrialCourt {
  readonly court: Account;
  readonly registry: Account;
  /** An account that holds tokens. */
  readonly transferer: Account;
  /** The time of the latest block, in seconds. */
  now(): Promise<number>;
  /** Sends from any account, without its key; fails unless it succeeds. */
  send(from: Account, contract: CompiledContract, name: string, args: readonly unknown[]): Promise<Sent>;
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

/** A transaction of a trial. */
export interface Sent {
  readonly blockNumber: number;
  readonly gasUsed: number;
  readonly contractAddress: Account | null;
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
    return { ...(await deployTrial(rpc, community, rulesHash)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function deployTrial(
  rpc: JsonRpcProvider,
  community: Hex,
  rulesHash: Hex,
): Promise<Omit<TrialCourt, "close">> {
  const create = async (contract: CompiledContract, args: readonly unknown[]): Promise<Account> => {
    const { contractAddress } = await sendRaw(rpc, { from: OPERATOR, data: deploymentData(contract, args) });
    if (contractAddress === null) throw new CommonwattError("ESCROW_MISSING", "nothing was deployed");
    return contractAddress;
  };
  const token = await create(TOKEN, ["Trial", "TRY"]);
  const registry = await create(REGISTRY, [OPERATOR, NOTICE]);
  const judges = new Map<string, Account>();
  for (const [name, judge] of Object.entries(JUDGES)) judges.set(name, await create(judge, []));
  const nonce = Number(await rpc.send("eth_getTransactionCount", [OPERATOR, "latest"]));
  const escrow = getCreateAddress({ from: OPERATOR, nonce: nonce + 1 }) as Account;
  const court = await create(COURT, [
    {
      ...{ community, token, escrow, registry, rulesHash, operator: OPERATOR, ringSize: RING_SIZE },
      ...{ guardian: ZeroAddress, governance: ZeroAddress, ...TERMS, pauseLimit: 0 },
      ...{ minimumBond: BOND, demandBond: DEMAND_BOND, demandLimit: 8, judges: [...judges.values()] },
    },
  ]);
  await create(ESCROW, [court]);
  const address = new Map<CompiledContract, Account>([
    ...([
      [COURT, court],
      [ESCROW, escrow],
      [REGISTRY, registry],
      [TOKEN, token],
    ] as const),
  ]);
  const send: TrialCourt["send"] = (from, contract, name, args) =>
    sendRaw(rpc, { from, to: address.get(contract) ?? court, data: callData(contract, name, args) });
  for (const account of [OPERATOR, CHALLENGER]) {
    await send(OPERATOR, TOKEN, "mint", [account, WEALTH]);
    for (const spender of [court, escrow]) await send(account, TOKEN, "approve", [spender, WEALTH]);
  }
  await send(OPERATOR, COURT, "depositBond", [BOND]);
  const now = async (): Promise<number> =>
    Number((await rpc.send("eth_getBlockByNumber", ["latest", false])).timestamp);
  let ring: number | null = null;
  let beforeLast: Record<Hex, Hex> = {};
  const commit: TrialCourt["commit"] = async (header, previousCommittedAt) => {
    const before = await variablesOf(rpc, court);
    const { gasUsed } = await send(OPERATOR, COURT, "commit", [argument(header), previousCommittedAt]);
    const committed = { header, committedAt: await now() };
    ring = await findRing(rpc, court, committed);
    beforeLast = before;
    return { ...committed, gasUsed };
  };
  const place = (batch: CommittedBatch): { readonly slot: Hex; readonly word: Hex } => {
    if (ring === null) throw new CommonwattError("ESCROW_MISSING", "no batch was committed yet");
    return { slot: slotOf(batch, ring), word: wordOf(batch) };
  };
  return {
    ...{ court, registry, transferer: CHALLENGER, now, send, commit },
    setTime: (seconds) => rpc.send("evm_setNextBlockTimestamp", [seconds]),
    async deposit(account, amount) {
      await fund(rpc, account);
      await send(OPERATOR, ESCROW, "deposit", [account, amount]);
    },
    async register({ siteKey, ownerKey, meterKey, importMaxW, exportMaxW, signWithMeter }) {
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
    },
    async refuses(header, previousCommittedAt) {
      const args = [argument(header), previousCommittedAt];
      const call = { from: OPERATOR, to: court, data: callData(COURT, "commit", args) };
      return !(await succeeds(rpc, [call, "latest", { [court]: { stateDiff: beforeLast } }]));
    },
    async accepts(accusation, batch) {
      const { slot, word } = place(batch);
      const to = judges.get(accusation.judge);
      const call = { from: CHALLENGER, to, data: accusationData(accusation, court, batch) };
      return succeeds(rpc, [call, "latest", { [court]: { stateDiff: { [slot]: word } } }]);
    },
    async fallsUnanswered(accusation, batch) {
      const { slot, word } = place(batch);
      const snapshot = await rpc.send("evm_snapshot", []);
      try {
        await rpc.send("anvil_setStorageAt", [court, slot, word]);
        await sendRaw(rpc, { from: CHALLENGER, to: court, data: accusationData(accusation, court, batch) });
        await rpc.send("evm_setNextBlockTimestamp", [(await now()) + TERMS.responseTime + 1]);
        const [, tree, index] = [...accusation.arguments(court, batch)];
        await send(CHALLENGER, COURT, "claimUnanswered", [argument(batch), tree, index]);
        return Number(await readContract(rpc, COURT, court, "head")) < batch.header.number;
      } catch (error) {
        if (error instanceof CommonwattError && error.code === "CHAIN_CALL_REVERTED") return false;
        throw error;
      } finally {
        await rpc.send("evm_revert", [snapshot]);
      }
    },
  };
}

async function fund(rpc: JsonRpcProvider, account: Account): Promise<void> {
  await rpc.send("anvil_setBalance", [account, `0x${WEALTH.toString(16)}`]);
}

async function sendRaw(rpc: JsonRpcProvider, transaction: object): Promise<Sent> {
  let hash: Hex;
  try {
    hash = await rpc.send("eth_sendTransaction", [{ ...transaction, gas: "0x1000000" }]);
  } catch (error) {
    throw chainError(error, "sending in a trial");
  }
  // The node answers before its block is made.
  let receipt = await receiptOf(rpc, hash);
  for (let look = 0; receipt === null && look < RECEIPT_LOOKS; look++) {
    await sleep(systemClock, durationMs(RECEIPT_PAUSE_MS), new AbortController().signal);
    receipt = await receiptOf(rpc, hash);
  }
  if (receipt?.succeeded !== true) {
    throw new CommonwattError("CHAIN_CALL_REVERTED", "a transaction of the trial reverted", {
      details: { hash },
    });
  }
  return receipt;
}

/** Whether an `eth_call` goes through. */
async function succeeds(rpc: JsonRpcProvider, params: unknown[]): Promise<boolean> {
  try {
    await rpc.send("eth_call", params);
    return true;
  } catch (error) {
    const { code } = chainError(error, "trying a call");
    if (code === "CHAIN_CALL_REVERTED") return false;
    throw error;
  }
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
