import assert from "node:assert/strict";
import {
  BULK_HEIGHT_MAX,
  bulkType,
  CANCEL_TYPES,
  GROUP_MAX,
  ORDER_TYPE,
  REPLACEMENT_TYPE,
  saltedSeparator,
} from "@commonwatt/market";
import type { Hex, SigningDomain } from "@commonwatt/vpp-core";
import { fromHex, keccakBytes, keccakMany, keccakText, toHex } from "../hash/keccak.ts";
import { viewOf } from "../hash/views.ts";
import { hashRows, Words } from "../hash/words.ts";
import { communityHash } from "./batch-header.ts";
import type { OrderEnd, OrderLeaf, OrderSignature } from "./order-leaf.ts";

/** Whom a batch's orders are signed for, as their digests have it. */
export interface OrderDomain {
  /** Keccak-256 of the community's name. */
  readonly community: Hex;
  /** The EIP-712 domain separator. */
  readonly separator: Hex;
}

/** The domain of a community's orders that are settled before a contract. */
export function orderDomain(community: string, domain: SigningDomain): OrderDomain {
  return hashedDomain(communityHash(community), domain);
}

/** The domain of a community of which only the hash is known. */
export function hashedDomain(community: Hex, domain: SigningDomain): OrderDomain {
  return { community, separator: toHex(saltedSeparator(domain, fromHex(community))) };
}

/** The fields of an order that its account signs, as its leaf has them. */
export type OrderFields = Pick<
  OrderLeaf,
  "account" | "isBid" | "intervalIndex" | "limitPrice" | "energyWh" | "orderSalt"
>;

const SIDES = { bid: viewOf(fromHex(keccakText("bid"))), offer: viewOf(fromHex(keccakText("offer"))) };
const REPLACEMENT_TYPEHASH = keccakText(REPLACEMENT_TYPE);
const BULK_TYPEHASHES = Array.from({ length: BULK_HEIGHT_MAX + 1 }, (_, height) =>
  keccakText(bulkType(height)),
);
const CANCEL_TYPEHASHES = [CANCEL_TYPES.order, CANCEL_TYPES.interval, CANCEL_TYPES.group].map(keccakText);

const ORDER_TYPEHASH = keccakText(ORDER_TYPE);
const STRUCT_WORDS = 8;
const structWords = new Words(STRUCT_WORDS);
const pairWords = new Words(2);
const replacementWords = new Words(3);
replacementWords.hex(0, REPLACEMENT_TYPEHASH);
const bulkWords = new Words(4);
const cancelWords = [new Words(4), new Words(5), new Words(5)] as const;
const STRUCT_AT = 34;
const typed = Buffer.alloc(STRUCT_AT + 32);
const prefix = Buffer.alloc(STRUCT_AT);
prefix.writeUInt16BE(0x1901);
/** The domain that stands in `prefix`: all orders of a batch are of one. */
let prefixFor: Hex | null = null;

/** The EIP-712 struct hash of an order; the market's own, from what a leaf has of it. */
export function orderStructHash(
  { community }: Pick<OrderDomain, "community">,
  order: OrderFields,
): Uint8Array {
  fillStruct(structWords, community, order);
  return structWords.hash();
}

function fillStruct(row: Words, community: Hex, order: OrderFields): void {
  row.hex(0, ORDER_TYPEHASH);
  row.hex(1, community);
  row.hex(2, order.account);
  row.word(3, order.isBid ? SIDES.bid : SIDES.offer);
  row.uint(4, order.intervalIndex);
  row.uint(5, order.limitPrice);
  row.uint(6, order.energyWh);
  row.hex(7, order.orderSalt);
}

/** The EIP-712 digest of a structure. */
function typedDigest(domain: OrderDomain, structHash: Uint8Array): Uint8Array {
  typed.set(domainPrefix(domain));
  typed.set(structHash, STRUCT_AT);
  return keccakBytes(typed);
}

/** What stands before the hash of a structure: EIP-712's two bytes and the domain's hash. */
function domainPrefix({ separator }: OrderDomain): Uint8Array {
  if (separator !== prefixFor) {
    prefix.set(fromHex(separator), 2);
    prefixFor = separator;
  }
  return prefix;
}

/** The id of an order: its digest alone, however it was signed. */
export function orderDigestOf(domain: OrderDomain, order: OrderFields): Hex {
  return toHex(typedDigest(domain, orderStructHash(domain, order)));
}

/** The digests of so many orders, 32 bytes each, one after the other; see {@link orderDigestOf}. */
export function orderDigests(
  domain: OrderDomain,
  count: number,
  orderAt: (index: number) => OrderFields,
): Buffer {
  const structs = hashRows(count, STRUCT_WORDS, (row, index) =>
    fillStruct(row, domain.community, orderAt(index)),
  );
  const before = domainPrefix(domain);
  return keccakMany(count, typed.length, (buffer, at, index) => {
    buffer.set(before, at);
    structs.copy(buffer, at + STRUCT_AT, 32 * index, 32 * (index + 1));
  });
}

/** What the account's key signed for an order. Throws an AssertionError for a kind that does not exist. */
export function signedDigest(domain: OrderDomain, order: OrderFields, signed: OrderSignature): Uint8Array {
  const struct = orderStructHash(domain, order);
  if (signed.kind === 0) return typedDigest(domain, struct);
  if (signed.kind === 2) return replacementDigest(domain, signed.replaces, struct);
  assert(
    signed.kind === 1 && isBulk(signed),
    "an order is signed alone, with others, or in place of another",
  );
  const root = signed.proof.reduce<Uint8Array>((node, sibling, level) => {
    const isRight = ((signed.index >> level) & 1) === 1;
    pairWords.word(isRight ? 1 : 0, viewOf(node));
    pairWords.hex(isRight ? 0 : 1, sibling);
    return pairWords.hash();
  }, struct);
  bulkWords.hex(0, BULK_TYPEHASHES[signed.proof.length] ?? "0x");
  bulkWords.uint(1, signed.group);
  bulkWords.uint(2, signed.counter);
  bulkWords.word(3, viewOf(root));
  return typedDigest(domain, bulkWords.hash());
}

function isBulk({ proof, index, group }: OrderSignature): boolean {
  return (
    proof.length >= 1 && proof.length <= BULK_HEIGHT_MAX && index < 2 ** proof.length && group <= GROUP_MAX
  );
}

/** What the account's key signed to end an order. Throws an AssertionError for a scope that does not exist. */
export function endDigest(domain: OrderDomain, order: OrderLeaf, end: OrderEnd): Uint8Array {
  if (end.scope === 3) return replacementDigest(domain, order.digest, fromHex(end.replacement));
  const words = cancelWords[end.scope as 0 | 1 | 2];
  assert(words !== undefined, "an order is ended alone, with its interval, or with its group");
  words.hex(0, CANCEL_TYPEHASHES[end.scope] ?? "0x");
  words.hex(1, domain.community);
  words.hex(2, order.account);
  if (end.scope === 0) words.hex(3, order.digest);
  else {
    words.uint(3, end.scope === 1 ? order.intervalIndex : end.group);
    words.uint(4, end.counter);
  }
  return typedDigest(domain, words.hash());
}

function replacementDigest(domain: OrderDomain, replaces: Hex, struct: Uint8Array): Uint8Array {
  replacementWords.hex(1, replaces);
  replacementWords.word(2, viewOf(struct));
  return typedDigest(domain, replacementWords.hash());
}
