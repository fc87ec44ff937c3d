import { CommonwattError, type Hex, isCommonwattError, type OutboxEntry } from "@commonwatt/vpp-core";
import { broadcast, type OutboxContext, waitForReceipt } from "./broadcast.ts";
import { type ChainReceipt, nonceOf, receiptOf } from "./rpc.ts";
import { type ContractCall, signCall } from "./sign-call.ts";
import type { ChainSigner } from "./signer.ts";

/** Tries of one call before somebody has to look at it. */
const MOST_ATTEMPTS = 20;

/** Something that must happen on the chain exactly once. */
export interface OutboxCall extends ContractCall {
  /** What it does, e.g. `commit:12`. */
  readonly key: string;
  /** Who sends it. */
  readonly sender: ChainSigner;
  /** Whether the chain's own state shows that it has happened, whoever made it happen. */
  readonly done: () => Promise<boolean>;
}

/** What became of a call. */
export interface OutboxResult {
  /** `null` when it had happened by a chain transaction that we do not know. */
  readonly transactionHash: Hex | null;
  /** `null` when there was no need to send it. */
  readonly receipt: ChainReceipt | null;
}

/** Sends calls so that each reaches the chain once, whatever is killed, lost or repeated meanwhile. */
export interface Outbox {
  /**
   * Waits until the call is in a block. Repeating it, also after a restart, is harmless.
   * @throws CommonwattError `CHAIN_CALL_REVERTED` when the contract refuses it and it has not happened,
   * `CHAIN_REFUSED` when the node does, as for a sender that cannot pay.
   */
  submit(call: OutboxCall): Promise<OutboxResult>;
}

/** Makes an outbox; all senders' calls go one after another, each sender's in a row of its own. */
export function createOutbox(context: OutboxContext): Outbox {
  const rows = new Map<string, Promise<unknown>>();
  return {
    submit(call) {
      const sender = call.sender.account;
      const before = rows.get(sender) ?? Promise.resolve();
      const result = before.then(() => deliver(context, call, sender));
      rows.set(
        sender,
        result.catch(() => undefined),
      );
      return result;
    },
  };
}

async function deliver(context: OutboxContext, call: OutboxCall, sender: string): Promise<OutboxResult> {
  const { patience, logger, signal } = context;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    signal.throwIfAborted();
    const entry = await currentEntry(context, call, sender);
    const landed = await landedResult(context, call, entry);
    if (landed !== null) return landed;
    try {
      const sent = await send(context, call, sender, entry);
      const receipt = await waitForReceipt(context, sent, call.sender);
      if (receipt?.succeeded) {
        await context.store.confirm(sent.key);
        return { transactionHash: receipt.transactionHash, receipt };
      }
      logger.warn({ key: call.key, attempt }, "a chain transaction did not do its work; trying again");
    } catch (error) {
      // A contract refuses what has happened already: then the next look finds it done.
      const refused = isCommonwattError(error, "CHAIN_CALL_REVERTED") && !signal.aborted;
      if (!refused || !(await patience.until(call.done))) throw error;
    }
  }
  throw new CommonwattError(
    "CHAIN_GIVEN_UP",
    `${call.key} did not reach the chain in ${MOST_ATTEMPTS} tries`,
    {
      details: { key: call.key },
    },
  );
}

/**
 * The entry a call goes by. A chain that lost a confirmed one (it went back) gets the same bytes again; if
 * they cannot be used any more, the next key of the row does: `commit:12`, `commit:12~2`, …
 */
async function currentEntry(
  { store, rpc, patience }: OutboxContext,
  call: OutboxCall,
  sender: string,
): Promise<OutboxEntry | { readonly key: string }> {
  for (let generation = 1; ; generation++) {
    const key = generation === 1 ? call.key : `${call.key}~${generation}`;
    const entry = await store.byKey(key);
    if (entry === null) return { key };
    if (entry.sender !== sender) continue;
    if (entry.status !== "confirmed") return entry;
    const { transactionHash, nonce } = entry;
    if ((await patience.until(() => receiptOf(rpc, transactionHash)))?.succeeded) return entry;
    if (nonce === (await patience.until(() => nonceOf(rpc, sender)))) return entry;
  }
}

async function landedResult(
  context: OutboxContext,
  call: OutboxCall,
  entry: OutboxEntry | { readonly key: string },
): Promise<OutboxResult | null> {
  const landed = await landedEntry(context, entry);
  if (landed !== null) return landed;
  if (!(await context.patience.until(call.done))) return null;
  // Its block may have come between the two questions.
  return (await landedEntry(context, entry)) ?? { transactionHash: null, receipt: null };
}

/** What became of a call by a chain transaction of ours, and notes it. */
async function landedEntry(
  { store, rpc, patience }: OutboxContext,
  entry: OutboxEntry | { readonly key: string },
): Promise<OutboxResult | null> {
  if (!("transactionHash" in entry)) return null;
  const { key, transactionHash } = entry;
  const receipt = await patience.until(() => receiptOf(rpc, transactionHash));
  if (!receipt?.succeeded) return null;
  await store.confirm(key);
  return { transactionHash, receipt };
}

/** Sends what was signed before when it can still be used, and signs anew otherwise. Store first, then send. */
async function send(
  context: OutboxContext,
  call: OutboxCall,
  sender: string,
  entry: OutboxEntry | { readonly key: string },
): Promise<OutboxEntry> {
  const { rpc, store, patience, feeCapWei } = context;
  await flushOthers(context, call, sender, entry.key);
  const nonce = await patience.until(() => nonceOf(rpc, sender));
  if ("rawTransaction" in entry && entry.nonce === nonce) {
    await broadcast(context, entry);
    return entry;
  }
  const signed = await patience.until(() => signCall(rpc, call.sender, call, nonce, null, feeCapWei));
  const fresh: OutboxEntry = { key: entry.key, sender, nonce, ...signed, status: "pending" };
  await store.put(fresh);
  await broadcast(context, fresh);
  return fresh;
}

/**
 * What an earlier life of this sender left on its way goes first: it holds the next nonces. What got there without
 * that life hearing of it is noted.
 */
async function flushOthers(
  context: OutboxContext,
  call: OutboxCall,
  sender: string,
  key: string,
): Promise<void> {
  const { rpc, store, patience } = context;
  const others = (await store.pending())
    .filter((entry) => entry.sender === sender && entry.key !== key)
    .toSorted((a, b) => a.nonce - b.nonce);
  for (const entry of others) {
    const nonce = await patience.until(() => nonceOf(rpc, sender));
    if (entry.nonce > nonce) continue;
    if (entry.nonce === nonce) await broadcast(context, entry);
    const receipt =
      entry.nonce === nonce
        ? await waitForReceipt(context, entry, call.sender)
        : await patience.until(() => receiptOf(rpc, entry.transactionHash));
    if (receipt?.succeeded) await store.confirm(entry.key);
  }
}
