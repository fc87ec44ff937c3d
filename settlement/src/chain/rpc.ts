import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { getAddress, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult, Network } from "ethers";
import { chainError } from "./chain-error.ts";
import { type Endpoints, endpoints, type RpcPayload } from "./endpoints.ts";

export type { JsonRpcProvider } from "ethers";

/** The parts of a receipt that matter here. */
export interface ChainReceipt {
  readonly transactionHash: Hex;
  readonly succeeded: boolean;
  readonly blockNumber: number;
  /** The new contract's address, when this deployed one. */
  readonly contractAddress: Account | null;
  readonly gasUsed: number;
  readonly logs: readonly {
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
  }[];
}

interface RawReceipt {
  readonly transactionHash: Hex;
  readonly status: string;
  readonly blockNumber: string;
  readonly gasUsed: string;
  readonly contractAddress: string | null;
  readonly logs: ChainReceipt["logs"];
}

/** Ethers over our own transport, which knows several nodes and takes no half answers. */
class EndpointsProvider extends JsonRpcProvider {
  readonly #endpoints: Endpoints;

  constructor(nodes: Endpoints, network: Network) {
    super(undefined, network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
    this.#endpoints = nodes;
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    const answers = await Promise.all(payloads.map((one) => this.#endpoints.ask(one as RpcPayload)));
    return answers as JsonRpcResult[];
  }
}

/**
 * A connection to the nodes of a chain that is known already. Sends each call at once, to another node when
 * one does not answer, and caches nothing.
 */
export function connectRpc(urls: string | readonly string[], chainId: number): JsonRpcProvider {
  const nodes = typeof urls === "string" ? [urls] : urls;
  return new EndpointsProvider(endpoints(nodes, chainId), Network.from(chainId));
}

/** The receipt of a chain transaction, or `null` while it is in no block. */
export async function receiptOf(rpc: JsonRpcProvider, hash: Hex): Promise<ChainReceipt | null> {
  const raw = await rpc
    .send("eth_getTransactionReceipt", [hash])
    .then((receipt: RawReceipt | null) => receipt)
    .catch((error: unknown) => {
      throw chainError(error, `reading the receipt of ${hash}`);
    });
  if (raw === null) return null;
  if (raw.transactionHash !== hash) throw nonsense(`the receipt of ${hash}`);
  return {
    transactionHash: raw.transactionHash,
    succeeded: quantity(raw.status, "a status") === 1,
    blockNumber: quantity(raw.blockNumber, "a block's number"),
    contractAddress: raw.contractAddress === null ? null : (getAddress(raw.contractAddress) as Account),
    gasUsed: quantity(raw.gasUsed, "gas"),
    logs: raw.logs,
  };
}

/** How many of a sender's chain transactions are in blocks: its next nonce. */
export async function nonceOf(rpc: JsonRpcProvider, sender: string): Promise<number> {
  const answer: unknown = await rpc
    .send("eth_getTransactionCount", [sender, "latest"])
    .catch((error: unknown) => {
      throw chainError(error, `reading the nonce of ${sender}`);
    });
  return quantity(answer, `the nonce of ${sender}`);
}

/** A number as JSON-RPC has it; a node that says something else is as good as silent. */
function quantity(value: unknown, what: string): number {
  if (typeof value === "string" && /^0x[0-9a-f]+$/i.test(value)) return Number(value);
  throw nonsense(what);
}

function nonsense(what: string): CommonwattError {
  return new CommonwattError("CHAIN_UNREACHABLE", `the node answers with nonsense: ${what}`, {
    retryable: true,
  });
}
