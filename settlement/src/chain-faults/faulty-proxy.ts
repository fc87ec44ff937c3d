import { connect, createServer, type Socket } from "node:net";
import type { Random } from "@commonwatt/vpp-core";

/** What can go wrong between a client and its node. `lost`: the node does it, and nobody hears of it. */
export const WIRE_FAULTS = ["status-500", "half-answer", "wrong-json", "lost-answer", "silence"] as const;

/** One of {@link WIRE_FAULTS}. */
export type WireFault = (typeof WIRE_FAULTS)[number];

/** A TCP proxy in front of a node. */
export interface FaultyProxy {
  readonly port: number;
  /** Faults that were done. */
  readonly done: Readonly<Record<WireFault, number>>;
  /** What goes wrong from now on with every `oneIn`-th request on average; `null` for nothing. */
  set(fault: WireFault | null, oneIn: number): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of this machine. Each request's fate is drawn from `random`. */
export async function faultyProxy(nodePort: number, random: Random): Promise<FaultyProxy> {
  let current: { readonly fault: WireFault; readonly oneIn: number } | null = null;
  const done = { "status-500": 0, "half-answer": 0, "wrong-json": 0, "lost-answer": 0, silence: 0 };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const node = connect(nodePort, "127.0.0.1");
    let cut: WireFault | null = null;
    for (const socket of [client, node]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        open.delete(socket);
        client.destroy();
        node.destroy();
      });
    }
    client.on("data", (request) => {
      const draw = cut === null && current !== null && random.integer(1, current.oneIn) === 1;
      if (draw && current !== null) {
        cut = current.fault;
        done[cut] += 1;
      }
      if (cut === null || cut === "half-answer" || cut === "lost-answer") node.write(request);
      else if (cut === "status-500") client.end(answer("500 Internal Server Error", "no"));
      else if (cut === "wrong-json") client.end(answer("200 OK", '{"jsonrpc":"2.0","id":0,"result":'));
    });
    node.on("data", (reply) => {
      if (cut === null) client.write(reply);
      else if (cut === "half-answer") client.end(reply.subarray(0, Math.floor(reply.length / 2)));
      else client.destroy();
    });
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
  return {
    port: await promise,
    done,
    set(fault, oneIn) {
      current = fault === null ? null : { fault, oneIn };
      // Connections are kept alive: what was cut must not be waited for.
      if (fault === null) for (const socket of open) socket.destroy();
    },
    close: () =>
      new Promise((closed) => {
        for (const socket of open) socket.destroy();
        server.close(() => closed());
      }),
  };
}

function answer(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
}
