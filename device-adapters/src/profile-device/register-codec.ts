import assert from "node:assert/strict";
import type { Decoded } from "../sunspec/point-codec.ts";
import { decodeText } from "../sunspec/point-codec.ts";
import type { RegisterProfile } from "./profile.ts";

type WordOrder = "big" | "little";

const LENGTHS: Readonly<Record<RegisterProfile["type"], number>> = {
  uint16: 1,
  int16: 1,
  uint32: 2,
  int32: 2,
  float32: 2,
  uint64: 4,
  int64: 4,
  string: 0,
};

/** How many registers a value takes. */
export function registersOf(register: RegisterProfile): number {
  return register.type === "string" ? (register.length ?? 1) : LENGTHS[register.type];
}

/** Turns the words of a value so that the most significant one stands first; and back. */
function turned(bytes: Buffer, order: WordOrder): Buffer {
  if (order === "big") return bytes;
  const words = Array.from({ length: bytes.length / 2 }, (_, index) =>
    bytes.subarray(2 * index, 2 * index + 2),
  );
  return Buffer.concat(words.reverse());
}

/** Decodes a text. */
export function decodeRegisterText(bytes: Buffer): Decoded<string> {
  return decodeText(bytes);
}

/** Decodes a number as it stands on the wire, unscaled; every sentinel becomes a reason. */
export function decodeRaw(register: RegisterProfile, bytes: Buffer, order: WordOrder): Decoded<number> {
  assert(register.type !== "string", "a text is not a number");
  const ordered = turned(bytes, register.wordOrder ?? order);
  const hex = `0x${ordered.toString("hex")}`;
  if (register.sentinels?.includes(hex)) {
    return { status: "unavailable", reason: `the device says ${hex}, which means "not there"` };
  }
  if (register.type === "float32") {
    const value = ordered.readFloatBE(0);
    if (Number.isFinite(value)) return { status: "good", value: rounded(value) };
    return { status: "unavailable", reason: "it is not a number" };
  }
  const raw = BigInt(hex);
  const value = Number(register.type.startsWith("int") ? BigInt.asIntN(8 * ordered.length, raw) : raw);
  if (Number.isSafeInteger(value)) return { status: "good", value };
  return { status: "bad", reason: `${raw} is beyond any real value` };
}

/** A single has seven digits that mean something: 23.07 is sent as 23.0699996948. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** Applies a scale without the rounding errors of fractions: 2307 steps of 0.01 are 23.07. */
export function scaled(raw: number, scale: number): number {
  const inverse = 1 / scale;
  const isFraction = scale < 1 && Math.abs(inverse - Math.round(inverse)) < 1e-9;
  return isFraction ? raw / Math.round(inverse) : raw * scale;
}

/**
 * Encodes a value in the register's unit as the words to write, in their order on the wire.
 * @throws AssertionError when it does not fit; callers clamp first.
 */
export function encodeWords(register: RegisterProfile, value: number, order: WordOrder): readonly number[] {
  const raw = (value / (register.scale ?? 1)) * (register.sign ?? 1);
  const bytes = Buffer.alloc(2 * registersOf(register));
  if (register.type === "float32") {
    bytes.writeFloatBE(raw);
  } else {
    const whole = BigInt(Math.round(raw));
    const bits = 8 * bytes.length;
    const isSigned = register.type.startsWith("int");
    const fits = isSigned ? BigInt.asIntN(bits, whole) === whole : BigInt.asUintN(bits, whole) === whole;
    assert(fits, `${whole} does not fit into ${register.type}`);
    bytes.write(
      BigInt.asUintN(bits, whole)
        .toString(16)
        .padStart(bits / 4, "0"),
      "hex",
    );
  }
  const ordered = turned(bytes, register.wordOrder ?? order);
  return Array.from({ length: ordered.length / 2 }, (_, index) => ordered.readUInt16BE(2 * index));
}

/** The largest and smallest value, in the register's unit, that its type can say. */
export function rangeOf(register: RegisterProfile): readonly [number, number] {
  const scale = register.scale ?? 1;
  if (register.type === "float32") return [-3e38, 3e38];
  const bits = 16 * registersOf(register);
  const largest = register.type.startsWith("int") ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const smallest = register.type.startsWith("int") ? -(2 ** (bits - 1)) : 0;
  return register.sign === -1 ? [-largest * scale, -smallest * scale] : [smallest * scale, largest * scale];
}
