import {
  CommonwattError,
  durationMs,
  isCommonwattError,
  messageOf,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { isUnreachable } from "./chain-error.ts";

/** How long one call to a node may take, its whole answer included. */
const REQUEST_TIMEOUT_MS = 10_000;
/**
 * Pauses before all are asked once more: a lost packet must not spoil work that takes a hundred questions. Not when
 * they took long to fail: who is silent stays silent.
 */
const AGAIN_AFTER_MS = [50, 200];
const FAILED_FAST_MS = 2_000;
/** What a node says that has answered too much lately (EIP-1474: limit exceeded). */
const LIMIT_EXCEEDED = -32_005;

/** Statuses that come with a sound refusal: some nodes say so in HTTP, too (QuickNode has 413 for a range too large). */
const ANSWERING_STATUS = [400, 413];

/** One call as JSON-RPC 2.0 has it. */
export interface RpcPayload {
  readonly jsonrpc: "2.0";
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** An answer: a result, or an error that the node itself gave. */
export type RpcAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: number; readonly message: string } };

/** Nodes of one chain, of which any will do. */
export interface Endpoints {
  /**
   * Asks the node that answered last, and when it fails the others in turn; all of them up to three times when they
   * fail fast.
   * @throws CommonwattError `CHAIN_UNREACHABLE` when none gives a sound answer.
   */
  ask(payload: RpcPayload): Promise<RpcAnswer>;
}

/**
 * Makes one door to several nodes. `chainId` is asked of each before it is used the first time.
 * @throws CommonwattError `CHAIN_OTHER` from `ask` when a node serves another chain.
 */
export function endpoints(urls: readonly string[], chainId: number): Endpoints {
  const known = new Set<string>();
  let current = 0;
  const askOne = async (url: string, payload: RpcPayload): Promise<RpcAnswer> => {
    if (!known.has(url)) {
      await expectChain(url, chainId);
      known.add(url);
    }
    return post(url, payload);
  };
  const askEach = async (payload: RpcPayload): Promise<RpcAnswer> => {
    const failures: string[] = [];
    const first = current;
    for (let turn = 0; turn < urls.length; turn++) {
      const at = (first + turn) % urls.length;
      const url = urls[at];
      if (url === undefined) continue;
      try {
        const answer = await askOne(url, payload);
        current = at;
        return answer;
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        failures.push(whyUnreachable(error));
      }
    }
    throw unreachable(failures.join("; "));
  };
  return {
    async ask(payload) {
      const beganMs = systemClock.now();
      for (const pauseMs of AGAIN_AFTER_MS) {
        try {
          return await askEach(payload);
        } catch (error) {
          if (!isUnreachable(error) || systemClock.now() - beganMs > FAILED_FAST_MS) throw error;
        }
        await sleep(systemClock, durationMs(pauseMs));
      }
      return askEach(payload);
    },
  };
}

/**
 * The chain of the node that answers first.
 * @throws CommonwattError `CHAIN_UNREACHABLE` or `CHAIN_REFUSED`, as the first node said, when none does.
 */
export async function chainIdOfAny(urls: readonly string[]): Promise<number> {
  return Promise.any(urls.map(chainIdOf)).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error;
  });
}

/** Asks a node which chain it serves. @throws CommonwattError `CHAIN_UNREACHABLE` or `CHAIN_REFUSED`. */
export async function chainIdOf(url: string): Promise<number> {
  const answer = await post(url, { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const chainId = "result" in answer ? Number(answer.result) : Number.NaN;
  if (Number.isSafeInteger(chainId) && chainId > 0) return chainId;
  throw new CommonwattError("CHAIN_REFUSED", `${endpointName(url)} names no chain id`);
}

async function expectChain(url: string, chainId: number): Promise<void> {
  const found = await chainIdOf(url);
  if (found === chainId) return;
  throw new CommonwattError(
    "CHAIN_OTHER",
    `${endpointName(url)} serves chain ${found}, expected ${chainId}`,
    {
      details: { found, expected: chainId },
    },
  );
}

/** What may be said of an address: no path and no password, since both can hold a key. */
export function endpointName(url: string): string {
  return URL.parse(url)?.origin ?? "the node";
}

/**
 * One question over HTTP. Whatever is no sound JSON-RPC answer to it counts as none: another status, a
 * connection cut off, half an answer, other JSON, the answer to something else.
 */
export async function post(url: string, payload: RpcPayload): Promise<RpcAnswer> {
  const { address, headers } = withoutPassword(url);
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!reply.ok && !ANSWERING_STATUS.includes(reply.status)) throw new Error(`status ${reply.status}`);
    const answer: unknown = JSON.parse(await reply.text());
    if (!isAnswerTo(payload, answer)) throw new Error("no JSON-RPC answer");
    if (!reply.ok && !("error" in answer)) throw new Error(`status ${reply.status}`);
    if ("error" in answer && isBusy(payload, answer.error)) throw new Error(answer.error.message);
    return answer;
  } catch (error) {
    throw unreachable(`${endpointName(url)}: ${reasonOf(error)}`, error);
  }
}

/**
 * Whether a node has answered too much lately, so that another one is to be asked. Several have the same code for a
 * range of events that is too large (Infura, Besu): that is an answer, to ask for less.
 */
function isBusy({ method }: RpcPayload, { code, message }: { code: number; message: string }): boolean {
  if (code !== LIMIT_EXCEEDED) return false;
  return method !== "eth_getLogs" || /rate|second|too many requests/i.test(message);
}

function isAnswerTo({ id }: RpcPayload, answer: unknown): answer is RpcAnswer {
  if (typeof answer !== "object" || answer === null || !("id" in answer) || answer.id !== id) return false;
  if ("error" in answer) return typeof answer.error === "object" && answer.error !== null;
  return "result" in answer;
}

/** `fetch` takes no password in an address, but a header with it. */
function withoutPassword(url: string): {
  readonly address: string;
  readonly headers: Record<string, string>;
} {
  const address = new URL(url);
  const { username, password } = address;
  if (username === "" && password === "") return { address: url, headers: {} };
  address.username = "";
  address.password = "";
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { address: address.href, headers: { authorization: `Basic ${pair.toString("base64")}` } };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
  return `${messageOf(error)}${cause}`;
}

function unreachable(why: string, cause?: unknown): CommonwattError {
  return new CommonwattError("CHAIN_UNREACHABLE", `the chain does not answer: ${why}`, {
    retryable: true,
    details: { why },
    cause,
  });
}

/** Who did not answer {@link post}, and why, to be said of something else. */
export function whyUnreachable(error: unknown): string {
  return isCommonwattError(error) && typeof error.details["why"] === "string"
    ? error.details["why"]
    : messageOf(error);
}
