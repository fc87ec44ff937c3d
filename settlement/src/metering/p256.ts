import type { JsonWebKey } from "node:crypto";

/** Order of the group of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). */
const GROUP_ORDER: bigint = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER: bigint = GROUP_ORDER >> 1n;

/** The JWK of an uncompressed point of 65 bytes. */
export function jwkOfPoint(point: Buffer): JsonWebKey {
  const word = (from: number): string => point.subarray(from, from + 32).toString("base64url");
  return { kty: "EC", crv: "P-256", x: word(1), y: word(33) };
}

/** Whether the second half of an r‖s signature is in the lower half of the group. */
export function hasLowS(signature: Buffer): boolean {
  return scalarS(signature) <= HALF_ORDER;
}

/**
 * The one of the two equivalent signatures with the lower s, so that a signature cannot be changed into
 * another valid one, and OpenZeppelin's `P256.verify` takes it.
 */
export function lowS(signature: Buffer): Buffer {
  const s = scalarS(signature);
  if (s <= HALF_ORDER) return signature;
  const flipped = Buffer.from((GROUP_ORDER - s).toString(16).padStart(64, "0"), "hex");
  return Buffer.concat([signature.subarray(0, 32), flipped]);
}

function scalarS(signature: Buffer): bigint {
  return BigInt(`0x${signature.subarray(32, 64).toString("hex")}`);
}
