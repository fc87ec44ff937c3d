import type { Hex } from "@commonwatt/vpp-core";
import secp256k1 from "secp256k1";
import { fromHex, keccakBytes, toHex } from "./keccak.ts";

/**
 * The account whose key signed a digest, in small letters, or `null` when the signature is malformed, has
 * a high `s` or fits no key. By libsecp256k1, twenty times as fast as in JavaScript.
 */
export function signerOf(digest: Uint8Array, signature: Hex): Hex | null {
  const bytes = fromHex(signature);
  const recovery = (bytes[64] ?? 0) - 27;
  if (bytes.length !== 65 || (recovery !== 0 && recovery !== 1)) return null;
  const compact = bytes.subarray(0, 64);
  // A second form of the same signature: what is normal stays as it is.
  if (compact.compare(secp256k1.signatureNormalize(Buffer.from(compact))) !== 0) return null;
  try {
    const point = secp256k1.ecdsaRecover(compact, recovery, digest, false);
    return toHex(keccakBytes(point.subarray(1)).subarray(12));
  } catch {
    // No key signed this.
    return null;
  }
}
