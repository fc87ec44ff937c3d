import type { Hex } from "@commonwatt/vpp-core";
import { signerOf } from "../hash/signer-of.ts";
import type { ArchivedOrder } from "./batch-archive.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { endDigest, orderDigestOf, signedDigest } from "./order-digest.ts";
import { hashEnd, hashSignature } from "./order-leaf.ts";

/** What can be wrong with one order of a batch by itself. */
export type OrderFault = "order-wrong" | "order-signature-wrong" | "order-end-wrong";

/** Checks that an order says what its account signed; signatures only when they are not trusted. */
export function orderFault(community: Hex, order: ArchivedOrder, isTrusted: boolean): OrderFault | null {
  const { leaf, signed, end } = order;
  if (leaf.digest !== orderDigestOf(community, leaf) || leaf.signedHash !== hashSignature(signed)) {
    return "order-wrong";
  }
  if (leaf.ended === 0 ? leaf.endedHash !== ZERO_HASH : end === null || leaf.endedHash !== hashEnd(end)) {
    return "order-end-wrong";
  }
  if (isTrusted) return null;
  if (!isSignedBy(leaf.account, signedDigest(community, leaf, signed), signed.signature)) {
    return "order-signature-wrong";
  }
  if (leaf.ended !== 1 || end === null) return null;
  return endsOrder(order) && isSignedBy(leaf.account, endDigest(community, leaf, end), end.signature)
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
