import { type Clock, type EpochMs, epochMs, isCommonwattError, messageOf } from "@commonwatt/vpp-core";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";
import type { Decoded } from "../sunspec/point-codec.ts";
import { isBusy, whileBusy } from "./busy.ts";
import type { RegisterMapProfile } from "./profile.ts";
import type { ProfileWire } from "./profile-wire.ts";
import { planBlocks, type ReadBlock, type RegisterSpan, spansOf } from "./read-blocks.ts";
import { registersOf } from "./register-codec.ts";

/** The bytes of registers by their names, or why there are none. */
export type RegisterBytes = ReadonlyMap<string, Decoded<Buffer>>;

/** A register that a device refuses is not asked for again for so long. */
const REFUSED_FOR_MS = 600_000;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
/** By these a gateway says that the unit behind it does not answer. */
const GATEWAY_EXCEPTIONS: ReadonlySet<number> = new Set([10, 11]);

/**
 * Reads registers in as few requests as a device takes. A block that the device refuses, or answers in
 * part, is halved until what remains is answered; single registers that are refused are left out for a
 * while, and where only the size was wrong, blocks stay that small.
 */
export class RegisterReader {
  readonly #registers: RegisterMapProfile["registers"];
  readonly #wire: ProfileWire;
  readonly #clock: Clock;
  #blockRegistersMax: number;
  readonly #refusedUntilMs = new Map<string, { readonly untilMs: EpochMs; readonly reason: string }>();

  constructor(registers: RegisterMapProfile["registers"], wire: ProfileWire, wallClock: Clock) {
    this.#registers = registers;
    this.#wire = wire;
    this.#clock = wallClock;
    this.#blockRegistersMax = wire.profile.blockRegistersMax;
  }

  /** The size of the largest request it would send now. */
  get blockRegistersMax(): number {
    return this.#blockRegistersMax;
  }

  /**
   * Reads registers, and those that their values are worked out from.
   * @throws CommonwattError when the wire fails; what the device refuses is a reason in the result.
   */
  async read(names: readonly string[], deadlineMs: EpochMs): Promise<RegisterBytes> {
    const result = new Map<string, Decoded<Buffer>>();
    const asked: RegisterSpan[] = [];
    for (const span of spansOf(this.#registers, names)) {
      const refused = this.#refusedUntilMs.get(keyOf(span));
      if (refused === undefined || refused.untilMs <= this.#clock.now()) asked.push(span);
      else noteMissing(result, span, refused.reason);
    }
    for (const block of this.#plan(asked)) await this.#readBlock(block, deadlineMs, result);
    return result;
  }

  #plan(spans: readonly RegisterSpan[]): readonly ReadBlock[] {
    const { gapRegistersMax, windowRegisters } = this.#wire.profile;
    const blockRegistersMax = this.#blockRegistersMax;
    return planBlocks(spans, { blockRegistersMax, gapRegistersMax, windowRegisters });
  }

  /** Returns whether a single register of the block was refused. */
  async #readBlock(
    block: ReadBlock,
    deadlineMs: EpochMs,
    result: Map<string, Decoded<Buffer>>,
  ): Promise<boolean> {
    try {
      const bytes = await this.#ask(block, deadlineMs);
      for (const span of block.spans) this.#take(span, block, bytes, result);
      return false;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [only] = block.spans;
      if (block.spans.length === 1 && only !== undefined) {
        noteMissing(result, only, messageOf(error));
        this.#noteRefusal(only, error);
        return true;
      }
      return this.#readHalves(block, deadlineMs, result);
    }
  }

  /** A frame that was spoilt on its way is asked for again; one that is spoilt twice is how the device answers. */
  #ask(block: ReadBlock, deadlineMs: EpochMs): Promise<Buffer> {
    const ask = (): Promise<Buffer> =>
      whileBusy(this.#clock, deadlineMs, () => this.#wire.read(block, deadlineMs));
    return ask().catch((error: unknown) => {
      if (isCommonwattError(error, "MODBUS_BAD_FRAME")) return ask();
      throw error;
    });
  }

  async #readHalves(
    block: ReadBlock,
    deadlineMs: EpochMs,
    result: Map<string, Decoded<Buffer>>,
  ): Promise<boolean> {
    const before = this.#blockRegistersMax;
    this.#blockRegistersMax = Math.max(1, Math.floor(block.count / 2));
    let hasRefused = false;
    for (const half of this.#plan(block.spans)) {
      if (await this.#readBlock(half, deadlineMs, result)) hasRefused = true;
    }
    // The block was refused for one of its registers, not for its size.
    if (hasRefused) this.#blockRegistersMax = before;
    return hasRefused;
  }

  #take(span: RegisterSpan, block: ReadBlock, bytes: Buffer, result: Map<string, Decoded<Buffer>>): void {
    for (const name of span.names) {
      const register = this.#registers[name];
      if (register === undefined) continue;
      const start = 2 * (register.address - block.start);
      const value = bytes.subarray(start, start + 2 * registersOf(register));
      result.set(name, { status: "good", value });
    }
  }

  #noteRefusal(span: RegisterSpan, error: unknown): void {
    if (exceptionCodeOf(error) !== ILLEGAL_ADDRESS) return;
    const untilMs = epochMs(this.#clock.now() + REFUSED_FOR_MS);
    this.#refusedUntilMs.set(keyOf(span), { untilMs, reason: messageOf(error) });
  }
}

function keyOf(span: RegisterSpan): string {
  return `${span.unitName ?? ""}/${span.table}/${span.start}-${span.end}`;
}

function noteMissing(result: Map<string, Decoded<Buffer>>, span: RegisterSpan, reason: string): void {
  for (const name of span.names) result.set(name, { status: "unavailable", reason });
}

/** Whether the device answers, but not with what it was asked for. */
function isRefusal(error: unknown): boolean {
  const code = exceptionCodeOf(error);
  if (code === null) return isCommonwattError(error, "MODBUS_BAD_FRAME");
  if (isBusy(error) || GATEWAY_EXCEPTIONS.has(code)) return false;
  return code === ILLEGAL_ADDRESS || code === ILLEGAL_VALUE;
}
