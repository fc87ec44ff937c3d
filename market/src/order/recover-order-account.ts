import type { Account, Hex, SignedOrder } from "@commonwatt/vpp-core";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { accountOfPublicKey } from "./account.ts";
import { bytesOf, isHexBytes } from "./hex.ts";
import { orderDigest } from "./signed-digest.ts";

/** The account whose key signed an order, however it was signed; see {@link recoverAccount}. */
export function recoverOrderAccount(order: SignedOrder): Account | null {
  return isHexBytes(order.signature, 65) ? recoverAccount(orderDigest(order), order.signature) : null;
}

/**
 * The account whose key signed a digest, or `null` when the signature is malformed, has a high `s`
 * (a second form of the same signature) or fits no key. Takes about 1.5 ms.
 */
export function recoverAccount(digest: Hex, signatureHex: Hex): Account | null {
  if (!isHexBytes(signatureHex, 65)) return null;
  const bytes = bytesOf(signatureHex);
  const recovery = (bytes[64] ?? 0) - 27;
  if (recovery !== 0 && recovery !== 1) return null;
  try {
    const signature = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), "compact").addRecoveryBit(
      recovery,
    );
    if (signature.hasHighS()) return null;
    return accountOfPublicKey(signature.recoverPublicKey(bytesOf(digest)).toBytes(false));
  } catch {
    // The library throws for r or s out of range and for an r that is no point: no key signed this.
    return null;
  }
}
