import type { Hex } from "@commonwatt/vpp-core";
import { HASH_TEXT } from "./hex-code.ts";
import { BLOCK_BYTES, FREE, keccakModule, MEMORY_BYTES } from "./keccak-module.ts";

const HASH_BYTES = 32;
/** A single message, or as much of it as goes in at once. */
const MESSAGE = FREE;
const MESSAGE_BYTES = 60 * BLOCK_BYTES;
/** A text in hex. */
const TEXT = MESSAGE + MESSAGE_BYTES + 8;
const TEXT_BYTES = 512;
const UNHEX_MIN = 8;
/** Hashes of many messages, and the messages. */
const HASHES = TEXT + TEXT_BYTES;
const AT_ONCE_MAX = 512;
/** Longer texts in hex are rare, and hashed one by one. */
const ALIKE_MAX = 1_024;
/** Hashes in hex. */
const TEXTS = HASHES + AT_ONCE_MAX * HASH_BYTES;
const TEXTS_BYTES = AT_ONCE_MAX * HASH_TEXT;
const MESSAGES = TEXTS + TEXTS_BYTES;
const MESSAGES_BYTES = MEMORY_BYTES - MESSAGES - 8;

/** One WebAssembly sponge for the whole thread: it never waits, so nobody comes between its steps. */
const sponge = keccakModule();
const memory = Buffer.from(sponge.memory.buffer);
const textBytes = memory.subarray(TEXT, TEXT + TEXT_BYTES);
memory.fill("0x".padEnd(HASH_TEXT), TEXTS, TEXTS + TEXTS_BYTES, "latin1");
/** Writes a text in a third of the time that a buffer takes. */
const encoder = new TextEncoder();

/** Keccak-256 of some bytes, as the EVM has it. */
export function keccakBytes(bytes: Uint8Array): Buffer {
  const last = bytes.length - (bytes.length % MESSAGE_BYTES);
  sponge.begin();
  for (let from = 0; from < last; from += MESSAGE_BYTES) {
    memory.set(bytes.subarray(from, from + MESSAGE_BYTES), MESSAGE);
    sponge.blocks(MESSAGE, MESSAGE, MESSAGE_BYTES / BLOCK_BYTES);
  }
  const left = bytes.length - last;
  memory.set(last === 0 ? bytes : bytes.subarray(last), MESSAGE);
  const blocks = Math.floor(left / BLOCK_BYTES);
  if (blocks > 0) sponge.blocks(MESSAGE, MESSAGE, blocks);
  const rest = MESSAGE + blocks * BLOCK_BYTES;
  sponge.finish(rest, rest, left % BLOCK_BYTES);
  sponge.digests(HASHES, HASHES);
  return Buffer.from(memory.subarray(HASHES, HASHES + HASH_BYTES));
}

/** Where a message among many is to be written: a place in a buffer that is zero wherever nobody wrote yet. */
export type WriteMessage = (buffer: Buffer, at: number, index: number) => void;

/** How many messages are hashed. */
export interface HashManyOptions {
  /** Hashes each hash again. */
  readonly twice?: boolean;
}

/**
 * Keccak-256 of many messages of the same length, one hash after the other.
 * Messages are written into memory that is used again and again: a message may write only where all others
 * of its kind do, and must hash nothing while it is written. Throws a RangeError for messages that do not fit.
 */
export function keccakMany(
  count: number,
  length: number,
  write: WriteMessage,
  { twice = false }: HashManyOptions = {},
): Buffer {
  const stride = 8 * Math.ceil(length / 8);
  const atOnce = Math.min(AT_ONCE_MAX, Math.floor(MESSAGES_BYTES / Math.max(HASH_BYTES, stride)));
  if (atOnce === 0) throw new RangeError(`messages of ${length} bytes are too long to be hashed together`);
  const hashes = Buffer.allocUnsafeSlow(count * HASH_BYTES);
  memory.fill(0, MESSAGES, MESSAGES + Math.min(count, atOnce) * stride);
  for (let from = 0; from < count; from += atOnce) {
    const many = Math.min(atOnce, count - from);
    for (let number = 0; number < many; number++) write(memory, MESSAGES + number * stride, from + number);
    sponge.hashAll(MESSAGES, stride, length, many, HASHES);
    if (twice) sponge.hashAll(HASHES, HASH_BYTES, HASH_BYTES, many, HASHES);
    memory.copy(hashes, from * HASH_BYTES, HASHES, HASHES + many * HASH_BYTES);
  }
  return hashes;
}

/** Keccak-256 of every 64 bytes, one hash after the other. */
export function keccakPairs(pairs: Uint8Array): Buffer {
  const length = 2 * HASH_BYTES;
  const count = pairs.length / length;
  const hashes = Buffer.allocUnsafeSlow(count * HASH_BYTES);
  for (let from = 0; from < count; from += AT_ONCE_MAX) {
    const many = Math.min(AT_ONCE_MAX, count - from);
    memory.set(pairs.subarray(from * length, (from + many) * length), MESSAGES);
    sponge.hashAll(MESSAGES, length, length, many, HASHES);
    memory.copy(hashes, from * HASH_BYTES, HASHES, HASHES + many * HASH_BYTES);
  }
  return hashes;
}

/** Writes the bytes of a text in hex, and says how many: all, or none when the text is something else. */
export function writeHex(buffer: Buffer, hex: Hex, at: number): number {
  const count = (hex.length - 2) / 2;
  if (buffer !== memory || count < UNHEX_MIN || hex.length > TEXT_BYTES || !Number.isInteger(count)) {
    return buffer.write(hex.slice(2), at, "hex") === count ? count : 0;
  }
  // A text that is longer in UTF-8 has letters in it that no digit has.
  const isShort = encoder.encodeInto(hex, textBytes).written === hex.length;
  return isShort && sponge.unhex(TEXT + 2, at, count) === 1 ? count : 0;
}

/** Keccak-256 of bytes in hex. */
export function keccak256(bytes: Hex): Hex {
  return toHex(keccakBytes(fromHex(bytes)));
}

/** Keccak-256 of many texts in hex; those of one length are hashed together. */
export function keccakHexes(texts: readonly Hex[]): readonly Hex[] {
  const length = (texts[0]?.length ?? 2) / 2 - 1;
  const areAlike = texts.every((text) => text.length === 2 * length + 2);
  if (!areAlike || length > ALIKE_MAX) return texts.map(keccak256);
  let isHex = true;
  const hashes = keccakMany(texts.length, length, (buffer, at, index) => {
    isHex &&= writeHex(buffer, texts[index] ?? "0x", at) === length;
  });
  return isHex ? toHexes(hashes) : texts.map(keccak256);
}

/** Keccak-256 of a text in UTF-8. */
export function keccakText(text: string): Hex {
  return toHex(keccakBytes(Buffer.from(text, "utf8")));
}

/** Bytes as `0x` and hex digits. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** Hashes that stand one after the other, each in hex. */
export function toHexes(hashes: Buffer): readonly Hex[] {
  const texts: Hex[] = [];
  for (let from = 0; from < hashes.length; from += AT_ONCE_MAX * HASH_BYTES) {
    const many = Math.min(AT_ONCE_MAX, (hashes.length - from) / HASH_BYTES);
    hashes.copy(memory, HASHES, from, from + many * HASH_BYTES);
    sponge.hexes(HASHES, TEXTS, many);
    // One text each, where "0x" before digits would be two that are put together when somebody looks.
    for (let at = TEXTS; at < TEXTS + many * HASH_TEXT; at += HASH_TEXT) {
      texts.push(memory.toString("latin1", at, at + HASH_TEXT) as Hex);
    }
  }
  return texts;
}

/** The bytes of a hex text. */
export function fromHex(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}
