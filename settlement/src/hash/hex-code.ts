import { type Code, type WasmFunction, wasm } from "./wasm-code.ts";

const HASH_BYTES = 32;
/** A hash in hex: "0x" and its digits. */
export const HASH_TEXT: number = 2 + 2 * HASH_BYTES;
const VECTOR_BYTES = 16;
const DIGITS = [...Buffer.from("0123456789abcdef", "latin1")];

/**
 * Makes digits in hex of bytes: `hexes(hashes, texts, count)` writes those of `count` hashes, one at least, each behind the
 * two characters that its text begins with.
 */
export function hexes(): WasmFunction {
  const [hashes, texts, count, both] = [0, 1, 2, 3];
  const { get, set, tee, i32 } = wasm;
  const upper = [get(both), i32(4), wasm.bytesShiftRight];
  const lower = [get(both), i32(0xf), wasm.bytesOf, wasm.vectorAnd];
  // The digits of eight bytes: the upper and the lower of each, in turn.
  const half = (first: number): Code => {
    const turns = Array.from({ length: 8 }, (_, byte) => [first + byte, VECTOR_BYTES + first + byte]).flat();
    return [wasm.vectorOfBytes(DIGITS), upper, lower, wasm.vectorShuffle(turns), wasm.bytesAt];
  };
  const step = [0, VECTOR_BYTES].map((from) => [
    [get(hashes), wasm.vectorLoad(from), set(both)],
    [get(texts), half(0), wasm.vectorStore(2 + 2 * from)],
    [get(texts), half(8), wasm.vectorStore(2 + 2 * from + VECTOR_BYTES)],
  ]);
  const body = wasm.repeat(
    step,
    [get(hashes), i32(HASH_BYTES), wasm.add, set(hashes)],
    [get(texts), i32(HASH_TEXT), wasm.add, set(texts)],
    [get(count), i32(1), wasm.sub, tee(count)],
  );
  return { name: "hexes", parameters: 3, counters: 0, vectors: 1, body };
}

/** Sixteen digits make eight bytes in one step. */
const STEP_BYTES = 8;
const [ZERO, NINE, LETTER_A, LETTER_F, TO_SMALL] = [0x30, 9, 0x61, 5, 0x20] as const;

/**
 * Makes bytes of digits in hex: `unhex(text, bytes, count)` writes `count` bytes, eight at least, and answers 1, or 0
 * when one of the characters is no digit. The last step ends where the text does, so it may redo some of the one before.
 */
export function unhex(): WasmFunction {
  const [text, bytes, count] = [0, 1, 2];
  const [at, isMore] = [3, 4];
  const [characters, digits, letters, isDigit, sound] = [5, 6, 7, 8, 9];
  const { get, set, tee, i32 } = wasm;
  const values = [
    [get(text), get(at), i32(2), wasm.mul, wasm.add, wasm.vectorLoad(0), set(characters)],
    [get(characters), i32(ZERO), wasm.bytesOf, wasm.bytesSub, tee(digits)],
    [i32(NINE), wasm.bytesOf, wasm.bytesAtMost, set(isDigit)],
    [get(characters), i32(TO_SMALL), wasm.bytesOf, wasm.vectorOr, i32(LETTER_A), wasm.bytesOf, wasm.bytesSub],
    [tee(letters), i32(LETTER_F), wasm.bytesOf, wasm.bytesAtMost, get(isDigit), wasm.vectorOr],
    [get(sound), wasm.vectorAnd, set(sound)],
    [get(digits), get(letters), i32(10), wasm.bytesOf, wasm.bytesAdd, get(isDigit), wasm.vectorSelect],
  ];
  // The first digit of each pair stands in the lower byte of its sixteen bits.
  const joined = [
    [tee(digits), i32(4), wasm.pairsShiftLeft, get(digits), i32(8), wasm.pairsShiftRight, wasm.vectorOr],
    [i32(0xff), wasm.pairsOf, wasm.vectorAnd, tee(digits), get(digits), wasm.bytesOfPairs, set(digits)],
  ];
  const step = [
    [values, joined, get(bytes), get(at), wasm.add, get(digits), wasm.vectorStoreHalf(0, 0)],
    [get(at), i32(STEP_BYTES), wasm.add, get(count), wasm.isLess, set(isMore)],
    // The next step begins after this one, but never so late that it would read beyond the text.
    [get(at), i32(STEP_BYTES), wasm.add, get(count), i32(STEP_BYTES), wasm.sub],
    [get(at), i32(2 * STEP_BYTES), wasm.add, get(count), wasm.isLess, wasm.choose, set(at)],
  ];
  const body = [
    [i32(0xff), wasm.bytesOf, set(sound)],
    [wasm.repeat(step, get(isMore)), get(sound), wasm.bytesAllTrue],
  ];
  return { name: "unhex", parameters: 3, counters: 2, vectors: 5, body, answers: true };
}
