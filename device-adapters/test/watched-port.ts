import { connect, createServer, type Socket } from "node:net";
import { systemClock } from "@commonwatt/vpp-core";

/** What a server saw of its clients. */
export interface WatchedPort {
  readonly port: number;
  /** When connections came in and requests began, in their order. */
  readonly tries: readonly { readonly what: "connection" | "request"; readonly atMs: number }[];
  /** The function codes of the Modbus TCP requests. */
  readonly functions: ReadonlySet<number>;
  /** The most connections that were open at the same time. */
  readonly openMax: () => number;
  readonly openNow: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Stands before a server on a port of its own and notes when clients come, and what they ask. */
export async function watchedPort(serverPort: number): Promise<WatchedPort> {
  const tries: { what: "connection" | "request"; atMs: number }[] = [];
  const functions = new Set<number>();
  const sockets = new Set<Socket>();
  let openNow = 0;
  let openMax = 0;
  const server = createServer({ noDelay: true }, (client) => {
    tries.push({ what: "connection", atMs: systemClock.now() });
    openNow += 1;
    openMax = Math.max(openMax, openNow);
    const upstream = connect({ port: serverPort, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    client.on("data", (chunk) => {
      tries.push({ what: "request", atMs: systemClock.now() });
      if (chunk.length > 7) functions.add(chunk.readUInt8(7));
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => client.write(chunk));
    client.on("close", () => {
      openNow -= 1;
      upstream.destroy();
    });
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    tries,
    functions,
    openMax: () => openMax,
    openNow: () => openNow,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The pauses between tries, in milliseconds. */
export function pausesOf({ tries }: WatchedPort): readonly number[] {
  return tries.slice(1).map(({ atMs }, index) => atMs - (tries[index]?.atMs ?? 0));
}
