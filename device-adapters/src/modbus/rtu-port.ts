import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { type Clock, durationMs, type EpochMs, epochMs, sleep, type Timer } from "@commonwatt/vpp-core";
import { type ExpectedReply, mayBe, type OwedReplies, readReplyLength } from "./owed-replies.ts";

/** How an RTU line is timed. */
export interface LineTiming {
  /** Silence before a request. */
  readonly gapMs: number;
  /** Silence in the middle of a reply after which the rest will not come. */
  readonly brokenAfterMs: number;
}

const EXCEPTION_FLAG = 0x80;
/** Unit, function, exception code, CRC. */
const EXCEPTION_LENGTH = 5;
/** Unit, function, address, count or value, CRC. */
const ECHO_LENGTH = 8;
const READ_HOLDING_REGISTERS = 3;
const READ_INPUT_REGISTERS = 4;

/**
 * An RTU line as modbus-serial wants a port: cuts the bytes of a serial line or a TCP connection into
 * replies. The library checks their CRC, length, unit and function. A reply that an earlier request is
 * still owed is thrown away here.
 */
export class RtuPort extends EventEmitter {
  readonly owed: OwedReplies;
  readonly #stream: Duplex;
  readonly #timing: LineTiming;
  readonly #clock: Clock;
  #received: Buffer = Buffer.alloc(0);
  #lastByteAtMs: EpochMs = epochMs(0);
  #expected: ExpectedReply | null = null;
  #broken: Timer | null = null;

  constructor(stream: Duplex, timing: LineTiming, owed: OwedReplies, clock: Clock) {
    super();
    this.#stream = stream;
    this.#timing = timing;
    this.owed = owed;
    this.#clock = clock;
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  /** Asked by the library before every request. */
  get isOpen(): boolean {
    return !this.#stream.destroyed;
  }

  /** Called by the library; the line is open already. */
  open(callback: () => void): void {
    callback();
  }

  /** Called by the library with a whole request. */
  write(request: Buffer): void {
    const functionCode = request.readUInt8(1);
    const isRead = functionCode === READ_HOLDING_REGISTERS || functionCode === READ_INPUT_REGISTERS;
    this.#expected = {
      unit: request.readUInt8(0),
      functionCode,
      length: isRead ? readReplyLength(request.readUInt16BE(4)) : ECHO_LENGTH,
      address: request.readUInt16BE(2),
    };
    this.#received = Buffer.alloc(0);
    this.#stream.write(request);
  }

  /** Waits until the line has been silent as long as it must be, and forgets what came before. */
  async quiet(deadlineMs: EpochMs): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      const waitMs = Math.min(this.#lastByteAtMs + this.#timing.gapMs, deadlineMs) - now;
      if (waitMs <= 0) break;
      await sleep(this.#clock, durationMs(waitMs));
    }
    this.#received = Buffer.alloc(0);
  }

  /** Gives the request up: its reply may still come. */
  abandon(): void {
    this.#broken?.cancel();
    if (this.#expected !== null) this.owed.add(this.#expected);
    this.#expected = null;
  }

  /** Notes that the request has its reply. */
  settle(): void {
    if (this.#expected !== null) this.owed.clear(this.#expected.unit);
    this.#expected = null;
  }

  #receive(chunk: Buffer): void {
    this.#lastByteAtMs = this.#clock.now();
    this.#broken?.cancel();
    const expected = this.#expected;
    if (expected === null) return;
    this.#received = Buffer.concat([this.#received, chunk]);
    for (let length = frameLength(this.#received); length !== null; length = frameLength(this.#received)) {
      if (this.#received.length < length) break;
      const reply = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      if (!mayBe(reply, expected) && this.owed.has(reply)) continue;
      this.emit("data", reply);
      return;
    }
    if (this.#received.length > 0) this.#awaitRest();
  }

  #awaitRest(): void {
    this.#broken = this.#clock.after(durationMs(this.#timing.brokenAfterMs), () => {
      const torn = this.#received;
      this.#received = Buffer.alloc(0);
      if (this.#expected !== null) this.emit("data", torn);
    });
  }
}

/** How long a reply must be by its first bytes, or `null` while they have not come. */
function frameLength(received: Buffer): number | null {
  const [, functionCode, byteCount] = received;
  if (functionCode === undefined) return null;
  if (functionCode & EXCEPTION_FLAG) return EXCEPTION_LENGTH;
  if (functionCode !== READ_HOLDING_REGISTERS && functionCode !== READ_INPUT_REGISTERS) return ECHO_LENGTH;
  return byteCount === undefined ? null : 5 + byteCount;
}
