import { type Clock, type EpochMs, epochMs, isCommonwattError } from "@commonwatt/vpp-core";
import { ModbusConnection } from "../modbus/modbus-connection.ts";
import { exceptionCodeOf, modbusError } from "../modbus/modbus-errors.ts";
import type { RegisterTable } from "../modbus/modbus-link.ts";
import { peerName, type RtuTcpTransport, type TcpTransport } from "../modbus/transport.ts";
import type { Pace } from "./pace.ts";

/** By these a gateway says that nobody is behind it at this unit id. */
const GATEWAY_EXCEPTIONS: ReadonlySet<number | null> = new Set([10, 11]);
/** Tries in a row without an answer after which a unit is let be. */
const MISSES_MAX = 2;
/** A connection of ours never waits between tries: the pace does. */
const NO_BACK_OFF = { baseMs: 1, maxMs: 1 };

/** How the units at one port are asked. */
export interface ProbeWire {
  readonly transport: TcpTransport | RtuTcpTransport;
  readonly pace: Pace;
  readonly wallClock: Clock;
  /** How long one answer may take. */
  readonly timeoutMs: number;
  /** How long a new connection is left alone: some devices are deaf until then. */
  readonly settleMs: number;
}

/**
 * Reads registers of one unit, and never writes any. Its connection lives as long as the unit answers, and is
 * closed with the probe.
 */
export class UnitProbe {
  readonly unit: number;
  readonly #wire: ProbeWire;
  #connection: ModbusConnection | null = null;
  #misses = 0;
  #isOver = false;
  #answers = false;
  #hungUp = false;

  constructor(wire: ProbeWire, unit: number) {
    this.#wire = wire;
    this.unit = unit;
  }

  /** The peer as a person would name it. */
  get peer(): string {
    return peerName(this.#wire.transport);
  }

  /** Whether the unit has answered anything, be it a refusal. */
  get answers(): boolean {
    return this.#answers;
  }

  /** Whether the peer took the connection and hung up without an answer. */
  get hungUp(): boolean {
    return this.#hungUp;
  }

  /**
   * Reads `count` registers; two bytes each, most significant first.
   * @throws CommonwattError as the connection does; `MODBUS_BACKING_OFF` once the unit is let be.
   */
  async read(address: number, count: number, table: RegisterTable = "holding", gapMs = 0): Promise<Buffer> {
    try {
      return await this.#readOnce(address, count, table, gapMs);
    } catch (error) {
      // One answer that was lost must not hide a device that answers.
      if (this.#isOver || !this.#answers || exceptionCodeOf(error) !== null) throw error;
      return this.#readOnce(address, count, table, gapMs);
    }
  }

  async #readOnce(address: number, count: number, table: RegisterTable, gapMs: number): Promise<Buffer> {
    if (this.#isOver) {
      const what = { peer: this.peer, unit: this.unit, what: `read ${address}+${count}` };
      throw modbusError("MODBUS_BACKING_OFF", "let be, because nobody answers", what);
    }
    try {
      const bytes = await this.#wire.pace.try(
        () =>
          this.#connected((connection, deadlineMs) =>
            connection.readRegisters(this.unit, address, count, { deadlineMs, table }),
          ),
        gapMs,
      );
      this.#noteAnswer();
      return bytes;
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  #connected<Reply>(
    ask: (connection: ModbusConnection, deadlineMs: EpochMs) => Promise<Reply>,
  ): Promise<Reply> {
    const { transport, wallClock, timeoutMs, settleMs } = this.#wire;
    // A new connection may take as long as an answer, and is left alone before the request.
    const openingMs = this.#connection === null ? timeoutMs + settleMs : 0;
    this.#connection ??= new ModbusConnection({ transport, wallClock, settleMs, backOff: NO_BACK_OFF });
    return ask(this.#connection, epochMs(wallClock.now() + openingMs + timeoutMs));
  }

  #noteAnswer(): void {
    this.#misses = 0;
    this.#answers = true;
  }

  #noteFailure(error: unknown): void {
    const exception = exceptionCodeOf(error);
    if (exception !== null && !GATEWAY_EXCEPTIONS.has(exception)) {
      this.#noteAnswer();
      return;
    }
    // What comes late must not be taken for the answer to the next try.
    this.close();
    this.#misses += 1;
    if (isCommonwattError(error, "MODBUS_CONNECTION_LOST")) this.#hungUp ||= !this.#answers;
    const isFinal = exception !== null || isCommonwattError(error, "MODBUS_CONNECT_FAILED");
    this.#isOver ||= isFinal || this.#misses >= MISSES_MAX;
  }
}
