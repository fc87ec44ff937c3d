import type { Account, SignedOrder } from "@commonwatt/vpp-core";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { accountOfPublicKey } from "./account.ts";
import { bytesOf, isHexBytes } from "./hex.ts";
import { orderId } from "./order-id.ts";

/**
 * The account whose key signed an order, or `null` when the signature is malformed, has a high `s`
 * (a second form of the same signature) or fits no key. Takes about 1.5 ms.
 */
export function recoverOrderAccount(order: SignedOrder): Account | null {
  if (!isHexBytes(order.signature, 65)) return null;
  const bytes = bytesOf(order.signature);
  const recovery = (bytes[64] ?? 0) - 27;
  if (recovery !== 0 && recovery !== 1) return null;
  try {
    const signature = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), "compact").addRecoveryBit(
      recovery,
    );
    if (signature.hasHighS()) return null;
    return accountOfPublicKey(signature.recoverPublicKey(bytesOf(orderId(order))).toBytes(false));
  } catch {
    // The library throws for r or s out of range and for an r that is no point: no key signed this.
    return null;
  }
}
