import { CommonwattError, type Hex } from "@commonwatt/vpp-core";
import type { BlockTag, JsonRpcProvider } from "ethers";
import { chainError } from "./chain-error.ts";

/** A block of the chain, as far as it matters here. */
export interface ChainBlock {
  readonly number: number;
  /** As long as it is the same, so are the block and all before it. */
  readonly hash: Hex;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** Gas of everything in it. */
  readonly gasUsed: number;
}

/**
 * A block by its number or by what nodes call it; `null` for one that the node does not know, or not any more.
 * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`.
 */
export async function readBlock(rpc: JsonRpcProvider, tag: BlockTag): Promise<ChainBlock | null> {
  const block = await rpc.getBlock(tag).catch((error: unknown) => {
    throw chainError(error, `reading block ${tag}`);
  });
  if (block === null || block.hash === null) return null;
  const { number, hash, timestamp, gasUsed } = block;
  return { number, hash: hash as Hex, timestamp, gasUsed: Number(gasUsed) };
}

/**
 * The time of a block that something was read of, in seconds since the epoch.
 * @throws CommonwattError `CHAIN_REFUSED`, `CHAIN_UNREACHABLE`: also, retryable, when the node does not know the block any
 * more. Nothing that depends on a time may be decided without it.
 */
export async function blockTime(rpc: JsonRpcProvider, number: number): Promise<number> {
  const block = await readBlock(rpc, number);
  if (block !== null) return block.timestamp;
  throw new CommonwattError("CHAIN_UNREACHABLE", `the node does not know block ${number} any more`, {
    retryable: true,
  });
}
