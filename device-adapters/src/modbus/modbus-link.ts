import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock, CommonwattError, EpochMs } from "@commonwatt/vpp-core";
import modbusSerial from "modbus-serial";
import { DeadlineTimer } from "./deadline-timer.ts";
import { FrameWatch } from "./frame-watch.ts";
import { exceptionCodeOf, fromLibraryError, modbusError, type RequestName } from "./modbus-errors.ts";
import type { OwedReplies } from "./owed-replies.ts";
import { type LineTiming, RtuPort } from "./rtu-port.ts";

/** Which of a unit's two register tables to read. */
export type RegisterTable = "holding" | "input";

/** The library's client; the package is CommonJS, so its class stands behind `default`. */
const ModbusRtu = modbusSerial.default;
type Client = InstanceType<typeof ModbusRtu>;

/**
 * One open connection or serial line and the modbus-serial client on it, used once and thrown away. The
 * stream is ours: the library does not tell of a reset connection and leaves requests pending after one,
 * so that loss, deadlines and closing are watched here and every request settles.
 */
export class ModbusLink {
  readonly #stream: Duplex;
  readonly #client: Client;
  readonly #deadline: DeadlineTimer;
  /** `null` where frames have numbers of their own, as over Modbus TCP. */
  readonly #line: RtuPort | null;
  /** `null` where frames have no lengths of their own, as on a line. */
  #frames: FrameWatch | null = null;
  #inFlight: { readonly request: RequestName; readonly fail: (error: CommonwattError) => void } | null = null;
  #lost: string | null = null;

  private constructor(stream: Duplex, client: Client, line: RtuPort | null, wallClock: Clock) {
    this.#stream = stream;
    this.#client = client;
    this.#line = line;
    this.#deadline = new DeadlineTimer(wallClock, () => this.#runOut());
    stream.on("error", (error) => this.#lose(error.message));
    stream.on("end", () => this.#lose("the peer closed the connection"));
    stream.on("close", () => this.#lose("the connection closed"));
  }

  /** Speaks Modbus TCP on a connected socket. */
  static overTcp(socket: Socket, wallClock: Clock): ModbusLink {
    const client = new ModbusRtu();
    client.linkTCP(socket, { port: socket.remotePort ?? 0 }, () => undefined);
    const link = new ModbusLink(socket, client, null, wallClock);
    const frames = new FrameWatch();
    link.#frames = frames;
    // Before the library, which takes a frame of any protocol for an answer.
    socket.prependListener("data", (chunk: Buffer) => {
      frames.take(chunk);
      if (frames.isAstray) link.#lose("what came is no Modbus frame");
    });
    return link;
  }

  /** Speaks RTU on an open serial line, or on a connection to one. */
  static overLine(stream: Duplex, timing: LineTiming, owed: OwedReplies, wallClock: Clock): ModbusLink {
    const line = new RtuPort(stream, timing, owed, wallClock);
    const client = new ModbusRtu(line);
    client.open();
    return new ModbusLink(stream, client, line, wallClock);
  }

  get isOpen(): boolean {
    return this.#lost === null && this.#client.isOpen;
  }

  /** Whether frames follow each other on a line, so that it must be prepared for each request. */
  get isLine(): boolean {
    return this.#line !== null;
  }

  /**
   * Gets the line ready for a request to a unit: silent, and in step when the unit may still answer an
   * earlier request.
   */
  async prepare(request: RequestName, deadlineMs: EpochMs): Promise<void> {
    if (this.#line === null) return;
    await this.#line.quiet(deadlineMs);
    const probe = this.#line.owed.probeOf(request.unit);
    if (probe === null) return;
    try {
      await this.read(
        { ...request, what: "a read that clears the line" },
        probe.address,
        probe.count,
        deadlineMs,
      );
    } catch (error) {
      // Refused is answered, too.
      if (exceptionCodeOf(error) === null) throw error;
    }
    await this.#line.quiet(deadlineMs);
  }

  /**
   * Reads `count` holding registers (function 3), or input registers (function 4): two bytes each, most
   * significant first.
   */
  async read(
    request: RequestName,
    address: number,
    count: number,
    deadlineMs: EpochMs,
    table: RegisterTable = "holding",
  ): Promise<Buffer> {
    const { buffer } = await this.#exchange<{ buffer: Buffer }>(request, deadlineMs, (done) =>
      table === "holding"
        ? this.#client.writeFC3(request.unit, address, count, done)
        : this.#client.writeFC4(request.unit, address, count, done),
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

  /** Writes one register by function 6, which is all that some devices take. */
  async writeSingle(
    request: RequestName,
    address: number,
    value: number,
    deadlineMs: EpochMs,
  ): Promise<void> {
    const echo = await this.#exchange<{ address: number; value: number }>(request, deadlineMs, (done) =>
      this.#client.writeFC6(request.unit, address, value, done),
    );
    if (echo.address !== address || echo.value !== value) {
      throw modbusError("MODBUS_BAD_FRAME", `echoed ${echo.value} at ${echo.address}`, request);
    }
  }

  /** Drops the connection; a request in flight is rejected first. */
  destroy(why: string): void {
    this.#lose(why);
  }

  #lose(why: string): void {
    this.#lost ??= why;
    this.#rejectInFlight(why);
    this.#deadline.close();
    this.#stream.destroy();
  }

  #rejectInFlight(why: string): void {
    if (this.#inFlight === null) return;
    this.#inFlight.fail(modbusError("MODBUS_CONNECTION_LOST", why, this.#inFlight.request));
  }

  #runOut(): void {
    if (this.#inFlight === null) return;
    this.#inFlight.fail(
      modbusError("MODBUS_TIMEOUT", "no answer before the deadline", this.#inFlight.request),
    );
    if (this.#frames?.isMidFrame) this.#lose("the rest of a frame never came");
  }

  #exchange<Reply>(
    request: RequestName,
    deadlineMs: EpochMs,
    start: (done: (error: unknown, reply: Reply) => void) => void,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const fail = (error: CommonwattError): void => {
        if (!this.#finish(exchange)) return;
        if (error.code === "MODBUS_EXCEPTION") this.#line?.settle();
        else this.#line?.abandon();
        reject(error);
      };
      const exchange = { request, fail };
      this.#inFlight = exchange;
      this.#deadline.set(deadlineMs);
      if (!this.isOpen) {
        this.#rejectInFlight(this.#lost ?? "the connection is gone");
        return;
      }
      start((error, reply) => {
        if (error) fail(fromLibraryError(error, request));
        else if (this.#finish(exchange)) {
          this.#line?.settle();
          resolve(reply);
        }
      });
    });
  }

  /** Ends an exchange; the library calls back for a reply that comes after the deadline, too: the first end counts. */
  #finish(exchange: object): boolean {
    if (this.#inFlight !== exchange) return false;
    this.#inFlight = null;
    this.#deadline.clear();
    return true;
  }
}
