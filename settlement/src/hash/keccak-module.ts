import { hexes, unhex } from "./hex-code.ts";
import { type Code, instantiate, type WasmFunction, wasm } from "./wasm-code.ts";

/*
 * Keccak-f[1600] (FIPS 202 §3) with the padding of Keccak-256 as the EVM has it, for two messages at once: a vector
 * register of WebAssembly holds the same lane of both states. It is assembled here because no package hashes
 * many short messages in one call, and a batch is nothing but short messages.
 */

/** Bytes of a message that one block takes. */
export const BLOCK_BYTES = 136;

/** What the module exports. All addresses are in its memory, which it lets nobody else change below {@link FREE}. */
export interface KeccakModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Begins two messages. */
  begin(): void;
  /** Takes whole blocks of both messages, one at least. */
  blocks(first: number, second: number, count: number): void;
  /** Takes what is left of both, less than a block, and ends them. */
  finish(first: number, second: number, length: number): void;
  /** Writes the hashes of both, 32 bytes each. */
  digests(first: number, second: number): void;
  /**
   * Hashes `count` messages, one at least, of the same length that stand `stride` bytes apart, and writes
   * their hashes one after the other. They may be written over the messages when the stride is 32 or more.
   */
  hashAll(messages: number, stride: number, length: number, count: number, hashes: number): void;
  /** Makes `count` bytes, eight at least, of their text in hex; 0 when it is none, 1 when it is. */
  unhex(text: number, bytes: number, count: number): 0 | 1;
  /** Makes digits of `count` hashes, one at least, each in a text whose first two characters are there. */
  hexes(hashes: number, texts: number, count: number): void;
}

const LANES = 25;
const BLOCK_LANES = BLOCK_BYTES / 8;
const ROUNDS = 24;
const PAGES = 4;

/** Both states, lane by lane. */
const STATE = 0;
/** Zeros, as messages start from them. */
const START = 704;
const CONSTANTS = 512;
/** From here on memory is for messages and hashes. Seven bytes at its end may be read but count for nothing. */
export const FREE = 1_152;
/** All of its memory. */
export const MEMORY_BYTES: number = PAGES * 65_536;

/** How far each lane turns, by its place x + 5y (FIPS 202, table 2, modulo 64). */
const OFFSETS = [
  ...[0, 1, 62, 28, 27],
  ...[36, 44, 6, 55, 20],
  ...[3, 10, 43, 25, 39],
  ...[41, 45, 15, 21, 8],
  ...[18, 2, 61, 56, 14],
];

const { get, set, tee, i32 } = wasm;
const FIVE = [0, 1, 2, 3, 4] as const;
const place = (x: number, y: number): number => (x % 5) + 5 * (y % 5);

/** Instantiates the module; it is compiled once a thread. */
export function keccakModule(): KeccakModule {
  const functions = [permute(), begin(), blocks(), finish(), digests(), hashAll(), unhex(), hexes()];
  return instantiate(functions, { at: CONSTANTS, bytes: roundConstants() }, PAGES);
}

/** ι's constants, from the linear feedback shift register of FIPS 202, algorithm 5. */
function roundConstants(): Uint8Array {
  const constants = new BigUint64Array(ROUNDS);
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    for (let bit = 0; bit < 7; bit++) {
      if ((register & 1) === 1) constants[round] = (constants[round] ?? 0n) ^ (1n << BigInt(2 ** bit - 1));
      register = (register << 1) ^ ((register >> 7) * 0x171);
    }
  }
  return new Uint8Array(constants.buffer);
}

/** The permutation: two rounds at a time, from one set of locals into the other and back. */
function permute(): WasmFunction {
  const round = 0;
  const one = FIVE.flatMap((y) => FIVE.map((x) => 1 + place(x, y)));
  const other = one.map((local) => local + LANES);
  const [parity, turned, row, spare] = [51, 56, 61, 66];
  const locals = { parity, turned, row, spare, round };
  const load = one.map((local, lane) => [i32(STATE), wasm.vectorLoad(16 * lane), set(local)]);
  const store = one.map((local, lane) => [i32(STATE), get(local), wasm.vectorStore(16 * lane)]);
  const body = [
    load,
    wasm.repeat(
      roundOf(one, other, CONSTANTS, locals),
      roundOf(other, one, CONSTANTS + 8, locals),
      [get(round), i32(16), wasm.add, tee(round)],
      [i32(8 * ROUNDS), wasm.isLess],
    ),
    store,
  ];
  return { name: "permute", parameters: 0, counters: 1, vectors: spare, body };
}

/** θ, ρ and π, χ and ι, each row of the new state as soon as its five lanes have turned. */
function roundOf(
  from: readonly number[],
  to: readonly number[],
  constant: number,
  { parity, turned, row, spare, round }: PermuteLocals,
): Code {
  const lane = (x: number, y: number): Code => get(from[place(x, y)] ?? 0);
  const parities = FIVE.map((x) => [
    [lane(x, 0), lane(x, 1), wasm.vectorXor, lane(x, 2), wasm.vectorXor],
    [lane(x, 3), wasm.vectorXor, lane(x, 4), wasm.vectorXor, set(parity + x)],
  ]);
  const effects = FIVE.map((x) => {
    const turn = [get(parity + ((x + 1) % 5)), rotate(1, spare)];
    return [turn, get(parity + ((x + 4) % 5)), wasm.vectorXor, set(turned + x)];
  });
  const rows = FIVE.map((y) => {
    const lanes = FIVE.map((x) => {
      // π takes lane (x + 3y, x) to (x, y).
      const [fromX, fromY] = [(x + 3 * y) % 5, x];
      const mixed = [lane(fromX, fromY), get(turned + fromX), wasm.vectorXor];
      return [mixed, rotate(OFFSETS[place(fromX, fromY)] ?? 0, spare), set(row + x)];
    });
    const mixed = FIVE.map((x) => {
      const next = [get(row + ((x + 2) % 5)), get(row + ((x + 1) % 5)), wasm.vectorAndNot];
      const iota = x + y === 0 ? [get(round), wasm.vectorLoadBoth(constant), wasm.vectorXor] : [];
      return [get(row + x), next, wasm.vectorXor, iota, set(to[place(x, y)] ?? 0)];
    });
    return [lanes, mixed];
  });
  return [parities, effects, rows];
}

interface PermuteLocals {
  readonly parity: number;
  readonly turned: number;
  readonly row: number;
  readonly spare: number;
  readonly round: number;
}

/** Turns both lanes of the vector before it to the left; by whole bytes in one step. */
function rotate(bits: number, spare: number): Code {
  if (bits === 0) return [];
  if (bits % 8 === 0) {
    const from = (byte: number): number => (byte & 8) + ((byte - bits / 8) & 7);
    const bytes = Array.from({ length: 16 }, (_, byte) => from(byte));
    return [tee(spare), get(spare), [wasm.vectorShuffle(bytes)]];
  }
  const left = [tee(spare), i32(bits), wasm.vectorShiftLeft];
  return [left, get(spare), i32(64 - bits), wasm.vectorShiftRight, wasm.vectorOr];
}

function begin(): WasmFunction {
  const body = Array.from({ length: LANES }, (_, lane) => [
    ...[i32(STATE), i32(START), wasm.vectorLoad(16 * lane), wasm.vectorStore(16 * lane)],
  ]);
  return { name: "begin", parameters: 0, counters: 0, vectors: 0, body };
}

const PERMUTE = 0;
const BEGIN = 1;
const BLOCKS = 2;
const FINISH = 3;
const DIGESTS = 4;

function blocks(): WasmFunction {
  const [first, second, count] = [0, 1, 2];
  const body = wasm.repeat(
    Array.from({ length: BLOCK_LANES }, (_, lane) => absorbLane(first, second, lane)),
    wasm.call(PERMUTE),
    [get(first), i32(BLOCK_BYTES), wasm.add, set(first)],
    [get(second), i32(BLOCK_BYTES), wasm.add, set(second)],
    [get(count), i32(1), wasm.sub, tee(count)],
  );
  return { name: "blocks", parameters: 3, counters: 0, vectors: 0, body };
}

/** Mixes the lane at an offset from both messages, and from the state, into the state. */
function absorbLane(first: number, second: number, lane: number, state: Code = i32(STATE)): Code {
  const both = [get(second), get(first), wasm.vectorLoadBoth(8 * lane), wasm.vectorLoadHalf(8 * lane, 1)];
  return [state, both, state, wasm.vectorLoad(16 * lane), wasm.vectorXor, wasm.vectorStore(16 * lane)];
}

/** Whole lanes first, then what is left of one with the bit that ends a message, then the bit that ends a block. */
function finish(): WasmFunction {
  const [first, second, length, state] = [0, 1, 2, 3];
  const wholeLanes = wasm.repeat(
    absorbLane(first, second, 0, get(state)),
    [get(first), i32(8), wasm.add, set(first)],
    [get(second), i32(8), wasm.add, set(second)],
    [get(state), i32(16), wasm.add, set(state)],
    [get(length), i32(8), wasm.sub, tee(length), i32(8), wasm.isAtLeast],
  );
  const end = [wasm.i64(1n), get(length), i32(8), wasm.mul, wasm.extend, wasm.shiftLeft64];
  const rest = (message: number, half: number): Code => {
    const left = [get(message), wasm.load64(0), end, wasm.i64(1n), wasm.sub64, wasm.and64, end, wasm.or64];
    return [get(state), left, get(state), wasm.load64(8 * half), wasm.xor64, wasm.store64(8 * half)];
  };
  const lastBit = (half: number): Code => {
    const at = 16 * (BLOCK_LANES - 1) + 8 * half;
    const changed = [i32(STATE), wasm.load64(at), wasm.i64(1n << 63n), wasm.xor64];
    return [i32(STATE), changed, wasm.store64(at)];
  };
  const body = [
    [get(length), i32(8), wasm.isAtLeast, wasm.when(wholeLanes)],
    [rest(first, 0), rest(second, 1), lastBit(0), lastBit(1), wasm.call(PERMUTE)],
  ];
  return { name: "finish", parameters: 3, counters: 1, vectors: 0, body };
}

function digests(): WasmFunction {
  const write = (to: number, half: 0 | 1): Code =>
    [0, 1, 2, 3].map((lane) => {
      return [get(to), i32(STATE), wasm.vectorLoad(16 * lane), wasm.vectorStoreHalf(8 * lane, half)];
    });
  // The second first: who hashes one message only lets it stand for both.
  const body = [write(1, 1), write(0, 0)];
  return { name: "digests", parameters: 2, counters: 0, vectors: 0, body };
}

function hashAll(): WasmFunction {
  const [messages, stride, length, count, hashes] = [0, 1, 2, 3, 4];
  const [second, secondHash, blockCount] = [5, 6, 7];
  // The last of an odd number of messages stands for both.
  const isPair = [i32(1), get(count), wasm.isLess];
  const taken = [get(blockCount), i32(BLOCK_BYTES), wasm.mul];
  const pairs = wasm.repeat(
    [get(messages), isPair, get(stride), wasm.mul, wasm.add, set(second)],
    [get(hashes), isPair, i32(32), wasm.mul, wasm.add, set(secondHash)],
    wasm.call(BEGIN),
    [get(blockCount), wasm.when(get(messages), get(second), get(blockCount), wasm.call(BLOCKS))],
    [get(messages), taken, wasm.add, get(second), taken, wasm.add, get(length), taken, wasm.sub],
    wasm.call(FINISH),
    [get(hashes), get(secondHash), wasm.call(DIGESTS)],
    [get(second), get(stride), wasm.add, set(messages)],
    [get(secondHash), i32(32), wasm.add, set(hashes)],
    [get(count), i32(3), wasm.isAtLeast, get(count), i32(2), wasm.sub, set(count)],
  );
  const body = [get(length), i32(BLOCK_BYTES), wasm.divide, set(blockCount), pairs];
  return { name: "hashAll", parameters: 5, counters: 3, vectors: 0, body };
}
