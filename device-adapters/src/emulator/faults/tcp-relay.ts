import { createConnection, createServer, type Server, type Socket } from "node:net";
import { durationMs, systemClock } from "@commonwatt/vpp-core";

/** A TCP relay that stands between a client and a server and can be a bad network. */
export interface TcpRelay {
  readonly port: number;
  /** Everything that clients have sent so far, as Latin-1; empty unless recording was asked for. */
  sentByClients(): string;
  /** Breaks every connection and, while `true`, refuses new ones. */
  cut(staysDown: boolean): void;
  /** Holds everything back without closing anything. */
  freeze(): void;
  /** Delivers what was held back, even when its sender has gone. */
  thaw(): void;
  /** From now on everything takes this much longer, in each direction. */
  delay(byMs: number): void;
  close(): Promise<void>;
}

/** Where a relay listens, and what it keeps. */
export interface RelayOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** Whether to keep what clients send. */
  readonly record?: boolean;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly held: [to: Socket, chunk: Buffer][];
}

/** Relays to a port of this machine. */
export async function startRelay(targetPort: number, options: RelayOptions = {}): Promise<TcpRelay> {
  const relay = new Relay(targetPort, options.record ?? false);
  const port = await listen(relay.listener, options);
  return {
    port,
    sentByClients: () => Buffer.concat(relay.sent).toString("latin1"),
    cut: (staysDown) => relay.cut(staysDown),
    freeze: () => relay.freeze(),
    thaw: () => relay.thaw(),
    delay: (byMs) => {
      relay.delayMs = byMs;
    },
    close: async () => {
      relay.cut(true);
      await new Promise((resolve) => relay.listener.close(resolve));
    },
  };
}

function listen(listener: Server, { host = "127.0.0.1", port = 0 }: RelayOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, host, () => {
      const address = listener.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

class Relay {
  readonly listener: Server;
  readonly sent: Buffer[] = [];
  delayMs = 0;
  readonly #pairs = new Set<Pair>();
  #down = false;
  #frozen = false;

  constructor(targetPort: number, record: boolean) {
    this.listener = createServer({ noDelay: true }, (client) => {
      client.on("error", () => client.destroy());
      if (this.#down) {
        client.resetAndDestroy();
        return;
      }
      const server = createConnection({ port: targetPort, host: "127.0.0.1", noDelay: true });
      const pair: Pair = { client, server, held: [] };
      this.#pairs.add(pair);
      client.on("data", (chunk) => {
        if (record) this.sent.push(chunk);
        this.#pass(pair, server, chunk);
      });
      server.on("data", (chunk) => this.#pass(pair, client, chunk));
      client.on("close", () => {
        if (!this.#frozen) this.#end(pair);
      });
      server.on("close", () => client.destroy());
      server.on("error", () => server.destroy());
    });
  }

  cut(staysDown: boolean): void {
    this.#down = staysDown;
    for (const pair of this.#pairs) {
      pair.client.resetAndDestroy();
      this.#end(pair);
    }
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const pair of this.#pairs) {
      for (const [to, chunk] of pair.held.splice(0)) if (to.writable) to.write(chunk);
      if (pair.client.destroyed) pair.server.end();
    }
  }

  #pass(pair: Pair, to: Socket, chunk: Buffer): void {
    if (this.#frozen) pair.held.push([to, chunk]);
    else if (this.delayMs === 0) to.write(chunk);
    else systemClock.after(durationMs(this.delayMs), () => void (to.writable && to.write(chunk)));
  }

  #end(pair: Pair): void {
    pair.server.destroy();
    this.#pairs.delete(pair);
  }
}
