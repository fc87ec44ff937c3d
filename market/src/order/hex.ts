import type { Hex } from "@commonwatt/vpp-core";

/** Whether a value is `0x` and exactly `byteCount` bytes in hex digits of either case. */
export function isHexBytes(value: unknown, byteCount: number): value is Hex {
  return typeof value === "string" && value.length === 2 + 2 * byteCount && /^0x[0-9a-fA-F]*$/.test(value);
}

/** A hex text with small letters, as ids are kept. */
export function lowerHex(hex: Hex): Hex {
  return hex.toLowerCase() as Hex;
}

/** The bytes of a hex text; the caller has checked its form with {@link isHexBytes}. */
export function bytesOf(hex: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}

/** Bytes as `0x` and lower-case hex digits. */
export function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
