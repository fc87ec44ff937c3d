import type { Socket } from "node:net";
import { type EpochMs, epochMs, systemClock } from "@commonwatt/vpp-core";
import type { WireHook } from "../../modbus/modbus-server.ts";
import type { Fault, WireFaultName } from "./fault.ts";
import { spoilExchange } from "./spoil-exchange.ts";

/** Timers may fire this much early; a client that keeps its pause must not be told off for that. */
const CLOCK_GRAIN_MS = 2;
/** The function code stands behind the header and the unit id; those up to 4 read. */
const FUNCTION_AT = 7;
const LAST_READ = 4;
const GARBAGE = Buffer.alloc(7, 0xee);

/** A wire whose habits and faults are set from outside while it runs. */
export class FaultyWire implements WireHook {
  /** The fault of the next exchange; `null` when it is to go well. */
  choose: () => Fault<WireFaultName> | null = () => null;
  /** How long a new connection is not heard. */
  deafAfterConnectMs = 0;
  /** What becomes of more clients at a time than `clientsMax`. */
  others: "served" | "refused" | "unheard" = "served";
  clientsMax = 1;
  /** A request that comes sooner after an answer is told that the device is busy. */
  gapMs = 0;
  /** The same after the answer to a write. */
  writeGapMs = 0;
  /** Whether garbage follows every answer but the first on a connection. */
  garbageAfterFirst = false;
  readonly #sockets = new Map<Socket, EpochMs>();
  readonly #answered = new WeakSet<Socket>();
  #busyUntilMs: EpochMs = epochMs(0);
  readonly #deaf = new WeakSet<Socket>();

  connected(socket: Socket): boolean {
    const isOther = this.#sockets.size >= this.clientsMax;
    if (isOther && this.others === "refused") {
      socket.resetAndDestroy();
      return false;
    }
    if (isOther && this.others === "unheard") return false;
    this.#sockets.set(socket, epochMs(systemClock.now() + this.deafAfterConnectMs));
    // A client that hangs up and comes back at once is not a second one: its old connection ends first.
    for (const event of ["end", "error", "close"]) socket.once(event, () => this.#sockets.delete(socket));
    return true;
  }

  exchange(socket: Socket, request: Buffer, answer: () => Buffer): void {
    const heardFromMs = this.#sockets.get(socket) ?? 0;
    if (this.#deaf.has(socket) || systemClock.now() < heardFromMs) return;
    const deafen = (deaf: Socket): void => void this.#deaf.add(deaf);
    const exchange = { socket, request, answer, deafen };
    if (systemClock.now() < this.#busyUntilMs) {
      spoilExchange({ name: "busy", parameter: 1 }, exchange);
      return;
    }
    const fault = this.choose();
    if (fault === null) this.#answer(socket, answer());
    else spoilExchange(fault, exchange);
    const isWrite = request.readUInt8(FUNCTION_AT) > LAST_READ;
    const gapMs = isWrite ? Math.max(this.gapMs, this.writeGapMs) : this.gapMs;
    if (gapMs > 0) this.#busyUntilMs = epochMs(systemClock.now() + gapMs - CLOCK_GRAIN_MS);
  }

  #answer(socket: Socket, frame: Buffer): void {
    const isSpoilt = this.garbageAfterFirst && this.#answered.has(socket);
    this.#answered.add(socket);
    socket.write(isSpoilt ? Buffer.concat([frame, GARBAGE]) : frame);
  }

  /** Resets every connection. */
  resetAll(): void {
    for (const socket of this.#sockets.keys()) socket.resetAndDestroy();
    this.#sockets.clear();
  }
}
