import type { VariantOptions } from "node-opcua";
import type { OpcuaLibrary } from "./opcua-library.ts";

/** A number within the safe integers, from a number or a 64-bit integer (high and low word); else `null`. */
export function numberOf(value: unknown): number | null {
  const number = Array.isArray(value) ? fromWords(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return null;
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : null;
}

function fromWords(words: readonly unknown[]): number | null {
  const [high, low] = words;
  if (words.length !== 2 || typeof high !== "number" || typeof low !== "number") return null;
  return Number(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)));
}

/** A whole number as a 64-bit unsigned integer, which the library takes as high and low word. */
export function uint64({ DataType, VariantArrayType }: OpcuaLibrary, value: number): VariantOptions {
  const words = [Math.floor(value / 2 ** 32), value % 2 ** 32];
  return { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: words };
}
