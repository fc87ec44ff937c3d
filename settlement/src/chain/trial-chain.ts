import {
  type Account,
  CommonwattError,
  durationMs,
  type Hex,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { chainError } from "./chain-error.ts";
import { receiptOf } from "./rpc.ts";

const FOR_GAS = 10n ** 24n;
/** How often, and how far apart, a receipt is looked for: a minute, since a busy machine can be that slow. */
const RECEIPT_LOOKS = 12_000;
const RECEIPT_PAUSE_MS = 5;

/** A transaction of a trial. */
export interface Sent {
  readonly blockNumber: number;
  readonly gasUsed: number;
  readonly contractAddress: Account | null;
}

/** Gives an account money for gas. */
export async function fund(rpc: JsonRpcProvider, account: Account): Promise<void> {
  await rpc.send("anvil_setBalance", [account, `0x${FOR_GAS.toString(16)}`]);
}

/**
 * Sends without a key and waits for the receipt.
 * @throws CommonwattError `CHAIN_CALL_REVERTED` when the transaction does not succeed, `CHAIN_UNREACHABLE` when it does not
 * come into a block: then nobody knows whether it would have.
 */
export async function sendRaw(rpc: JsonRpcProvider, transaction: object): Promise<Sent> {
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
  if (receipt === null) {
    throw new CommonwattError("CHAIN_UNREACHABLE", "no block came for a transaction of the trial", {
      retryable: true,
      details: { hash },
    });
  }
  if (!receipt.succeeded) {
    throw new CommonwattError("CHAIN_CALL_REVERTED", "a transaction of the trial reverted", {
      details: { hash },
    });
  }
  return receipt;
}

/** Whether an `eth_call` goes through. */
export async function succeeds(rpc: JsonRpcProvider, params: unknown[]): Promise<boolean> {
  try {
    await rpc.send("eth_call", params);
    return true;
  } catch (error) {
    const { code } = chainError(error, "trying a call");
    if (code === "CHAIN_CALL_REVERTED") return false;
    throw error;
  }
}
