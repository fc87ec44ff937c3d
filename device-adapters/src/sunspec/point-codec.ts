import assert from "node:assert/strict";
import type { PointDefinition } from "./model-definition.ts";
import { integerLayout, isAccumulator } from "./point-type.ts";

/** A value off the wire, or why there is none. `bad` means that what stands there cannot be. */
export type Decoded<Value> =
  | { readonly status: "good"; readonly value: Value }
  | { readonly status: "unavailable" | "bad"; readonly reason: string };

/** The powers of ten that SunSpec allows. */
const SCALE_FACTOR_LIMIT = 10;
/** Some devices send the largest float, with either sign, for "not implemented". */
const FLOAT32_MAX = 3.402_823e38;

const bad = (reason: string): Decoded<never> => ({ status: "bad", reason });
const unavailable = (reason: string): Decoded<never> => ({ status: "unavailable", reason });

/** Decodes a number as it stands on the wire, unscaled; every sentinel becomes a reason. */
export function decodeNumber(point: PointDefinition, bytes: Buffer): Decoded<number> {
  if (point.type === "float32") return decodeFloat(bytes.readFloatBE(0));
  if (point.type === "float64") return decodeFloat(bytes.readDoubleBE(0));
  const layout = integerLayout(point.type);
  assert(layout !== null, `${point.name} is not a number`);
  const raw = BigInt(`0x${bytes.toString("hex", 0, 2 * layout.registers)}`);
  if (raw === layout.missing && !(isAccumulator(point.type) && point.mandatory === true)) {
    return unavailable(
      isAccumulator(point.type) ? "not implemented, or nothing counted yet" : "not implemented",
    );
  }
  const bits = 16 * layout.registers;
  if (point.type.startsWith("bitfield") && raw >> BigInt(bits - 1) === 1n) {
    return unavailable("its highest bit says to ignore it");
  }
  const value = Number(layout.signed ? BigInt.asIntN(bits, raw) : raw);
  return Number.isSafeInteger(value) ? { status: "good", value } : bad(`${raw} is beyond any real value`);
}

function decodeFloat(value: number): Decoded<number> {
  if (Number.isNaN(value) || Math.abs(value) >= FLOAT32_MAX) return unavailable("not implemented");
  return { status: "good", value };
}

/** Applies a scale factor to a number; both from the same response. */
export function applyScale(raw: Decoded<number>, scale: Decoded<number>): Decoded<number> {
  if (raw.status !== "good") return raw;
  if (scale.status !== "good") return unavailable("its scale factor is not implemented");
  if (Math.abs(scale.value) > SCALE_FACTOR_LIMIT) return bad(`scale factor ${scale.value} is out of range`);
  // Dividing by a power of ten is exact where multiplying by its inverse is not: 2307 / 100 = 23.07.
  const value = scale.value < 0 ? raw.value / 10 ** -scale.value : raw.value * 10 ** scale.value;
  return { status: "good", value };
}

/** Decodes a text: ends at the first NUL, padding spaces cut off. */
export function decodeText(bytes: Buffer): Decoded<string> {
  const end = bytes.indexOf(0);
  const text = bytes.toString("utf8", 0, end < 0 ? bytes.length : end).trim();
  if (text === "") return unavailable("not implemented");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u001f\u007f\ufffd]/.test(text) ? bad("it is not text") : { status: "good", value: text };
}

/** Encodes an unscaled number; `null` becomes the sentinel. Throws an AssertionError when it does not fit. */
export function encodeNumber(point: PointDefinition, value: number | null): Buffer {
  const bytes = Buffer.alloc(2 * point.registers);
  if (point.type === "float32") {
    bytes.writeFloatBE(value ?? Number.NaN);
    return bytes;
  }
  const layout = integerLayout(point.type);
  assert(layout !== null, `${point.name} is not an integer`);
  const bits = 16 * layout.registers;
  const raw = value === null ? layout.missing : BigInt(value);
  const fits = layout.signed ? BigInt.asIntN(bits, raw) === raw : BigInt.asUintN(bits, raw) === raw;
  assert(value === null || fits, `${value} does not fit into ${point.name}`);
  bytes.write(
    BigInt.asUintN(bits, raw)
      .toString(16)
      .padStart(4 * layout.registers, "0"),
    "hex",
  );
  return bytes;
}

/** Encodes a text, cut to the point's length and padded with NUL. */
export function encodeText(point: PointDefinition, text: string): Buffer {
  const bytes = Buffer.alloc(2 * point.registers);
  bytes.write(text, "utf8");
  return bytes;
}
