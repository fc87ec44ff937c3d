import assert from "node:assert/strict";
import {
  type Clock,
  durationMs,
  type EpochMs,
  isCommonwattError,
  messageOf,
  seededRandom,
} from "@commonwatt/vpp-core";
import { BackOff, type BackOffSettings } from "./back-off.ts";
import { modbusError, type RequestName } from "./modbus-errors.ts";
import { type ModbusLink, openLink } from "./modbus-link.ts";

/** The most registers one read may ask for (Modbus application protocol, function 3). */
export const READ_REGISTERS_MAX = 125;
/** The most registers one write may carry (Modbus application protocol, function 16). */
const WRITE_REGISTERS_MAX = 123;
/** Unanswered requests in a row after which a connection counts as half-open and is replaced. */
const TIMEOUTS_TO_RECONNECT = 3;
/** Connections lost in a row, each before any answer, after which the peer is left alone. */
const LOSSES_TO_BACK_OFF = 2;
const CLOSED_BY_US = "the connection was closed by us";

/** Where a connection leads and how patient it is. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly backOff: BackOffSettings;
  readonly wallClock: Clock;
}

/** What a request is bound by. */
export interface RequestOptions {
  /** When the request has failed at the latest, wherever it then is; on the wall clock. */
  readonly deadlineMs: EpochMs;
  /** Called just before the request goes on the wire; what it throws rejects the request, unsent. */
  readonly beforeSend?: () => void;
}

interface QueuedRequest {
  readonly name: RequestName;
  readonly options: RequestOptions;
  readonly perform: (link: ModbusLink) => Promise<void>;
  readonly reject: (error: unknown) => void;
  readonly stopWaiting: () => void;
}

/**
 * The connection to one Modbus TCP peer, shared by every unit behind it: one queue, one request in flight.
 * Connects when a request needs it. After failures the peer is left alone for a while; the first request
 * after that probes it. Every request settles at its deadline at the latest.
 */
export class ModbusConnection {
  /** Host and port, as a person would type them. */
  readonly peer: string;
  readonly #settings: ConnectionSettings;
  readonly #backOff: BackOff;
  readonly #queue: QueuedRequest[] = [];
  #link: ModbusLink | null = null;
  #linkHasAnswered = false;
  #timeoutsInARow = 0;
  #lostUnanswered = 0;
  #generation = 0;
  #serving = false;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    const { host, port, backOff, wallClock } = settings;
    this.peer = `${host}:${port}`;
    this.#settings = settings;
    this.#backOff = new BackOff(backOff, wallClock, seededRandom(`${this.peer}/${wallClock.now()}`));
  }

  /** Rises with every TCP connection made: when it has changed, another device may stand there. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Reads `count` (1 to 125) holding registers of a unit, two bytes each, most significant first.
   * @throws CommonwattError with a `ModbusErrorCode`.
   */
  readRegisters(unit: number, address: number, count: number, options: RequestOptions): Promise<Buffer> {
    assert(count >= 1 && count <= READ_REGISTERS_MAX, `a read has 1 to 125 registers, not ${count}`);
    const name = { peer: this.peer, unit, what: `read ${address}+${count}` };
    return this.#submit(name, options, (link) => link.read(name, address, count, options.deadlineMs));
  }

  /**
   * Writes 1 to 123 registers of a unit in one request.
   * @throws CommonwattError with a `ModbusErrorCode`, or what `beforeSend` threw.
   */
  writeRegisters(
    unit: number,
    address: number,
    values: readonly number[],
    options: RequestOptions,
  ): Promise<void> {
    const count = values.length;
    assert(count >= 1 && count <= WRITE_REGISTERS_MAX, `a write has 1 to 123 registers, not ${count}`);
    const name = { peer: this.peer, unit, what: `write ${address}+${count}` };
    return this.#submit(name, options, (link) => link.write(name, address, values, options.deadlineMs));
  }

  /** Drops the connection and rejects every request that waits or is in flight. */
  close(): void {
    this.#closed = true;
    for (const request of this.#queue.splice(0)) {
      request.stopWaiting();
      request.reject(modbusError("MODBUS_CLOSED", CLOSED_BY_US, request.name));
    }
    this.#drop(CLOSED_BY_US);
  }

  #submit<Reply>(
    name: RequestName,
    options: RequestOptions,
    send: (link: ModbusLink) => Promise<Reply>,
  ): Promise<Reply> {
    const { wallClock } = this.#settings;
    return new Promise<Reply>((resolve, reject) => {
      const waiting = wallClock.after(durationMs(Math.max(0, options.deadlineMs - wallClock.now())), () => {
        const position = this.#queue.indexOf(request);
        if (position >= 0) this.#queue.splice(position, 1);
        reject(modbusError("MODBUS_TIMEOUT", "its turn did not come before the deadline", name));
      });
      const request: QueuedRequest = {
        name,
        options,
        perform: (link) => send(link).then(resolve),
        reject,
        stopWaiting: () => waiting.cancel(),
      };
      this.#queue.push(request);
      void this.#serveQueue();
    });
  }

  async #serveQueue(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      next.stopWaiting();
      await this.#serve(next);
    }
    this.#serving = false;
  }

  async #serve(request: QueuedRequest): Promise<void> {
    let sent = false;
    try {
      const link = await this.#openLink(request);
      request.options.beforeSend?.();
      sent = true;
      await request.perform(link);
      this.#noteAnswer();
    } catch (error) {
      if (sent) this.#noteFailure(error);
      request.reject(error);
    }
  }

  async #openLink({ name, options }: QueuedRequest): Promise<ModbusLink> {
    if (this.#closed) throw modbusError("MODBUS_CLOSED", CLOSED_BY_US, name);
    if (this.#link?.isOpen) return this.#link;
    const waitMs = Math.ceil(this.#backOff.remainingMs);
    if (waitMs > 0) {
      throw modbusError("MODBUS_BACKING_OFF", `left alone for ${waitMs} ms more after failures`, name);
    }
    const link = await openLink(this.#settings, name, options.deadlineMs).catch((error: unknown) => {
      this.#backOff.fail();
      throw error;
    });
    if (this.#closed) {
      link.destroy(CLOSED_BY_US);
      throw modbusError("MODBUS_CLOSED", CLOSED_BY_US, name);
    }
    this.#link = link;
    this.#linkHasAnswered = false;
    this.#timeoutsInARow = 0;
    this.#generation += 1;
    return link;
  }

  #noteAnswer(): void {
    this.#linkHasAnswered = true;
    this.#timeoutsInARow = 0;
    this.#lostUnanswered = 0;
    this.#backOff.succeed();
  }

  #noteFailure(error: unknown): void {
    if (isCommonwattError(error, "MODBUS_EXCEPTION")) {
      this.#noteAnswer();
    } else if (isCommonwattError(error, "MODBUS_TIMEOUT")) {
      this.#timeoutsInARow += 1;
      if (this.#timeoutsInARow < TIMEOUTS_TO_RECONNECT) return;
      this.#drop("the peer is silent");
      this.#backOff.fail();
    } else if (isCommonwattError(error, "MODBUS_CONNECTION_LOST")) {
      this.#drop(messageOf(error));
      // A peer that has worked is tried again at once; one that hangs up twice without a word is not.
      this.#lostUnanswered = this.#linkHasAnswered ? 0 : this.#lostUnanswered + 1;
      if (this.#lostUnanswered >= LOSSES_TO_BACK_OFF) this.#backOff.fail();
    } else {
      // After a frame that makes no sense the next bytes may be its rest: start on a clean stream.
      this.#drop("the peer sent a frame that makes no sense");
    }
  }

  #drop(why: string): void {
    this.#link?.destroy(why);
    this.#link = null;
  }
}
