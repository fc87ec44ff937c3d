import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { getAddress, Transaction, type TransactionLike, toQuantity, Wallet } from "ethers";
import { endpointName, post, whyUnreachable } from "./endpoints.ts";

/** A chain transaction that is complete but for its signature (EIP-1559). */
export interface UnsignedTransaction {
  readonly chainId: bigint;
  readonly nonce: number;
  /** `null` deploys a contract. */
  readonly to: string | null;
  readonly data: Hex;
  readonly gasLimit: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** Signs chain transactions for one account. Where the key is, is its own affair. */
export interface ChainSigner {
  readonly account: Account;
  /** The signed bytes. @throws CommonwattError `SIGNER_UNREACHABLE` or `SIGNER_REFUSED`. */
  readonly sign: (transaction: UnsignedTransaction) => Promise<Hex>;
}

/** The account that a private key controls. */
export function accountOfKey(key: Hex): Account {
  return new Wallet(key).address as Account;
}

/** Signs with a key that this process has. */
export function keySigner(key: Hex): ChainSigner {
  const wallet = new Wallet(key);
  return {
    account: wallet.address as Account,
    sign: async (transaction) => (await wallet.signTransaction(typed(transaction))) as Hex,
  };
}

/**
 * Lets another program sign, over `eth_signTransaction` as Web3Signer and Clef have it. What comes back is
 * taken only when it is what was asked for, signed by `account`.
 */
export function externalSigner(url: string, account: Account): ChainSigner {
  return {
    account,
    async sign(transaction) {
      const { chainId, nonce, to, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = transaction;
      const asked = {
        ...{ from: account, data, value: "0x0", nonce: toQuantity(nonce), gas: toQuantity(gasLimit) },
        maxFeePerGas: toQuantity(maxFeePerGas),
        maxPriorityFeePerGas: toQuantity(maxPriorityFeePerGas),
        chainId: toQuantity(chainId),
        ...(to === null ? {} : { to }),
      };
      const answer = await post(url, {
        ...{ jsonrpc: "2.0", id: 1, method: "eth_signTransaction", params: [asked] },
      } as const).catch((error: unknown) => {
        const message = `the signer does not answer: ${whyUnreachable(error)}`;
        throw new CommonwattError("SIGNER_UNREACHABLE", message, { retryable: true, cause: error });
      });
      if ("error" in answer) throw refused(url, String(answer.error.message));
      return checkedBytes(url, answer.result, transaction, account);
    },
  };
}

function checkedBytes(url: string, result: unknown, wanted: UnsignedTransaction, account: Account): Hex {
  const raw = typeof result === "object" && result !== null && "raw" in result ? result.raw : result;
  let signed: Transaction;
  try {
    signed = Transaction.from(String(raw));
  } catch (cause) {
    throw refused(url, "what it answers is no signed transaction", cause);
  }
  const expected = Transaction.from(typed(wanted));
  if (signed.unsignedHash === expected.unsignedHash && signed.from === getAddress(account)) {
    return signed.serialized as Hex;
  }
  throw refused(url, "it signed something else, or with another key");
}

function typed(transaction: UnsignedTransaction): TransactionLike<string> {
  return { type: 2, value: 0n, ...transaction };
}

function refused(url: string, why: string, cause?: unknown): CommonwattError {
  return new CommonwattError("SIGNER_REFUSED", `the signer at ${endpointName(url)}: ${why}`, { cause });
}
