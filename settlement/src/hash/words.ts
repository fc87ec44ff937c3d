import type { Hex } from "@commonwatt/vpp-core";
import { fromHex, keccakBytes, toHex } from "./keccak.ts";

const WORD_BYTES = 32;
const HIGH_WORD = 2 ** 32;
const MASK_64 = (1n << 64n) - 1n;

/**
 * A row of 32-byte words as `abi.encode` lays out fields of fixed length. It is filled again and again for
 * leaves of one kind; every word keeps its type, so what a field leaves untouched stays zero.
 */
export class Words {
  readonly bytes: Buffer;

  constructor(count: number) {
    this.bytes = Buffer.alloc(count * WORD_BYTES);
  }

  /** A safe integer ≥ 0. Throws a RangeError for anything else. */
  uint(word: number, value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned integer`);
    const end = (word + 1) * WORD_BYTES;
    const high = Math.floor(value / HIGH_WORD);
    this.bytes.writeUInt32BE(high, end - 8);
    this.bytes.writeUInt32BE(value - high * HIGH_WORD, end - 4);
  }

  /** An unsigned integer of 128 bits. Throws a RangeError for anything else. */
  uint128(word: number, value: bigint): void {
    if (value < 0n || value >> 128n !== 0n)
      throw new RangeError(`${value} is no unsigned integer of 128 bits`);
    const end = (word + 1) * WORD_BYTES;
    this.bytes.writeBigUInt64BE(value >> 64n, end - 16);
    this.bytes.writeBigUInt64BE(value & MASK_64, end - 8);
  }

  /** A signed integer of 64 bits. */
  int64(word: number, value: bigint): void {
    const start = word * WORD_BYTES;
    this.bytes.fill(value < 0n ? 0xff : 0, start, start + WORD_BYTES - 8);
    this.bytes.writeBigInt64BE(value, start + WORD_BYTES - 8);
  }

  bool(word: number, value: boolean): void {
    this.bytes[(word + 1) * WORD_BYTES - 1] = value ? 1 : 0;
  }

  /** Bytes in hex: 32 for a hash, 20 for an address, which stands on the right. Throws a RangeError for others. */
  hex(word: number, value: Hex): void {
    const length = (value.length - 2) / 2;
    const written =
      length === 32 || length === 20
        ? this.bytes.write(value.slice(2), (word + 1) * WORD_BYTES - length, "hex")
        : 0;
    if (written !== length || length === 0) throw new RangeError(`${value} is neither a hash nor an address`);
  }

  /** Exactly 32 bytes. */
  word(word: number, value: Uint8Array): void {
    this.bytes.set(value, word * WORD_BYTES);
  }

  /** Keccak-256 of the row. */
  hash(): Uint8Array {
    return keccakBytes(this.bytes);
  }

  /** Keccak-256 of the row's hash: how leaves are hashed, so that no node can pass for one. */
  hashTwice(): Uint8Array {
    return keccakBytes(keccakBytes(this.bytes));
  }
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

/** Adds zeros up to a whole number of words, as `abi.encode` does after bytes of any length. */
export function paddedWords(bytes: Hex): Buffer {
  const raw = fromHex(bytes);
  return Buffer.concat([raw, Buffer.alloc((WORD_BYTES - (raw.length % WORD_BYTES)) % WORD_BYTES)]);
}
