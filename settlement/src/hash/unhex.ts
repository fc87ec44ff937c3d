import { type WasmFunction, wasm } from "./wasm-code.ts";

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
