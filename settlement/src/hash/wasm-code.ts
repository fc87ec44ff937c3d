/** A part of a WebAssembly function: bytes, and parts of it. */
export type Code = readonly (number | Code)[];

const I32 = 0x7f;
const V128 = 0x7b;
const FUNCTION = 0x60;
const VECTOR = 0xfd;
const END = 0x0b;

/** A function: how many of its locals are i32 parameters, i32 and v128, in this order, and what it does. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly counters: number;
  readonly vectors: number;
  readonly body: Code;
  /** Whether it leaves an i32 as its answer. */
  readonly answers?: boolean;
}

/** Instructions by the names that the specification has for them; a local is named by its number. */
export const wasm = {
  get: (local: number): Code => [0x20, unsigned(local)],
  set: (local: number): Code => [0x21, unsigned(local)],
  tee: (local: number): Code => [0x22, unsigned(local)],
  call: (index: number): Code => [0x10, unsigned(index)],
  /** Repeats a body while the i32 that it ends with is not zero; does it once at least. */
  repeat: (...body: Code): Code => [0x03, 0x40, body, 0x0d, 0, END],
  /** Does a body when the i32 before it is not zero. */
  when: (...body: Code): Code => [0x04, 0x40, body, END],
  i32: (value: number): Code => [0x41, signed(BigInt(value))],
  i64: (value: bigint): Code => [0x42, signed(BigInt.asIntN(64, value))],
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  mul: [0x6c] as Code,
  divide: [0x6e] as Code,
  isLess: [0x49] as Code,
  isAtLeast: [0x4f] as Code,
  /** The first of two i32 when the third is not zero, else the second. */
  choose: [0x1b] as Code,
  extend: [0xad] as Code,
  load64: (offset: number): Code => [0x29, 3, unsigned(offset)],
  store64: (offset: number): Code => [0x37, 3, unsigned(offset)],
  sub64: [0x7d] as Code,
  and64: [0x83] as Code,
  or64: [0x84] as Code,
  xor64: [0x85] as Code,
  shiftLeft64: [0x86] as Code,
  vectorLoad: (offset: number): Code => vector(0x00, 4, unsigned(offset)),
  vectorStore: (offset: number): Code => vector(0x0b, 4, unsigned(offset)),
  /** One i64 of memory in both halves. */
  vectorLoadBoth: (offset: number): Code => vector(0x0a, 3, unsigned(offset)),
  /** One i64 of memory in one half of the vector before it. */
  vectorLoadHalf: (offset: number, half: 0 | 1): Code => vector(0x57, 3, unsigned(offset), half),
  vectorStoreHalf: (offset: number, half: 0 | 1): Code => vector(0x5b, 3, unsigned(offset), half),
  vectorOfBytes: (bytes: readonly number[]): Code => vector(0x0c, bytes),
  vectorShuffle: (lanes: readonly number[]): Code => vector(0x0d, lanes),
  /** The first and not the second. */
  vectorAndNot: vector(0x4f) as Code,
  vectorOr: vector(0x50) as Code,
  vectorXor: vector(0x51) as Code,
  vectorAnd: vector(0x4e) as Code,
  /** Bits of the first where the third has them, of the second elsewhere. */
  vectorSelect: vector(0x52) as Code,
  vectorShiftLeft: vector(0xcb, 1) as Code,
  vectorShiftRight: vector(0xcd, 1) as Code,
  /** Sixteen bytes, or eight pairs of them, that are all the i32 before it. */
  bytesOf: vector(0x0f) as Code,
  pairsOf: vector(0x10) as Code,
  /** Of the first vector the bytes that the second names. */
  bytesAt: vector(0x0e) as Code,
  bytesShiftRight: vector(0x6d) as Code,
  bytesAdd: vector(0x6e) as Code,
  bytesSub: vector(0x71) as Code,
  bytesAtMost: vector(0x2a) as Code,
  bytesAllTrue: vector(0x63) as Code,
  pairsShiftLeft: vector(0x8b, 1) as Code,
  pairsShiftRight: vector(0x8d, 1) as Code,
  /** The low bytes of the pairs of two vectors. */
  bytesOfPairs: vector(0x66) as Code,
} as const;

/** What is used of the engine's own interface, which no library of types for servers declares. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/**
 * Compiles a module that exports its functions and its memory of so many pages, some bytes of which are known.
 * The exports have the names and parameters that the functions say.
 */
export function instantiate<Exports>(
  functions: readonly WasmFunction[],
  data: { readonly at: number; readonly bytes: Uint8Array },
  pages: number,
): Exports {
  const module = new WebAssembly.Module(moduleBytes(functions, data, pages));
  return new WebAssembly.Instance(module).exports as Exports;
}

function moduleBytes(
  functions: readonly WasmFunction[],
  data: { readonly at: number; readonly bytes: Uint8Array },
  pages: number,
): Uint8Array {
  const types = functions.map(({ parameters, answers = false }) => {
    return [FUNCTION, list(Array(parameters).fill([I32])), answers ? [1, I32] : 0];
  });
  const names = functions.map(({ name }, index) => [text(name), 0x00, unsigned(index)]);
  const codes = functions.map(({ counters, vectors, body }) => {
    const locals = list([
      [unsigned(counters), I32],
      [unsigned(vectors), V128],
    ]);
    return sized([locals, body, END]);
  });
  return flat([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, list(types)),
    section(3, list(functions.map((_, index) => unsigned(index)))),
    section(5, list([[0, unsigned(pages)]])),
    section(7, list([[text("memory"), 0x02, 0], ...names])),
    section(10, list(codes)),
    section(11, list([[0, wasm.i32(data.at), END, list([...data.bytes].map((byte) => [byte]))]])),
  ]);
}

function vector(operation: number, ...operands: Code): Code {
  return [VECTOR, unsigned(operation), operands];
}

function section(id: number, content: Code): Code {
  return [id, sized(content)];
}

function sized(content: Code): Code {
  const bytes = flat(content);
  return [unsigned(bytes.length), [...bytes]];
}

function list(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

function text(name: string): Code {
  return list([...Buffer.from(name)].map((byte) => [byte]));
}

function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, unsigned(value >>> 7)];
}

function signed(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return isLast ? [low] : [low | 0x80, signed(rest)];
}

function flat(code: Code): Uint8Array {
  return Uint8Array.from((code as unknown[]).flat(Infinity) as number[]);
}
