import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { type Asked, httpNode, result } from "../testing/http-node.ts";
import { chainIdOf, endpoints } from "./endpoints.ts";
import { connectRpc, nonceOf, receiptOf } from "./rpc.ts";

const CHAIN_ID = 7;
const BLOCK_NUMBER = { jsonrpc: "2.0", id: 5, method: "eth_blockNumber", params: [] } as const;

/** A sound node whose block number is `block`; counts what it is asked in `asked`. */
function sound(block: string, asked: string[] = []): Promise<string> {
  return httpNode(({ id, method }, response) => {
    asked.push(method);
    result(response, id, method === "eth_chainId" ? "0x7" : block);
  });
}

/** A node that knows its chain and answers everything else badly. */
function broken(answer: (asked: Asked, response: ServerResponse) => void): Promise<string> {
  return httpNode((asked, response) =>
    asked.method === "eth_chainId" ? result(response, asked.id, "0x7") : answer(asked, response),
  );
}

const FAULTS: Record<string, (asked: Asked, response: ServerResponse) => void> = {
  "status 500": (_asked, response) => response.writeHead(500).end("no"),
  "half an answer": (_asked, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write('{"jsonrpc":"2.0","id":5,"res');
    setImmediate(() => response.destroy());
  },
  "no JSON": (_asked, response) => response.end("<html>"),
  "other JSON": (_asked, response) => response.end("[]"),
  "an answer to something else": ({ id }, response) => result(response, id + 1, "0x1"),
  "a limit": ({ id }, response) =>
    response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_005, message: "slow down" } })),
  "no connection": (_asked, response) => response.destroy(),
};

describe("several nodes", () => {
  it.each(Object.entries(FAULTS))("are asked in turn when one gives %s", async (_name, fault) => {
    const asked: string[] = [];
    const nodes = endpoints([await broken(fault), await sound("0x2a", asked)], CHAIN_ID);
    expect(await nodes.ask(BLOCK_NUMBER)).toMatchObject({ id: 5, result: "0x2a" });
    expect(await nodes.ask(BLOCK_NUMBER)).toMatchObject({ result: "0x2a" });
    expect(asked, "whoever answered is asked first from then on").toEqual([
      "eth_chainId",
      "eth_blockNumber",
      "eth_blockNumber",
    ]);
  });

  it("say what each said when none answers, and never a key in an address", async () => {
    const bad = await broken((_asked, response) => response.writeHead(503).end());
    const nodes = endpoints([`${bad}/v3/secret-key`, bad], CHAIN_ID);
    const failure = await nodes.ask(BLOCK_NUMBER).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "CHAIN_UNREACHABLE", retryable: true });
    expect(String(failure)).toMatch(/status 503.*status 503/);
    expect(String(failure)).not.toContain("secret");
  });

  it("are asked again when all fail fast", async () => {
    let failures = 2;
    const shaky = await broken(({ id }, response) => {
      if (failures-- > 0) response.destroy();
      else result(response, id, "0x2a");
    });
    expect(await endpoints([shaky], CHAIN_ID).ask(BLOCK_NUMBER)).toMatchObject({ result: "0x2a" });
  });

  it("say once that none answers, and why each does not", async () => {
    const hanging = await broken((_asked, response) => response.destroy());
    const busy = await broken((_asked, response) => response.writeHead(503).end());
    await expect(endpoints([hanging, busy], CHAIN_ID).ask(BLOCK_NUMBER)).rejects.toMatchObject({
      ...{ code: "CHAIN_UNREACHABLE" },
      message: expect.stringMatching(/^the chain does not answer: http:[^;]+; http:\S+ status 503$/),
    });
  });

  it("pass a node's own refusal on and ask nobody else", async () => {
    const asked: string[] = [];
    const refusing = await broken(({ id }, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: 3, message: "reverted" } })),
    );
    const nodes = endpoints([refusing, await sound("0x1", asked)], CHAIN_ID);
    expect(await nodes.ask(BLOCK_NUMBER)).toMatchObject({ error: { code: 3 } });
    expect(asked).toEqual([]);
  });

  it("must be of one chain", async () => {
    const other = await httpNode(({ id }, response) => result(response, id, "0x8"));
    const nodes = endpoints([other, await sound("0x1")], CHAIN_ID);
    await expect(nodes.ask(BLOCK_NUMBER)).rejects.toMatchObject({ code: "CHAIN_OTHER" });
    expect(await chainIdOf(other)).toBe(8);
  });

  it("get a password as a header", async () => {
    const headers: (string | undefined)[] = [];
    const url = await httpNode(({ id }, response, request) => {
      headers.push(request.headers.authorization);
      result(response, id, "0x7");
    });
    await chainIdOf(url.replace("http://", "http://me:pa%20ss@"));
    expect(headers).toEqual([`Basic ${Buffer.from("me:pa ss").toString("base64")}`]);
  });
});

describe("a node that answers with nonsense", () => {
  it.each([[null], [{}], ["one"], [12]])("counts as silent: %j", async (nonsense) => {
    const rpc = connectRpc(await broken(({ id }, response) => result(response, id, nonsense)), CHAIN_ID);
    await expect(nonceOf(rpc, `0x${"11".repeat(20)}`)).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
    rpc.destroy();
  });

  it("counts as silent with the receipt of something else", async () => {
    const receipt = { transactionHash: `0x${"22".repeat(32)}`, status: "0x1", logs: [] };
    const rpc = connectRpc(await broken(({ id }, response) => result(response, id, receipt)), CHAIN_ID);
    await expect(receiptOf(rpc, `0x${"11".repeat(32)}`)).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
    rpc.destroy();
  });
});
