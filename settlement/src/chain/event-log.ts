import type { Account } from "@commonwatt/vpp-core";
import type { JsonRpcProvider, Log } from "ethers";
import { chainError } from "./chain-error.ts";

/** An event's place in a block and what it says; the parts of ethers' own log that matter here. */
export type EventRecord = Pick<Log, "address" | "data" | "blockNumber" | "transactionHash" | "index"> & {
  readonly topics: readonly string[];
};

/** Topics of a filter: `null` is anything, a list is any of it. */
export type TopicFilter = readonly (string | readonly string[] | null)[];

/** Where events of contracts are read. */
export interface EventLog {
  /** Events of a contract from a block on, oldest first. @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`. */
  events(address: Account, topics: TopicFilter, fromBlock: number): Promise<readonly EventRecord[]>;
}

/** The longest range of blocks that a node was found to answer for. */
const rangesAllowed = new WeakMap<JsonRpcProvider, number>();

/** Reads events from the node each time. */
export function nodeEvents(rpc: JsonRpcProvider): EventLog {
  return {
    async events(address, topics, fromBlock) {
      return readEvents(rpc, [address], topics, fromBlock, await headBlock(rpc));
    },
  };
}

/** Number of the latest block. */
export async function headBlock(rpc: JsonRpcProvider): Promise<number> {
  return rpc.getBlockNumber().catch((error: unknown) => {
    throw chainError(error, "reading the latest block's number");
  });
}

/**
 * Reads events of a range of blocks, in as many parts as the node wants: most nodes limit the length of a range or of
 * an answer, each with a code and words of its own. A range that is refused is halved, down to a single block.
 */
export async function readEvents(
  rpc: JsonRpcProvider,
  addresses: readonly Account[],
  topics: TopicFilter,
  fromBlock: number,
  toBlock: number,
): Promise<readonly EventRecord[]> {
  const found: EventRecord[] = [];
  let length = rangesAllowed.get(rpc) ?? Number.POSITIVE_INFINITY;
  for (let from = fromBlock; from <= toBlock; ) {
    const to = Math.min(toBlock, from + length - 1);
    try {
      const filter = { address: [...addresses], fromBlock: from, toBlock: to };
      found.push(...(await rpc.getLogs({ ...filter, topics: mutable(topics) })));
    } catch (cause) {
      const error = chainError(cause, `looking for events in blocks ${from} to ${to}`);
      if (error.code !== "CHAIN_REFUSED" || from === to) throw error;
      length = Math.ceil((to - from + 1) / 2);
      rangesAllowed.set(rpc, length);
      continue;
    }
    from = to + 1;
  }
  return found;
}

function mutable(topics: TopicFilter): (string | string[] | null)[] {
  return topics.map((topic) => (topic === null || typeof topic === "string" ? topic : [...topic]));
}
