import { createConnection, createServer, type Socket } from "node:net";

/** A TCP relay that stands between a client and a server and can be a bad network. */
export interface TcpRelay {
  readonly port: number;
  /** Everything that clients have sent so far, as Latin-1. */
  sentByClients(): string;
  /** Breaks every connection and, while `true`, refuses new ones. */
  cut(staysDown: boolean): void;
  /** Holds everything back without closing anything. */
  freeze(): void;
  /** Delivers what was held back, even when its sender has gone. */
  thaw(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly heldForServer: Buffer[];
}

/** Relays to a port of this machine. */
export async function startRelay(targetPort: number): Promise<TcpRelay> {
  const pairs = new Set<Pair>();
  const sent: Buffer[] = [];
  let down = false;
  let frozen = false;
  const listener = createServer((client) => {
    if (down) {
      client.resetAndDestroy();
      return;
    }
    const server = createConnection(targetPort, "127.0.0.1");
    const pair: Pair = { client, server, heldForServer: [] };
    pairs.add(pair);
    client.on("data", (chunk) => {
      sent.push(chunk);
      if (frozen) pair.heldForServer.push(chunk);
      else server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (!frozen) client.write(chunk);
    });
    client.on("close", () => {
      if (!frozen) server.destroy();
    });
    server.on("close", () => client.destroy());
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the relay does not listen");
  const cut = (staysDown: boolean): void => {
    down = staysDown;
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
    pairs.clear();
  };
  return {
    port: address.port,
    sentByClients: () => Buffer.concat(sent).toString("latin1"),
    cut,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      for (const { server, heldForServer } of pairs) {
        for (const chunk of heldForServer.splice(0)) server.write(chunk);
      }
    },
    close: async () => {
      cut(true);
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
