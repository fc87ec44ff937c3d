import type { Hex } from "@commonwatt/vpp-core";
import { BLOCK_BYTES, FREE, keccakModule, MEMORY_BYTES } from "./keccak-module.ts";

const HASH_BYTES = 32;
/** A single message, or as much of it as goes in at once. */
const MESSAGE = FREE;
const MESSAGE_BYTES = 60 * BLOCK_BYTES;
/** Hashes of many messages, and the messages. */
const HASHES = MESSAGE + MESSAGE_BYTES + 64;
const AT_ONCE_MAX = 512;
const MESSAGES = HASHES + AT_ONCE_MAX * HASH_BYTES;
const MESSAGES_BYTES = MEMORY_BYTES - MESSAGES - 8;

/** One WebAssembly sponge for the whole thread: it never waits, so nobody comes between its steps. */
const sponge = keccakModule();
const memory = Buffer.from(sponge.memory.buffer);

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

/**
 * Keccak-256 of many messages of the same length, one hash after the other; `twice` hashes each hash again.
 * Messages are written into memory that is used again and again: a message may write only where all others
 * of its kind do, and must hash nothing while it is written. Throws a RangeError for messages that do not fit.
 */
export function keccakMany(count: number, length: number, write: WriteMessage, twice = false): Buffer {
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

/** Keccak-256 of bytes in hex. */
export function keccak256(bytes: Hex): Hex {
  return toHex(keccakBytes(fromHex(bytes)));
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
  return Array.from(
    { length: hashes.length / HASH_BYTES },
    (_, index): Hex => `0x${hashes.toString("hex", index * HASH_BYTES, (index + 1) * HASH_BYTES)}`,
  );
}

/** The bytes of a hex text. */
export function fromHex(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}
