import assert from "node:assert/strict";
import type { Hex } from "@commonwatt/vpp-core";
import { type HashManyOptions, keccakMany, writeHex } from "./keccak.ts";
import { viewOf, write64, write128 } from "./views.ts";

const HASH_BYTES = 32;
const ADDRESS_BYTES = 20;

/** How many bytes a text in hex stands for. */
export function bytesIn(hex: Hex): number {
  return Math.floor(hex.length / 2) - 1;
}

/**
 * A row of fields one after the other, each as wide as its type and with its highest byte first, as `abi.encodePacked`
 * lays them out. It is filled again and again for rows of one kind. What does not fit a field is a RangeError.
 */
export class PackedRow {
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  /** The texts in a row by their turn, and where each was written last: neighbours often have the same. */
  readonly #texts: Hex[] = [];
  readonly #places: number[] = [];
  #turn = 0;

  /** Begins a row at a place of a buffer. */
  begin(buffer: Buffer, at: number): void {
    if (buffer !== this.#bytes) {
      this.#bytes = buffer;
      this.#view = viewOf(buffer);
      this.forget();
    }
    this.#at = at;
    this.#turn = 0;
  }

  /** Forgets what was written: somebody else writes there, or rows of another kind follow. */
  forget(): void {
    this.#texts.length = 0;
  }

  /** Where the next field goes. */
  get end(): number {
    return this.#at;
  }

  bool(value: boolean): void {
    this.#view.setUint8(this.#at, value ? 1 : 0);
    this.#at += 1;
  }

  uint8(value: number): void {
    if ((value & 0xff) !== value) throw new RangeError(`${value} is no unsigned integer of 8 bits`);
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`${value} is no unsigned integer of 32 bits`);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  /** A safe integer ≥ 0. */
  uint64(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned integer`);
    write64(this.#view, this.#at, value);
    this.#at += 8;
  }

  /** A safe integer. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer`);
    write64(this.#view, this.#at, value);
    this.#at += 8;
  }

  uint128(value: bigint): void {
    write128(this.#view, this.#at, value);
    this.#at += 16;
  }

  /** A hash in hex, 32 bytes. */
  hash(value: Hex): void {
    this.#hex(value, HASH_BYTES);
  }

  /** An address in hex, 20 bytes. */
  address(value: Hex): void {
    this.#hex(value, ADDRESS_BYTES);
  }

  /** Bytes in hex, as many as they are. */
  bytes(value: Hex): void {
    this.#hex(value, bytesIn(value));
  }

  /** 32 bytes that stand somewhere among others. */
  bytes32(bytes: DataView, from: number): void {
    this.#copy(bytes, from, HASH_BYTES);
    this.#at += HASH_BYTES;
  }

  #hex(value: Hex, length: number): void {
    const turn = this.#turn++;
    if (value === this.#texts[turn]) {
      this.#copy(this.#view, this.#places[turn] ?? 0, length);
    } else {
      if (value.length !== 2 + 2 * length || writeHex(this.#bytes, value, this.#at) !== length) {
        throw new RangeError(`${value} is not ${length} bytes in hex`);
      }
      this.#texts[turn] = value;
      this.#places[turn] = this.#at;
    }
    this.#at += length;
  }

  #copy(source: DataView, from: number, length: number): void {
    let at = 0;
    for (; at + 4 <= length; at += 4) this.#view.setInt32(this.#at + at, source.getInt32(from + at));
    for (; at < length; at++) this.#view.setUint8(this.#at + at, source.getUint8(from + at));
  }
}

/** One row of so many bytes. Throws an AssertionError when its fields come to another number. */
export function packedBytes(byteCount: number, fill: (row: PackedRow) => void): Buffer {
  const bytes = Buffer.alloc(byteCount);
  const single = new PackedRow();
  single.begin(bytes, 0);
  fill(single);
  assert.equal(single.end, byteCount, "a row is as long as its fields");
  return bytes;
}

const row = new PackedRow();

/**
 * Keccak-256 of many rows of so many bytes, each filled by its index; all have their fields in the same places. While a
 * row is filled nothing may be hashed.
 */
export function hashPacked(
  count: number,
  byteCount: number,
  fill: (row: PackedRow, index: number) => void,
  options: HashManyOptions = {},
): Buffer {
  row.forget();
  const write = (buffer: Buffer, at: number, index: number): void => {
    row.begin(buffer, at);
    fill(row, index);
  };
  return keccakMany(count, byteCount, write, options);
}
