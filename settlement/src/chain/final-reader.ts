import type { Account } from "@commonwatt/vpp-core";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { BlockTag, JsonRpcProvider } from "ethers";
import { chainError, isUnreachable } from "./chain-error.ts";
import { courtReader } from "./court-reader.ts";
import { escrowReader } from "./escrow-reader.ts";
import { headBlock, nodeEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";
import { type ChainBlock, readBlock } from "./read-block.ts";
import { registryReader } from "./registry-reader.ts";

/** From when on a block counts as one that stays: the chain itself says so, or so many blocks stand on it. */
export type Finality = "finalized" | number;

/** The newest block that stays. */
export type FinalBlock = Pick<ChainBlock, "number" | "timestamp">;

/**
 * Reads only what a reorganisation of the chain cannot undo any more. Every method throws CommonwattError
 * `CHAIN_UNREACHABLE` when nobody answers, and `CHAIN_NO_FINALITY` when the chain has no such block.
 */
export interface FinalReader {
  /** Whether the newest block counts at once, so that nothing has to be waited for. */
  readonly isImmediate: boolean;
  block(): Promise<FinalBlock>;
  /** Whether an account of the escrow has an index. */
  isAt(account: Account, index: number): Promise<boolean>;
  /** What an account has put in, in the token's smallest unit. */
  deposited(account: Account): Promise<bigint>;
  /** Number of the batch from which an account was recorded last. */
  settledNumber(account: Account): Promise<number>;
  isRegistered(siteId: string): Promise<boolean>;
  /** The counter below which an account's orders of a group are cancelled by a time in seconds. */
  groupCounterAt(account: Account, group: number, time: number): Promise<number>;
  /** Number of the latest final batch. */
  finalNumber(): Promise<number>;
}

/** Makes a reader of a deployment. Before its contracts stay there is nothing in them. */
export function finalReader(rpc: JsonRpcProvider, deployment: Deployment, finality: Finality): FinalReader {
  const isImmediate = finality === 0;
  const block = (): Promise<FinalBlock> => finalBlock(rpc, finality);
  let isThere = isImmediate;
  const read = async <Result>(none: Result, work: (at: BlockTag) => Promise<Result>): Promise<Result> => {
    const at = isImmediate ? "latest" : (await block()).number;
    isThere ||= await isDeployed(rpc, deployment, at);
    return isThere ? work(at) : none;
  };
  return {
    ...{ isImmediate, block },
    isAt: (account, index) => read(false, (at) => escrowReader(rpc, deployment, at).isAt(account, index)),
    deposited: (account) =>
      read(0n, async (at) => (await escrowReader(rpc, deployment, at).funds(account)).deposited),
    settledNumber: (account) => read(0, (at) => escrowReader(rpc, deployment, at).settledNumber(account)),
    isRegistered: (siteId) =>
      read(false, async (at) => (await registryReader(rpc, deployment, at).versionCount(siteId)) > 0),
    groupCounterAt: (account, group, time) =>
      read(0, (at) => registryReader(rpc, deployment, at).groupCounterAt(account, group, time)),
    finalNumber: () =>
      read(0, async (at) => (await courtReader(rpc, deployment, nodeEvents(rpc), at).progress()).finalNumber),
  };
}

async function finalBlock(rpc: JsonRpcProvider, finality: Finality): Promise<FinalBlock> {
  const tag = finality === "finalized" ? finality : Math.max(0, (await headBlock(rpc)) - finality);
  const block = await readBlock(rpc, tag).catch((error: unknown) => {
    throw isUnreachable(error) ? error : noFinality(error);
  });
  if (block === null) throw noFinality();
  return block;
}

/** The escrow is deployed last. */
async function isDeployed(rpc: JsonRpcProvider, { escrow }: Deployment, at: BlockTag): Promise<boolean> {
  const code = await rpc.getCode(escrow, at).catch((error: unknown) => {
    throw chainError(error, `looking for the contract at ${escrow}`);
  });
  return code !== "0x";
}

function noFinality(cause?: unknown): CommonwattError {
  const message = "the chain names no block as final: set `finality` to a number of blocks";
  return new CommonwattError("CHAIN_NO_FINALITY", message, { cause });
}
