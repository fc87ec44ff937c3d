import assert from "node:assert/strict";
import {
  type Clock,
  durationMs,
  type EpochMs,
  epochMs,
  isCommonwattError,
  messageOf,
  seededRandom,
  sleep,
} from "@commonwatt/vpp-core";
import { BackOff, type BackOffSettings } from "./back-off.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { exceptionCodeOf, modbusError, type RequestName } from "./modbus-errors.ts";
import type { ModbusLink, RegisterTable } from "./modbus-link.ts";
import { openLink } from "./open-link.ts";
import { OwedReplies } from "./owed-replies.ts";
import { type PeerAddress, peerName, type Transport, transportOf } from "./transport.ts";
import { UnitHealth } from "./unit-health.ts";

/** The most registers one read may ask for (Modbus application protocol, function 3). */
export const READ_REGISTERS_MAX = 125;
/** The most registers one write may carry (Modbus application protocol, function 16). */
const WRITE_REGISTERS_MAX = 123;
/** Exceptions by which a gateway says that it does not reach a unit. */
const GATEWAY_EXCEPTIONS: ReadonlySet<number | null> = new Set([10, 11]);
/**
 * Unanswered requests in a row after which a TCP connection counts as half-open; one to a serial device server
 * only when units have answered on it, for a line may just be silent.
 */
const HALF_OPEN_AFTER = 2;
/** Connections lost in a row, each before any answer, after which the peer is left alone. */
const LOSSES_TO_BACK_OFF = 2;
const CLOSED_BY_US = "the connection was closed by us";

/** Where a connection leads and how patient it is. */
export type ConnectionSettings = PeerAddress & {
  readonly backOff: BackOffSettings;
  readonly wallClock: Clock;
  /** How long to leave a new connection alone before its first request; some devices are deaf until then. */
  readonly settleMs?: number;
  /** The least time between an answer and the next request. */
  readonly gapMs?: number;
  /** The least time between the answer to a write and the next request, where that is longer. */
  readonly writeGapMs?: number;
  /** Hang up after every request: some devices answer garbage on a connection that stays. */
  readonly hangUpAfterRequest?: boolean;
};

/** What a request is bound by. */
export interface RequestOptions {
  /** When the request has failed at the latest, wherever it then is; on the wall clock. */
  readonly deadlineMs: EpochMs;
  /** Called just before the request goes on the wire; what it throws rejects the request, unsent. */
  readonly beforeSend?: () => void;
  /** Which registers a read is for; holding registers unless given. */
  readonly table?: RegisterTable;
}

interface QueuedRequest {
  readonly name: RequestName;
  readonly options: RequestOptions;
  readonly isWrite: boolean;
  readonly perform: (link: ModbusLink) => Promise<void>;
  readonly reject: (error: unknown) => void;
}

/**
 * The connection to one Modbus peer or serial line, shared by every unit behind it: one queue, one request
 * in flight. Connects when a request needs it. After failures the peer is left alone for a while, and a
 * unit that stays silent among others that answer by itself; the first request after that probes it.
 * Every request settles at its deadline at the latest.
 */
export class ModbusConnection {
  /** Host and port or the serial line, as a person would name it. */
  readonly peer: string;
  readonly #settings: ConnectionSettings;
  readonly #transport: Transport;
  readonly #wallClock: Clock;
  readonly #health: UnitHealth;
  readonly #owed = new OwedReplies();
  readonly #backOff: BackOff;
  readonly #queue: QueuedRequest[] = [];
  /** Comes when the first of the queued requests has waited until its deadline. */
  readonly #patience: DeadlineTimer;
  #link: ModbusLink | null = null;
  #lostUnanswered = 0;
  #generation = 0;
  #quietUntilMs: EpochMs = epochMs(0);
  #serving = false;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    const { backOff, wallClock } = settings;
    this.#settings = settings;
    this.#transport = transportOf(settings);
    this.#wallClock = wallClock;
    this.#patience = new DeadlineTimer(wallClock, () => this.#giveUpWaiting());
    this.peer = peerName(this.#transport);
    const random = seededRandom(`${this.peer}/${wallClock.now()}`);
    this.#backOff = new BackOff(backOff, wallClock, random);
    const linkSilentAfter = this.#transport.kind === "tcp" ? HALF_OPEN_AFTER : undefined;
    const fallenSilentAfter = this.#transport.kind === "rtu" ? undefined : HALF_OPEN_AFTER;
    this.#health = new UnitHealth(backOff, wallClock, random, linkSilentAfter, fallenSilentAfter);
  }

  /** Rises with every connection made: when it has changed, another device may stand there. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Reads `count` (1 to 125) registers of a unit, two bytes each, most significant first.
   * @throws CommonwattError with a `ModbusErrorCode`.
   */
  readRegisters(unit: number, address: number, count: number, options: RequestOptions): Promise<Buffer> {
    assert(count >= 1 && count <= READ_REGISTERS_MAX, `a read has 1 to 125 registers, not ${count}`);
    const name = { peer: this.peer, unit, what: `read ${address}+${count}` };
    return this.#submit(name, options, (link) =>
      link.read(name, address, count, options.deadlineMs, options.table),
    );
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
    return this.#submit(name, { ...options, isWrite: true }, (link) =>
      link.write(name, address, values, options.deadlineMs),
    );
  }

  /**
   * Writes one register of a unit by function 6.
   * @throws CommonwattError with a `ModbusErrorCode`, or what `beforeSend` threw.
   */
  writeRegister(unit: number, address: number, value: number, options: RequestOptions): Promise<void> {
    const name = { peer: this.peer, unit, what: `write ${address}` };
    return this.#submit(name, { ...options, isWrite: true }, (link) =>
      link.writeSingle(name, address, value, options.deadlineMs),
    );
  }

  /** Drops the connection and rejects every request that waits or is in flight. */
  close(): void {
    this.#closed = true;
    this.#patience.close();
    for (const request of this.#queue.splice(0)) {
      request.reject(modbusError("MODBUS_CLOSED", CLOSED_BY_US, request.name));
    }
    this.#drop(CLOSED_BY_US);
  }

  #submit<Reply>(
    name: RequestName,
    { isWrite = false, ...options }: RequestOptions & { readonly isWrite?: boolean },
    send: (link: ModbusLink) => Promise<Reply>,
  ): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      const perform = (link: ModbusLink): Promise<void> => send(link).then(resolve);
      this.#queue.push({ name, options, isWrite, perform, reject });
      if (this.#serving) this.#patience.bringForward(options.deadlineMs);
      else void this.#serveQueue();
    });
  }

  #giveUpWaiting(): void {
    const now = this.#wallClock.now();
    for (const request of this.#queue.filter(({ options }) => options.deadlineMs <= now)) {
      this.#queue.splice(this.#queue.indexOf(request), 1);
      const why = "its turn did not come before the deadline";
      request.reject(modbusError("MODBUS_TIMEOUT", why, request.name));
    }
    for (const { options } of this.#queue) this.#patience.bringForward(options.deadlineMs);
  }

  async #serveQueue(): Promise<void> {
    this.#serving = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      await this.#serve(next);
    }
    this.#serving = false;
  }

  async #serve(request: QueuedRequest): Promise<void> {
    const { name, options } = request;
    let onWire = false;
    try {
      const link = this.#openedLink(name) ?? (await this.#openLink(request));
      if (this.#quietUntilMs > 0) await this.#pause(request);
      if (link.isLine) {
        onWire = true;
        await link.prepare(name, options.deadlineMs);
        onWire = false;
      }
      options.beforeSend?.();
      onWire = true;
      await request.perform(link);
      this.#noteAnswer(name.unit);
    } catch (error) {
      if (onWire) this.#noteFailure(error, name.unit);
      request.reject(error);
    }
    if (!onWire) return;
    const { gapMs = 0, writeGapMs = 0 } = this.#settings;
    this.#quietFor(request.isWrite ? Math.max(gapMs, writeGapMs) : gapMs);
    if (this.#settings.hangUpAfterRequest) this.#drop(CLOSED_BY_US);
  }

  #quietFor(lengthMs = 0): void {
    if (lengthMs > 0) this.#quietUntilMs = epochMs(this.#wallClock.now() + lengthMs);
  }

  async #pause({ name, options }: QueuedRequest): Promise<void> {
    const waitMs = Math.min(this.#quietUntilMs, options.deadlineMs) - this.#wallClock.now();
    if (waitMs <= 0) return;
    await sleep(this.#wallClock, durationMs(waitMs));
    if (this.#wallClock.now() < options.deadlineMs) return;
    throw modbusError("MODBUS_TIMEOUT", "the pause before it took until the deadline", name);
  }

  /** The link, when it is open; throws when nothing may be asked now. */
  #openedLink(name: RequestName): ModbusLink | null {
    if (this.#closed) throw modbusError("MODBUS_CLOSED", CLOSED_BY_US, name);
    this.#refuseWhile(this.#health.remainingMs(name.unit), name);
    return this.#link?.isOpen ? this.#link : null;
  }

  async #openLink({ name, options }: QueuedRequest): Promise<ModbusLink> {
    this.#refuseWhile(this.#backOff.remainingMs, name);
    const opening = openLink(this.#transport, this.#owed, this.#wallClock, name, options.deadlineMs);
    const link = await opening.catch((error: unknown) => {
      this.#backOff.fail();
      throw error;
    });
    if (this.#closed) {
      link.destroy(CLOSED_BY_US);
      throw modbusError("MODBUS_CLOSED", CLOSED_BY_US, name);
    }
    this.#link = link;
    this.#health.linkOpened();
    this.#generation += 1;
    this.#quietFor(this.#settings.settleMs);
    return link;
  }

  #refuseWhile(remainingMs: number, name: RequestName): void {
    const waitMs = Math.ceil(remainingMs);
    if (waitMs === 0) return;
    throw modbusError("MODBUS_BACKING_OFF", `left alone for ${waitMs} ms more after failures`, name);
  }

  #noteAnswer(unit: number): void {
    this.#health.answered(unit);
    this.#noteLinkAnswer();
  }

  #noteLinkAnswer(): void {
    this.#lostUnanswered = 0;
    this.#backOff.succeed();
  }

  #noteFailure(error: unknown, unit: number): void {
    if (isCommonwattError(error, "MODBUS_EXCEPTION")) {
      if (GATEWAY_EXCEPTIONS.has(exceptionCodeOf(error))) this.#health.unreachable(unit);
      else this.#health.answered(unit);
      this.#noteLinkAnswer();
    } else if (isCommonwattError(error, "MODBUS_TIMEOUT")) {
      this.#health.unanswered(unit);
      if (!this.#health.linkIsSilent) return;
      this.#drop("the peer is silent");
      if (this.#health.severalAreSilent) this.#backOff.fail();
    } else if (isCommonwattError(error, "MODBUS_CONNECTION_LOST")) {
      this.#drop(messageOf(error));
      // A peer that has worked is tried again at once; one that hangs up twice without a word is not.
      this.#lostUnanswered = this.#health.hasAnswered ? 0 : this.#lostUnanswered + 1;
      if (this.#lostUnanswered >= LOSSES_TO_BACK_OFF) this.#backOff.fail();
    } else if (this.#transport.kind === "tcp") {
      // After a frame that makes no sense the next bytes may be its rest: start on a clean stream.
      this.#drop("the peer sent a frame that makes no sense");
    }
  }

  #drop(why: string): void {
    this.#link?.destroy(why);
    this.#link = null;
  }
}
