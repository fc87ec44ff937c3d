import type { Hex } from "@commonwatt/vpp-core";
import { createKeccak } from "hash-wasm";

/** One WebAssembly sponge for the whole thread: it never waits, so nobody comes between its steps. */
const sponge = await createKeccak(256);

/** Keccak-256 of some bytes, as the EVM has it. */
export function keccakBytes(bytes: Uint8Array): Uint8Array {
  sponge.init();
  sponge.update(bytes);
  return sponge.digest("binary");
}

/** Keccak-256 of bytes in hex. */
export function keccak256(bytes: Hex): Hex {
  return toHex(keccakBytes(fromHex(bytes)));
}

/** Keccak-256 of a text in UTF-8. */
export function keccakText(text: string): Hex {
  sponge.init();
  sponge.update(text);
  return `0x${sponge.digest("hex")}`;
}

/** Bytes as `0x` and hex digits. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** The bytes of a hex text. */
export function fromHex(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}
