import { CommonwattError, type ErrorDetails, isCommonwattError } from "@commonwatt/vpp-core";
import { isCallException, isError } from "ethers";

/** What may come back from the chain in place of an answer. */
export type ChainErrorCode = "CHAIN_UNREACHABLE" | "CHAIN_CALL_REVERTED" | "CHAIN_REFUSED";

/** Codes of the machine's network layer, as Node names them. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
]);

/**
 * Turns whatever ethers or the network threw into one of three: nobody answers (worth another try), the
 * contract says no (with its error's name in `details.reason`), or the node refuses.
 */
export function chainError(error: unknown, doing: string): CommonwattError<ChainErrorCode> {
  if (isCommonwattError(error)) return error as CommonwattError<ChainErrorCode>;
  if (isUnreachable(error)) {
    return make("CHAIN_UNREACHABLE", `the chain does not answer: ${doing}`, error, true);
  }
  if (isCallException(error)) {
    const reason = error.revert?.name ?? error.reason ?? error.data ?? "unknown";
    return make("CHAIN_CALL_REVERTED", `the contract refuses: ${doing}: ${reason}`, error, false, { reason });
  }
  // Here ethers' message would hold the whole signed transaction.
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    const why = "whoever sends it has not enough to pay for gas";
    return make("CHAIN_REFUSED", `the node refuses: ${doing}: ${why}`, error, false);
  }
  const message = error instanceof Error ? error.message : String(error);
  return make("CHAIN_REFUSED", `the node refuses: ${doing}: ${message}`, error, false);
}

/** Whether nobody answered, so that the same call may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (isCommonwattError(error)) return error.code === "CHAIN_UNREACHABLE";
  if (isError(error, "NETWORK_ERROR") || isError(error, "TIMEOUT") || isError(error, "SERVER_ERROR"))
    return true;
  return error instanceof Error && "code" in error && NETWORK_CODES.has(String(error.code));
}

function make(
  code: ChainErrorCode,
  message: string,
  cause: unknown,
  retryable: boolean,
  details: ErrorDetails = {},
): CommonwattError<ChainErrorCode> {
  return new CommonwattError(code, message, { cause, retryable, details });
}
