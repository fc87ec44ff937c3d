import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

/** What a test's node is asked. */
export interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A server on a free port of this machine that answers as a test wants, until the test is over. */
export async function httpNode(
  answer: (asked: Asked, response: ServerResponse, request: IncomingMessage) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => answer(JSON.parse(body) as Asked, response, request));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { promise, resolve } = Promise.withResolvers<string>();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    resolve(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`);
  });
  return promise;
}

/** Gives a result as JSON-RPC has it. */
export function result(response: ServerResponse, id: number, value: unknown): void {
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result: value }));
}
