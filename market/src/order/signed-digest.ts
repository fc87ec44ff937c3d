import type { Hex, SignedCancel, SignedOrder } from "@commonwatt/vpp-core";
import { accountWord } from "./account.ts";
import { bulkRoot, bulkStruct } from "./bulk-order.ts";
import { bytesOf } from "./hex.ts";
import { ORDER_TYPE, orderStruct } from "./order-id.ts";
import { hashText, hashWords, integerWord, typedDigest } from "./typed-data.ts";

/** The EIP-712 type of an order that takes the place of another. */
export const REPLACEMENT_TYPE: string = `Replacement(bytes32 replaces,Order order)${ORDER_TYPE}`;

/** The EIP-712 type of an order that does not hold until gate closure; `expiresAt` is in ms, 0 for none. */
export const TIMED_TYPE: string = `TimedOrder(string timeInForce,uint64 expiresAt,Order order)${ORDER_TYPE}`;

/** The EIP-712 types of cancels, by scope. */
export const CANCEL_TYPES = {
  order: "CancelOrder(string community,address account,bytes32 orderId)",
  interval: "CancelInterval(string community,address account,uint64 intervalIndex,uint64 counter)",
  group: "CancelGroup(string community,address account,uint64 group,uint64 counter)",
} as const;

const REPLACEMENT_TYPE_HASH = hashText(REPLACEMENT_TYPE);
const TIMED_TYPE_HASH = hashText(TIMED_TYPE);
const CANCEL_TYPE_HASHES = {
  order: hashText(CANCEL_TYPES.order),
  interval: hashText(CANCEL_TYPES.interval),
  group: hashText(CANCEL_TYPES.group),
};

/** What the key of an order's site signs: the order alone, a tree that holds it, it in place of another, or how long it holds. */
export function orderDigest(order: Omit<SignedOrder, "signature">): Hex {
  const { bulk, replaces, timing } = order;
  const struct = orderStruct(order);
  if (replaces !== undefined) {
    return typedDigest(order, hashWords([REPLACEMENT_TYPE_HASH, bytesOf(replaces), struct]));
  }
  if (timing !== undefined) {
    const expiresAt = timing.inForce === "good-till-time" ? timing.expiresAtMs : 0;
    const words = [TIMED_TYPE_HASH, hashText(timing.inForce), integerWord(expiresAt), struct];
    return typedDigest(order, hashWords(words));
  }
  if (bulk === undefined) return typedDigest(order, struct);
  const { proof, group, counter } = bulk;
  return typedDigest(order, bulkStruct(proof.length, group, counter, bulkRoot(order, bulk)));
}

/** What the key of a site signs to cancel: the EIP-712 digest, which is also the cancel's id. */
export function cancelDigest(cancel: UnsignedBy<SignedCancel>): Hex {
  const head = [CANCEL_TYPE_HASHES[cancel.scope], hashText(cancel.community), accountWord(cancel.account)];
  return typedDigest(cancel, hashWords([...head, ...subjectWords(cancel)]));
}

type UnsignedBy<T> = T extends unknown ? Omit<T, "signature"> : never;

function subjectWords(cancel: UnsignedBy<SignedCancel>): readonly Uint8Array[] {
  switch (cancel.scope) {
    case "order":
      return [bytesOf(cancel.orderId)];
    case "interval":
      return [integerWord(cancel.intervalIndex), integerWord(cancel.counter)];
    case "group":
      return [integerWord(cancel.group), integerWord(cancel.counter)];
  }
}
