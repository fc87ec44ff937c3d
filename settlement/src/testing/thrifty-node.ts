import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { httpNode } from "./http-node.ts";

/**
 * A node that answers for at most `blocks` blocks of events at once, refusing more with a status; notes the ranges. Before
 * it in the list stands a node that is away.
 */
export async function thriftyNode(
  nodeUrl: string,
  blocks: number,
  asked: [number, number][],
  status: number,
): Promise<JsonRpcProvider> {
  const url = await httpNode(async ({ id, method, params }, response) => {
    if (method === "eth_getLogs") {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
      const range: [number, number] = [Number(fromBlock), Number(toBlock)];
      if (range[1] - range[0] + 1 > blocks) {
        const error = { code: status === 200 ? -32_005 : -32_614, message: `limited to a ${blocks} range` };
        response.writeHead(status).end(JSON.stringify({ jsonrpc: "2.0", id, error }));
        return;
      }
      asked.push(range);
    }
    const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const reply = await fetch(nodeUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    response.end(await reply.text());
  });
  return connectRpc(["http://127.0.0.1:1", url], DEV_CHAIN_ID);
}
