import type { Hex, SignedOrder } from "@commonwatt/vpp-core";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { accountWord } from "./account.ts";
import { bytesOf, hexOf } from "./hex.ts";

/**
 * What a site signs. The site id is left out: the community's register binds it to the account.
 * The side is a word, `bid` or `offer`, so that a wallet shows what is signed.
 */
export type OrderMessage = Pick<
  SignedOrder,
  "community" | "account" | "side" | "intervalIndex" | "limitPrice" | "energyWh" | "salt"
>;

/** The EIP-712 type of an order. */
export const ORDER_TYPE =
  "Order(string community,address account,string side,uint64 intervalIndex,uint64 limitPrice,uint64 energyWh,bytes32 salt)";

/**
 * The EIP-712 type of the domain. The market runs off the chain and knows no contract, so the domain
 * carries no `chainId` and no `verifyingContract`; its `salt`, the Keccak-256 hash of the community's
 * name, keeps an order of one community from being valid in another.
 */
export const DOMAIN_TYPE = "EIP712Domain(string name,string version,bytes32 salt)";

const ORDER_TYPE_HASH = hashText(ORDER_TYPE);
const DOMAIN_TYPE_HASH = hashText(DOMAIN_TYPE);
const DOMAIN_NAME_HASH = hashText("Commonwatt");
const DOMAIN_VERSION_HASH = hashText("1");

function hashText(text: string): Uint8Array {
  return keccak_256(Buffer.from(text, "utf8"));
}

function integerWord(value: number): Uint8Array {
  const word = Buffer.alloc(32);
  word.writeBigUInt64BE(BigInt(value), 24);
  return word;
}

/** The EIP-712 domain separator of a community's market. */
export function domainSeparator(community: string): Uint8Array {
  const words = [DOMAIN_TYPE_HASH, DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, hashText(community)];
  return keccak_256(Buffer.concat(words));
}

/**
 * The id of an order: its EIP-712 digest, which is also what gets signed. Integers must be safe and
 * ≥ 0 and the salt 32 bytes; the admission checks see to that.
 */
export function orderId(order: OrderMessage): Hex {
  const struct = keccak_256(
    Buffer.concat([
      ORDER_TYPE_HASH,
      hashText(order.community),
      accountWord(order.account),
      hashText(order.side),
      integerWord(order.intervalIndex),
      integerWord(order.limitPrice),
      integerWord(order.energyWh),
      bytesOf(order.salt),
    ]),
  );
  return hexOf(
    keccak_256(Buffer.concat([Uint8Array.of(0x19, 0x01), domainSeparator(order.community), struct])),
  );
}
