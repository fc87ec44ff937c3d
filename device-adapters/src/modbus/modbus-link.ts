import { createConnection, type Socket } from "node:net";
import { type Clock, durationMs, type EpochMs } from "@commonwatt/vpp-core";
import modbusSerial from "modbus-serial";
import { fromLibraryError, modbusError, type RequestName } from "./modbus-errors.ts";

/** The library's client; the package is CommonJS, so its class stands behind `default`. */
const ModbusRtu = modbusSerial.default;
type Client = InstanceType<typeof ModbusRtu>;

/** Where a link leads and whose time its deadlines are in. */
export interface LinkSettings {
  readonly host: string;
  readonly port: number;
  readonly wallClock: Clock;
}

/**
 * One TCP connection and the modbus-serial client on it, used once and thrown away. The socket is ours:
 * the library does not tell of a reset connection and leaves requests pending after one, so that loss,
 * deadlines and closing are watched here and every request settles.
 */
export class ModbusLink {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #wallClock: Clock;
  #rejectInFlight: ((why: string) => void) | null = null;
  #lost: string | null = null;

  constructor(socket: Socket, wallClock: Clock) {
    this.#socket = socket;
    this.#wallClock = wallClock;
    this.#client = new ModbusRtu();
    this.#client.linkTCP(socket, { port: socket.remotePort ?? 0 }, () => undefined);
    socket.on("error", (error) => this.#lose(error.message));
    socket.on("end", () => this.#lose("the peer closed the connection"));
    socket.on("close", () => this.#lose("the connection closed"));
  }

  get isOpen(): boolean {
    return this.#lost === null && this.#client.isOpen;
  }

  /** Reads `count` holding registers (function 3): two bytes each, most significant first. */
  async read(request: RequestName, address: number, count: number, deadlineMs: EpochMs): Promise<Buffer> {
    const { buffer } = await this.#exchange<{ buffer: Buffer }>(request, deadlineMs, (done) =>
      this.#client.writeFC3(request.unit, address, count, done),
    );
    if (buffer.length !== 2 * count) {
      throw modbusError("MODBUS_BAD_FRAME", `${buffer.length} bytes for ${count} registers`, request);
    }
    return buffer;
  }

  /** Writes registers in one go (function 16). */
  async write(
    request: RequestName,
    address: number,
    values: readonly number[],
    deadlineMs: EpochMs,
  ): Promise<void> {
    const echo = await this.#exchange<{ address: number; length: number }>(request, deadlineMs, (done) =>
      this.#client.writeFC16(request.unit, address, [...values], done),
    );
    if (echo.address !== address || echo.length !== values.length) {
      throw modbusError("MODBUS_BAD_FRAME", `echoed ${echo.address}+${echo.length}`, request);
    }
  }

  /** Drops the connection; a request in flight is rejected first. */
  destroy(why: string): void {
    this.#lose(why);
  }

  #lose(why: string): void {
    this.#lost ??= why;
    this.#rejectInFlight?.(why);
    this.#socket.destroy();
  }

  #exchange<Reply>(
    request: RequestName,
    deadlineMs: EpochMs,
    start: (done: (error: unknown, reply: Reply) => void) => void,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        // The library calls back for a reply that comes after the deadline, too: the first end counts.
        if (settled) return;
        settled = true;
        timer.cancel();
        this.#rejectInFlight = null;
        end();
      };
      let settled = false;
      const timer = this.#wallClock.after(durationMs(Math.max(0, deadlineMs - this.#wallClock.now())), () =>
        finish(() => reject(modbusError("MODBUS_TIMEOUT", "no answer before the deadline", request))),
      );
      this.#rejectInFlight = (why) =>
        finish(() => reject(modbusError("MODBUS_CONNECTION_LOST", why, request)));
      if (this.isOpen) {
        start((error, reply) =>
          finish(() => (error ? reject(fromLibraryError(error, request)) : resolve(reply))),
        );
      } else {
        this.#rejectInFlight(this.#lost ?? "the connection is gone");
      }
    });
  }
}

/**
 * Opens a TCP connection for a request that waits until `deadlineMs`.
 * @throws CommonwattError `MODBUS_CONNECT_FAILED`, retryable.
 */
export function openLink(
  settings: LinkSettings,
  request: RequestName,
  deadlineMs: EpochMs,
): Promise<ModbusLink> {
  const { host, port, wallClock } = settings;
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true, keepAlive: true });
    const fail = (why: string, cause?: unknown): void => {
      timer.cancel();
      socket.destroy();
      reject(modbusError("MODBUS_CONNECT_FAILED", `cannot connect: ${why}`, request, cause));
    };
    const timer = wallClock.after(durationMs(Math.max(0, deadlineMs - wallClock.now())), () =>
      fail("no answer before the deadline"),
    );
    const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message, error);
    socket.once("error", onError);
    socket.once("connect", () => {
      timer.cancel();
      socket.removeListener("error", onError);
      resolve(new ModbusLink(socket, wallClock));
    });
  });
}
