import {
  type Clock,
  durationMs,
  type Hex,
  isCommonwattError,
  type Logger,
  messageOf,
  type OutboxEntry,
  type OutboxStore,
  sleep,
} from "@commonwatt/vpp-core";
import { isError, type JsonRpcProvider, Transaction } from "ethers";
import { chainError, isUnreachable } from "./chain-error.ts";
import type { Patience } from "./patience.ts";
import { type ChainReceipt, nonceOf, receiptOf } from "./rpc.ts";
import { signCall } from "./sign-call.ts";
import type { ChainSigner } from "./signer.ts";

/** How long to wait for a block before a call is sent again with a higher fee. */
const BUMP_AFTER_MS = 30_000;
/** How often a call that is in no block is handed to the node again, which may have lost it. */
const REBROADCAST_AFTER_MS = 2_000;
const FIRST_POLL_MS = 15;
const LONGEST_POLL_MS = 1_000;

/** What an outbox needs. */
export interface OutboxContext {
  readonly rpc: JsonRpcProvider;
  readonly store: OutboxStore;
  readonly patience: Patience;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** The most that is offered for a unit of gas; `null` for whatever it takes. */
  readonly feeCapWei: bigint | null;
}

/**
 * Hands signed bytes to the node. A node that knows them already, or is past their nonce, is no failure:
 * the receipt tells.
 * @throws CommonwattError `CHAIN_REFUSED` when the sender cannot pay.
 */
export async function broadcast({ rpc, patience, logger }: OutboxContext, entry: OutboxEntry): Promise<void> {
  await patience.until(async () => {
    try {
      await rpc.send("eth_sendRawTransaction", [entry.rawTransaction]);
    } catch (error) {
      if (isUnreachable(error) || isError(error, "INSUFFICIENT_FUNDS")) {
        throw chainError(error, `sending ${entry.key}`);
      }
      logger.debug(
        { key: entry.key, message: messageOf(error) },
        "the node did not take a chain transaction",
      );
    }
  });
}

/**
 * Waits until an entry, or one with a higher fee that replaces it after half a minute, is in a block.
 * `null` when its nonce went to something else or is not due (the chain went back): look again then. A node can count a
 * nonce as used a moment before it has the receipt, so that is believed when it still says so after a pause.
 */
export async function waitForReceipt(
  context: OutboxContext,
  first: OutboxEntry,
  sender: ChainSigner,
): Promise<ChainReceipt | null> {
  const { rpc, patience, wallClock, signal } = context;
  const tried = [first];
  let entry = first;
  let signedAtMs = wallClock.now();
  let sentAtMs = signedAtMs;
  let wasOther = false;
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_POLL_MS)) {
    const nonce = await patience.until(() => nonceOf(rpc, entry.sender));
    for (const { transactionHash } of tried) {
      const receipt = await patience.until(() => receiptOf(rpc, transactionHash));
      if (receipt !== null) return receipt;
    }
    const isOther = nonce !== entry.nonce;
    if (isOther && wasOther) return null;
    wasOther = isOther;
    const nowMs = wallClock.now();
    if (!isOther && nowMs - signedAtMs > BUMP_AFTER_MS) {
      entry = await bump(context, entry, sender);
      tried.push(entry);
      signedAtMs = nowMs;
    }
    if (!isOther && nowMs - sentAtMs > REBROADCAST_AFTER_MS) {
      await broadcast(context, entry);
      sentAtMs = nowMs;
    }
    await sleep(wallClock, durationMs(pauseMs), signal);
  }
}

/**
 * The same call under the same nonce with a higher fee; the store marks the earlier entry as replaced. Where
 * the cap allows no higher one, the earlier goes on waiting.
 */
async function bump(context: OutboxContext, entry: OutboxEntry, sender: ChainSigner): Promise<OutboxEntry> {
  const { rpc, store, patience, feeCapWei, logger } = context;
  const { to, data } = Transaction.from(entry.rawTransaction);
  const call = { to, data: data as Hex };
  const signed = await patience.until(async () => {
    try {
      return await signCall(rpc, sender, call, entry.nonce, entry.rawTransaction, feeCapWei);
    } catch (error) {
      if (!isCommonwattError(error, "CHAIN_FEE_CAP")) throw error;
      logger.warn({ key: entry.key, code: error.code }, error.message);
      return null;
    }
  });
  if (signed === null) return entry;
  const replacement: OutboxEntry = { ...entry, ...signed, status: "pending" };
  await store.put(replacement);
  return replacement;
}
