import type { Hex } from "@commonwatt/vpp-core";
import { keccakBytes, keccakMany, toHex, writeHex } from "./keccak.ts";
import { viewOf, write64, write128 } from "./views.ts";

const WORD_BYTES = 32;

/**
 * A row of 32-byte words as `abi.encode` lays out fields of fixed length. It is filled again and again for
 * leaves of one kind; every word keeps its type, so what a field leaves untouched stays zero.
 */
export class Words {
  #bytes: Buffer;
  #view: DataView;
  /** Where the row begins. */
  #at = 0;
  /** The text that stands in a word, and where it was written last: neighbours often have the same. */
  readonly #texts: Hex[] = [];
  readonly #places: number[] = [];

  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * WORD_BYTES);
    this.#view = viewOf(this.#bytes);
  }

  /** The bytes of a row that never moved. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Goes on at a place of a buffer that is zero, but for what another row of this kind left there. */
  moveTo(buffer: Buffer, at: number): void {
    if (buffer !== this.#bytes) {
      this.#bytes = buffer;
      this.#view = viewOf(buffer);
    }
    this.#at = at;
  }

  /** Forgets what was written: somebody else writes there. */
  forget(): void {
    this.#texts.length = 0;
  }

  /** A safe integer ≥ 0. Throws a RangeError for anything else. */
  uint(word: number, value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned integer`);
    write64(this.#view, this.#at + (word + 1) * WORD_BYTES - 8, value);
  }

  /** An unsigned integer of 128 bits. Throws a RangeError for anything else. */
  uint128(word: number, value: bigint): void {
    write128(this.#view, this.#at + (word + 1) * WORD_BYTES - 16, value);
  }

  /** A signed integer of 64 bits. */
  int64(word: number, value: bigint): void {
    this.#sign(word, value < 0n);
    this.#view.setBigInt64(this.#at + (word + 1) * WORD_BYTES - 8, value);
  }

  /** Bytes in hex: 32 for a hash, 20 for an address, which stands on the right. Throws a RangeError for others. */
  hex(word: number, value: Hex): void {
    const start = this.#at + word * WORD_BYTES;
    if (value === this.#texts[word]) {
      copyWord(this.#view, this.#places[word] ?? 0, this.#view, start);
      return;
    }
    const length = (value.length - 2) / 2;
    const isFixed = length === WORD_BYTES || length === ADDRESS_BYTES;
    if (!isFixed || writeHex(this.#bytes, value, start + WORD_BYTES - length) !== length) {
      throw new RangeError(`${value} is neither a hash nor an address`);
    }
    this.#texts[word] = value;
    this.#places[word] = start;
  }

  /** 32 bytes that stand somewhere among others. */
  word(word: number, bytes: DataView, from = 0): void {
    copyWord(bytes, from, this.#view, this.#at + word * WORD_BYTES);
    this.#texts[word] = "0x";
  }

  /** Keccak-256 of a row that never moved. */
  hash(): Uint8Array {
    return keccakBytes(this.#bytes);
  }

  /** What stands before the last 64 bits of a signed integer. */
  #sign(word: number, isNegative: boolean): void {
    const start = this.#at + word * WORD_BYTES;
    const fill = isNegative ? -1 : 0;
    for (let at = start; at < start + WORD_BYTES - 8; at += 4) this.#view.setInt32(at, fill);
  }
}

const ADDRESS_BYTES = 20;

function copyWord(source: DataView, from: number, target: DataView, to: number): void {
  for (let at = 0; at < WORD_BYTES; at += 4) target.setInt32(to + at, source.getInt32(from + at));
}

const row = new Words(0);

/** Keccak-256 of many rows of so many words, each filled by its index. While a row is filled nothing may be hashed. */
export function hashRows(
  count: number,
  wordCount: number,
  fill: (row: Words, index: number) => void,
): Buffer {
  row.forget();
  const write = (buffer: Buffer, at: number, index: number): void => {
    row.moveTo(buffer, at);
    fill(row, index);
  };
  return keccakMany(count, wordCount * WORD_BYTES, write);
}

/** Fields of fixed length as `abi.encode` lays them out, each in a word. */
export function encodeWords(...fields: readonly (Hex | bigint | number)[]): Hex {
  const words = new Words(fields.length);
  for (const [index, field] of fields.entries()) {
    if (typeof field === "string") words.hex(index, field);
    else if (typeof field === "number") words.uint(index, field);
    else words.uint128(index, field);
  }
  return toHex(words.bytes);
}
