import type { Hex, SignedOrder } from "@commonwatt/vpp-core";
import { accountWord } from "./account.ts";
import { bytesOf } from "./hex.ts";
import { hashText, hashWords, integerWord, typedDigest } from "./typed-data.ts";

/**
 * What a site signs. The site id is left out: the community's register binds it to the account.
 * The side is a word, `bid` or `offer`, so that a wallet shows what is signed.
 */
export type OrderMessage = Pick<
  SignedOrder,
  "community" | "domain" | "account" | "side" | "intervalIndex" | "limitPrice" | "energyWh" | "salt"
>;

/** The EIP-712 type of an order. */
export const ORDER_TYPE =
  "Order(string community,address account,string side,uint64 intervalIndex,uint64 limitPrice,uint64 energyWh,bytes32 salt)";

const ORDER_TYPE_HASH = hashText(ORDER_TYPE);

/** The EIP-712 hash of an order alone, without its domain. */
export function orderStruct(order: Omit<OrderMessage, "side"> & { readonly side: string }): Uint8Array {
  return hashWords([
    ORDER_TYPE_HASH,
    hashText(order.community),
    accountWord(order.account),
    hashText(order.side),
    integerWord(order.intervalIndex),
    integerWord(order.limitPrice),
    integerWord(order.energyWh),
    bytesOf(order.salt),
  ]);
}

/**
 * The id of an order: its EIP-712 digest, however it was signed (alone, with others, or in place of
 * another). Integers must be safe and ≥ 0 and the salt 32 bytes; the admission checks see to that.
 */
export function orderId(order: OrderMessage): Hex {
  return typedDigest(order, orderStruct(order));
}
