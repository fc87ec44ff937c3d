/** What tells one reply from another on a line: RTU frames have no number to match them by. */
export interface ExpectedReply {
  readonly unit: number;
  readonly functionCode: number;
  /** Of the whole frame, in bytes. */
  readonly length: number;
  /** The first register that was asked for. */
  readonly address: number;
}

const EXCEPTION_FLAG = 0x80;
/** Replies that one unit is remembered to owe; older ones do not come any more. */
const OWED_MAX = 8;

/** The length of the reply to a read of so many registers. */
export function readReplyLength(registers: number): number {
  return 5 + 2 * registers;
}

/** Whether a frame may be the reply. */
export function mayBe(frame: Buffer, reply: ExpectedReply): boolean {
  const [unit, functionCode] = frame;
  if (unit !== reply.unit) return false;
  if (functionCode === reply.functionCode) return frame.length === reply.length;
  return functionCode === (reply.functionCode | EXCEPTION_FLAG);
}

/**
 * Replies that did not come in time and may still come, to a line that has been opened anew as well.
 * A device answers in order: behind an answer to a later request none of them can come.
 */
export class OwedReplies {
  readonly #byUnit = new Map<number, readonly ExpectedReply[]>();

  /** Notes a reply that was given up. */
  add(reply: ExpectedReply): void {
    const owed = this.#byUnit.get(reply.unit) ?? [];
    this.#byUnit.set(reply.unit, [...owed, reply].slice(-OWED_MAX));
  }

  /** Notes that a unit has answered a later request. */
  clear(unit: number): void {
    this.#byUnit.delete(unit);
  }

  /** Whether a frame may be one of them. */
  has(frame: Buffer): boolean {
    const owed = this.#byUnit.get(frame[0] ?? 0) ?? [];
    return owed.some((reply) => mayBe(frame, reply));
  }

  /** A read whose reply cannot be taken for any that the unit owes; `null` when it owes none. */
  probeOf(unit: number): { readonly address: number; readonly count: number } | null {
    const owed = this.#byUnit.get(unit);
    const last = owed?.at(-1);
    if (owed === undefined || last === undefined) return null;
    let count = 1;
    while (owed.some((reply) => reply.length === readReplyLength(count))) count += 1;
    return { address: last.address, count };
  }
}
