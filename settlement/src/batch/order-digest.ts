import assert from "node:assert/strict";
import {
  BULK_HEIGHT_MAX,
  bulkType,
  CANCEL_TYPES,
  DOMAIN_NAME,
  DOMAIN_TYPE,
  DOMAIN_VERSION,
  GROUP_MAX,
  ORDER_TYPE,
  REPLACEMENT_TYPE,
} from "@commonwatt/market";
import type { Hex } from "@commonwatt/vpp-core";
import { fromHex, keccakBytes, keccakText, toHex } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";
import type { OrderEnd, OrderLeaf, OrderSignature } from "./order-leaf.ts";

/** The fields of an order that its account signs, as its leaf has them. */
export type OrderFields = Pick<
  OrderLeaf,
  "account" | "isBid" | "intervalIndex" | "limitPrice" | "energyWh" | "orderSalt"
>;

const SIDES = { bid: fromHex(keccakText("bid")), offer: fromHex(keccakText("offer")) };
const REPLACEMENT_TYPEHASH = keccakText(REPLACEMENT_TYPE);
const BULK_TYPEHASHES = Array.from({ length: BULK_HEIGHT_MAX + 1 }, (_, height) =>
  keccakText(bulkType(height)),
);
const CANCEL_TYPEHASHES = [CANCEL_TYPES.order, CANCEL_TYPES.interval, CANCEL_TYPES.group].map(keccakText);

const structWords = new Words(8);
structWords.hex(0, keccakText(ORDER_TYPE));
const domainWords = new Words(4);
domainWords.hex(0, keccakText(DOMAIN_TYPE));
domainWords.hex(1, keccakText(DOMAIN_NAME));
domainWords.hex(2, keccakText(DOMAIN_VERSION));
const pairWords = new Words(2);
const replacementWords = new Words(3);
replacementWords.hex(0, REPLACEMENT_TYPEHASH);
const bulkWords = new Words(4);
const cancelWords = [new Words(4), new Words(5), new Words(5)] as const;
const typed = Buffer.alloc(66);
typed.writeUInt16BE(0x1901);
/** The community whose domain stands in `typed`: all orders of a batch are of one. */
let typedFor: Hex | null = null;

/** The EIP-712 struct hash of an order; the market's own, from what a leaf has of it. */
export function orderStructHash(community: Hex, order: OrderFields): Uint8Array {
  structWords.hex(1, community);
  structWords.hex(2, order.account);
  structWords.word(3, order.isBid ? SIDES.bid : SIDES.offer);
  structWords.uint(4, order.intervalIndex);
  structWords.uint(5, order.limitPrice);
  structWords.uint(6, order.energyWh);
  structWords.hex(7, order.orderSalt);
  return structWords.hash();
}

/** The EIP-712 digest of a structure in the domain of a community's market. */
function typedDigest(community: Hex, structHash: Uint8Array): Uint8Array {
  if (community !== typedFor) {
    domainWords.hex(3, community);
    typed.set(domainWords.hash(), 2);
    typedFor = community;
  }
  typed.set(structHash, 34);
  return keccakBytes(typed);
}

/** The id of an order: its digest alone, however it was signed. */
export function orderDigestOf(community: Hex, order: OrderFields): Hex {
  return toHex(typedDigest(community, orderStructHash(community, order)));
}

/** What the account's key signed for an order. Throws an AssertionError for a kind that does not exist. */
export function signedDigest(community: Hex, order: OrderFields, signed: OrderSignature): Uint8Array {
  const struct = orderStructHash(community, order);
  if (signed.kind === 0) return typedDigest(community, struct);
  if (signed.kind === 2) return replacementDigest(community, signed.replaces, struct);
  assert(
    signed.kind === 1 && isBulk(signed),
    "an order is signed alone, with others, or in place of another",
  );
  const root = signed.proof.reduce<Uint8Array>((node, sibling, level) => {
    const isRight = ((signed.index >> level) & 1) === 1;
    pairWords.word(isRight ? 1 : 0, node);
    pairWords.hex(isRight ? 0 : 1, sibling);
    return pairWords.hash();
  }, struct);
  bulkWords.hex(0, BULK_TYPEHASHES[signed.proof.length] ?? "0x");
  bulkWords.uint(1, signed.group);
  bulkWords.uint(2, signed.counter);
  bulkWords.word(3, root);
  return typedDigest(community, bulkWords.hash());
}

function isBulk({ proof, index, group }: OrderSignature): boolean {
  return (
    proof.length >= 1 && proof.length <= BULK_HEIGHT_MAX && index < 2 ** proof.length && group <= GROUP_MAX
  );
}

/** What the account's key signed to end an order. Throws an AssertionError for a scope that does not exist. */
export function endDigest(community: Hex, order: OrderLeaf, end: OrderEnd): Uint8Array {
  if (end.scope === 3) return replacementDigest(community, order.digest, fromHex(end.replacement));
  const words = cancelWords[end.scope as 0 | 1 | 2];
  assert(words !== undefined, "an order is ended alone, with its interval, or with its group");
  words.hex(0, CANCEL_TYPEHASHES[end.scope] ?? "0x");
  words.hex(1, community);
  words.hex(2, order.account);
  if (end.scope === 0) words.hex(3, order.digest);
  else {
    words.uint(3, end.scope === 1 ? order.intervalIndex : end.group);
    words.uint(4, end.counter);
  }
  return typedDigest(community, words.hash());
}

function replacementDigest(community: Hex, replaces: Hex, struct: Uint8Array): Uint8Array {
  replacementWords.hex(1, replaces);
  replacementWords.word(2, struct);
  return typedDigest(community, replacementWords.hash());
}
