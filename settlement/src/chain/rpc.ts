import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { FetchRequest, getAddress, JsonRpcProvider, Network } from "ethers";
import { chainError } from "./chain-error.ts";

/** How long one call to the node may take. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The parts of a receipt that matter here. */
export interface ChainReceipt {
  readonly transactionHash: Hex;
  readonly succeeded: boolean;
  readonly blockNumber: number;
  /** The new contract's address, when this deployed one. */
  readonly contractAddress: Account | null;
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
  readonly contractAddress: string | null;
  readonly logs: ChainReceipt["logs"];
}

/** Asks a node which chain it serves. @throws CommonwattError `CHAIN_UNREACHABLE` or `CHAIN_REFUSED`. */
export async function chainIdOf(rpcUrl: string): Promise<number> {
  const request = new FetchRequest(rpcUrl);
  request.timeout = REQUEST_TIMEOUT_MS;
  request.body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
  try {
    const { result } = (await request.send()).bodyJson as { result?: unknown };
    const chainId = Number(result);
    if (!Number.isSafeInteger(chainId) || chainId <= 0) {
      throw new CommonwattError("CHAIN_REFUSED", `${rpcUrl} names no chain id: ${String(result)}`);
    }
    return chainId;
  } catch (error) {
    throw chainError(error, `asking ${rpcUrl} for its chain id`);
  }
}

/** A connection to a node whose chain is known already. Sends each call at once and caches nothing. */
export function connectRpc(rpcUrl: string, chainId: number): JsonRpcProvider {
  const request = new FetchRequest(rpcUrl);
  request.timeout = REQUEST_TIMEOUT_MS;
  const network = Network.from(chainId);
  return new JsonRpcProvider(request, network, {
    staticNetwork: network,
    batchMaxCount: 1,
    cacheTimeout: -1,
  });
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
  return {
    transactionHash: raw.transactionHash,
    succeeded: Number(raw.status) === 1,
    blockNumber: Number(raw.blockNumber),
    contractAddress: raw.contractAddress === null ? null : (getAddress(raw.contractAddress) as Account),
    logs: raw.logs,
  };
}

/** How many of a sender's chain transactions are in blocks: its next nonce. */
export async function nonceOf(rpc: JsonRpcProvider, sender: string): Promise<number> {
  try {
    return Number(await rpc.send("eth_getTransactionCount", [sender, "latest"]));
  } catch (error) {
    throw chainError(error, `reading the nonce of ${sender}`);
  }
}
