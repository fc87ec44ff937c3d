import type { Account, Hex } from "@commonwatt/vpp-core";
import type { BlockTag, JsonRpcProvider } from "ethers";
import { COURT, readContract } from "./contracts.ts";
import { type CommittedBatch, committedArgument } from "./court-calls.ts";
import { type EventLog, type EventRecord, nodeEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";
import { readBlock } from "./read-block.ts";
import { receiptOf } from "./rpc.ts";

/** How far the court's batches have come. */
export interface CourtProgress {
  /** Number of the latest batch. */
  readonly head: number;
  /** Number of the latest final batch. */
  readonly finalNumber: number;
}

/** The commit of a batch. */
export interface BatchCommit {
  readonly headerHash: Hex;
  /** Time of its block, in seconds since the epoch. */
  readonly committedAt: number;
  readonly transactionHash: Hex;
}

/** A batch that was taken back, with all after it. */
export interface TakenBack {
  readonly number: number;
  readonly oldHead: number;
  readonly challenger: Account;
  /** What was shown, e.g. `overdraft`. */
  readonly kind: string;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/** A leaf that somebody asked to be shown. */
export interface LeafDemand {
  readonly number: number;
  readonly tree: number;
  readonly index: number;
  readonly demander: Account;
  readonly deadlineSeconds: number;
}

/** Reads the court. Every method throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers. */
export interface CourtReader {
  progress(): Promise<CourtProgress>;
  /** The latest commit of a number, or `null`. `knownHash` is where it was seen last, which is looked at first. */
  commitOf(number: number, knownHash: Hex | null): Promise<BatchCommit | null>;
  /** The block of a chain transaction, `null` when it is in none any more. */
  blockOf(transactionHash: Hex): Promise<{ readonly block: number | null }>;
  /** The chain transaction that made a batch final, or `null`. */
  finalizeHash(number: number): Promise<Hex | null>;
  /** When a pending batch can be made final, in seconds since the epoch; `null` while a question is open. */
  finalizableAt(batch: CommittedBatch): Promise<number | null>;
  /** What was taken back since a block, oldest first. */
  takenBack(fromBlock: number): Promise<readonly TakenBack[]>;
  /** Leaves of a number's batches that anybody ever asked for, answered or not. */
  askedLeaves(number: number): Promise<readonly Pick<LeafDemand, "tree" | "index">[]>;
  /** Open questions about a pending batch. */
  openDemands(batch: CommittedBatch): Promise<readonly LeafDemand[]>;
  bond(): Promise<bigint>;
  /** What an account was awarded and has not claimed. */
  rewardOf(account: Account): Promise<bigint>;
}

/** Where a court's events are read. */
interface CourtLogs {
  readonly rpc: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly log: EventLog;
}

/** Makes a reader of a deployed court as it is at a block; `log` is where its events are read. */
export function courtReader(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  log: EventLog = nodeEvents(rpc),
  block: BlockTag = "latest",
): CourtReader {
  const at: CourtLogs = { rpc, deployment, log };
  const read = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    readContract(rpc, COURT, deployment.court, name, args, block);
  return {
    async progress() {
      const [head, finalNumber] = await Promise.all([read("head"), read("finalNumber")]);
      return { head: Number(head), finalNumber: Number(finalNumber) };
    },
    commitOf: (number, knownHash) => commitOf(at, number, knownHash),
    async blockOf(transactionHash) {
      return { block: (await receiptOf(rpc, transactionHash))?.blockNumber ?? null };
    },
    async finalizeHash(number) {
      const last = (await logsOf(at, "BatchFinalized", [number])).at(-1);
      return (last?.transactionHash as Hex | undefined) ?? null;
    },
    async finalizableAt(batch) {
      const seconds = (await read("finalizableAt", [committedArgument(batch)])) as bigint;
      return seconds > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(seconds);
    },
    async takenBack(fromBlock) {
      return (await logsOf(at, "BatchTakenBack", [], fromBlock)).map(takenBackIn);
    },
    askedLeaves: (number) => askedLeaves(at, number),
    async openDemands(batch) {
      const { number } = batch.header;
      const demands: LeafDemand[] = [];
      for (const { tree, index } of await askedLeaves(at, number)) {
        const asked = (await read("demandOf", [committedArgument(batch), tree, index])) as {
          readonly demander: Account;
          readonly deadline: bigint;
        };
        const deadlineSeconds = Number(asked.deadline);
        if (deadlineSeconds === 0 || demands.some((one) => one.tree === tree && one.index === index))
          continue;
        demands.push({ number, tree, index, demander: asked.demander, deadlineSeconds });
      }
      return demands;
    },
    bond: async () => (await read("bond")) as bigint,
    rewardOf: async (account) => (await read("rewardOf", [account])) as bigint,
  };
}

function logsOf(
  { log, deployment }: CourtLogs,
  event: string,
  args: readonly unknown[],
  fromBlock: number = deployment.block,
): Promise<readonly EventRecord[]> {
  const topics = COURT.abi.encodeFilterTopics(event, [...args]);
  return log.events(deployment.court, topics, fromBlock);
}

async function askedLeaves(
  at: CourtLogs,
  number: number,
): Promise<readonly Pick<LeafDemand, "tree" | "index">[]> {
  return (await logsOf(at, "LeafDemanded", [number])).map(({ topics, data }) => {
    const event = COURT.abi.parseLog({ topics, data });
    return { tree: Number(event?.args["tree"]), index: Number(event?.args["index"]) };
  });
}

async function commitOf(at: CourtLogs, number: number, knownHash: Hex | null): Promise<BatchCommit | null> {
  const receipt = knownHash === null ? null : await receiptOf(at.rpc, knownHash);
  if (receipt?.succeeded) {
    const found = await commitIn(at, receipt.logs, number, receipt.blockNumber, receipt.transactionHash);
    if (found !== null) return found;
  }
  const last = (await logsOf(at, "BatchCommitted", [number])).at(-1);
  if (last === undefined) return null;
  return commitIn(at, [last], number, last.blockNumber, last.transactionHash as Hex);
}

async function commitIn(
  { rpc }: CourtLogs,
  logs: readonly Pick<EventRecord, "topics" | "data">[],
  number: number,
  blockNumber: number,
  transactionHash: Hex,
): Promise<BatchCommit | null> {
  for (const { topics, data } of logs) {
    const event = COURT.abi.parseLog({ topics, data });
    if (event?.name !== "BatchCommitted" || Number(event.args["number"]) !== number) continue;
    const block = await readBlock(rpc, blockNumber);
    if (block === null) return null;
    const headerHash = event.args["headerHash"] as Hex;
    return { headerHash, committedAt: block.timestamp, transactionHash };
  }
  return null;
}

function takenBackIn(log: EventRecord): TakenBack {
  const event = COURT.abi.parseLog(log);
  return {
    number: Number(event?.args["number"]),
    oldHead: Number(event?.args["oldHead"]),
    challenger: event?.args["challenger"] as Account,
    kind: textOf(event?.args["kind"] as Hex),
    blockNumber: log.blockNumber,
    transactionHash: log.transactionHash as Hex,
  };
}

/** A short text in 32 bytes. */
function textOf(word: Hex): string {
  return Buffer.from(word.slice(2), "hex").toString("utf8").replace(/\0+$/, "");
}
