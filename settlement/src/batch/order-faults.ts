import type { Hex } from "@commonwatt/vpp-core";
import { toHexes } from "../hash/keccak.ts";
import { signerOf } from "../hash/signer-of.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { endDigest, type OrderDomain, orderDigests, signedDigest } from "./order-digest.ts";
import { ENDINGS, hashEnd, type OrderLeaf } from "./order-leaf.ts";
import type { ArchivedOrder } from "./order-rows.ts";

/** What can be wrong with one order of a batch by itself. */
export type OrderFault = "order-wrong" | "order-signature-wrong" | "order-end-wrong";

/**
 * Checks that orders say what their accounts signed, and says of each what is wrong with it, if anything;
 * signatures are checked only when they are not trusted. Throws for an order that cannot even be encoded.
 */
export function orderFaults(
  domain: OrderDomain,
  orders: readonly ArchivedOrder[],
  isTrusted: boolean,
): readonly (OrderFault | null)[] {
  const leafAt = (index: number): OrderLeaf => (orders[index] as ArchivedOrder).leaf;
  const digests = toHexes(orderDigests(domain, orders.length, leafAt));
  return orders.map((order, index) => {
    const { leaf, signedHash } = order;
    if (leaf.digest !== digests[index] || leaf.signedHash !== signedHash) return "order-wrong";
    return endingFault(order) ?? (isTrusted ? null : signatureFault(domain, order));
  });
}

function endingFault({ leaf, end }: ArchivedOrder): OrderFault | null {
  // What ends an order otherwise than by its account's word leaves no evidence here: the chain has it.
  const endedHash = leaf.ended === ENDINGS.ended && end !== null ? hashEnd(end) : ZERO_HASH;
  const isEnded = leaf.ended === ENDINGS.ended ? end !== null : end === null && leaf.ended <= ENDINGS.refused;
  return isEnded && leaf.endedHash === endedHash ? null : "order-end-wrong";
}

function signatureFault(domain: OrderDomain, order: ArchivedOrder): OrderFault | null {
  const { leaf, signed, end } = order;
  if (!isSignedBy(leaf.account, signedDigest(domain, leaf, signed), signed.signature)) {
    return "order-signature-wrong";
  }
  if (end === null) return null;
  return endsOrder(order) && isSignedBy(leaf.account, endDigest(domain, leaf, end), end.signature)
    ? null
    : "order-end-wrong";
}

/** Whether what ended an order is about it: a group's counter ends the group's orders below it. */
export function endsOrder({ signed, end }: ArchivedOrder): boolean {
  if (end === null || end.scope > 3) return false;
  return end.scope !== 2 || (signed.kind === 1 && signed.group === end.group && signed.counter < end.counter);
}

/** Whether an account's key signed a digest. */
export function isSignedBy(account: Hex, digest: Uint8Array, signature: Hex): boolean {
  return signerOf(digest, signature) === account.toLowerCase();
}
