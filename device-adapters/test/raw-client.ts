import { connect, type Socket } from "node:net";
import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { eventually } from "./eventually.ts";

const HEADER_LENGTH = 6;

/** How long more bytes of an answer, or one that should not come, are waited for. */
const QUIET_MS = 40;

/** A TCP client that sends what it is told and knows nothing of Modbus. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
    });
  }

  /** Connects to a port of this machine; the peer may have hung up already when this settles. */
  static to(port: number): Promise<RawClient> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(client));
      const client = new RawClient(socket);
      socket.once("close", () => resolve(client));
    });
  }

  /** Sends unit and body (in hexadecimal) as one frame; gives unit and body of what comes. */
  async ask(hex: string): Promise<string> {
    this.#send(hex);
    await eventually(async () => (this.#received.length > 0 ? true : null));
    return this.#afterQuiet();
  }

  /** Sends a frame that should not be answered; gives what comes all the same. */
  askInVain(hex: string): Promise<string> {
    this.#send(hex);
    return this.#afterQuiet();
  }

  /** Settles when the peer has hung up. */
  async hungUp(): Promise<void> {
    await eventually(async () => (this.#closed ? true : null));
  }

  #send(hex: string): void {
    const body = Buffer.from(hex.replaceAll(" ", ""), "hex");
    this.#received = Buffer.alloc(0);
    this.#socket.write(Buffer.concat([Buffer.from([0, 1, 0, 0, 0, body.length]), body]));
  }

  async #afterQuiet(): Promise<string> {
    await sleep(systemClock, durationMs(QUIET_MS));
    return this.#received.subarray(HEADER_LENGTH).toString("hex");
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
