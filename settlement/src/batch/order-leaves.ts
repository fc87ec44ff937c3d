import assert from "node:assert/strict";
import type { Account, BookedOrder, Hex, SignedOrder } from "@commonwatt/vpp-core";
import { toHex, toHexes } from "../hash/keccak.ts";
import { risingHashes } from "../hash/rising-hashes.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { type OrderDomain, type OrderFields, orderDigests, orderStructHash } from "./order-digest.ts";
import { ALONE, ENDINGS, hashEnd, hashSignatures, type OrderEnd, type OrderSignature } from "./order-leaf.ts";
import type { ArchivedOrder } from "./order-rows.ts";

/**
 * The orders of an interval as they stand in its batch, by rising digest.
 * Throws an AssertionError for an order of an account that the escrow does not have, or for another court.
 */
export function orderLeaves(
  domain: OrderDomain,
  booked: readonly BookedOrder[],
  indexOf: (account: Account) => number | undefined,
): readonly ArchivedOrder[] {
  const successors = new Map<Hex, SignedOrder>();
  for (const { order } of booked) if (order.replaces !== undefined) successors.set(order.replaces, order);
  const digests = orderDigests(domain, booked.length, (index) =>
    orderFields((booked[index] as BookedOrder).order),
  );
  const ids = toHexes(digests);
  const signatures = booked.map(({ order }) => signatureOf(order));
  const signedHashes = hashSignatures(signatures);
  const leaves: ArchivedOrder[] = [];
  for (const index of risingHashes(digests)) {
    const { id, order, ended } = booked[index] as BookedOrder;
    if (ids[index] !== id) assert.fail(`order ${id} is signed for another court`);
    const accountIndex = indexOf(order.account);
    if (accountIndex === undefined) assert.fail(`the escrow has no account ${order.account}`);
    const code = endedCode(ended);
    const end = code === ENDINGS.ended && ended !== null ? endOf(domain, ended, successors.get(id)) : null;
    const signedHash = signedHashes[index] ?? ZERO_HASH;
    const leaf = {
      account: order.account,
      accountIndex,
      digest: id,
      ended: code,
      endedHash: end === null ? ZERO_HASH : hashEnd(end),
      energyWh: order.energyWh,
      intervalIndex: order.intervalIndex,
      isBid: order.side === "bid",
      limitPrice: order.limitPrice,
      orderSalt: order.salt,
      signedHash,
    };
    leaves.push({ leaf, signed: signatures[index] as OrderSignature, signedHash, end });
  }
  return leaves;
}

function endedCode(ended: BookedOrder["ended"]): number {
  if (ended === null) return ENDINGS.live;
  if (ended.by === "refusal") return ENDINGS.refused;
  if (ended.by === "void") return ENDINGS.void;
  return ended.by === "group-cancel" && ended.cancel === null ? ENDINGS.groupCancelled : ENDINGS.ended;
}

function orderFields(order: SignedOrder): OrderFields {
  return {
    account: order.account,
    isBid: order.side === "bid",
    limitPrice: order.limitPrice,
    energyWh: order.energyWh,
    intervalIndex: order.intervalIndex,
    orderSalt: order.salt,
  };
}

function signatureOf({ bulk, replaces, signature }: SignedOrder): OrderSignature {
  const alone = { ...ALONE, signature };
  if (replaces !== undefined) return { ...alone, kind: 2, replaces };
  // One out of the inbox has its kind, and what it replaces, beside the rest.
  return bulk === undefined ? alone : { ...alone, kind: 1, ...bulk };
}

function endOf(
  domain: OrderDomain,
  { by, cancel }: NonNullable<BookedOrder["ended"]>,
  successor: SignedOrder | undefined,
): OrderEnd {
  if (cancel === null) {
    assert(
      by === "replacement",
      `an order that ended by ${by} cannot be proved to a court: use callAuction()`,
    );
    assert(successor !== undefined, "a replaced order has a successor among the interval's orders");
    const replacement = toHex(orderStructHash(domain, orderFields(successor)));
    return { counter: 0, group: 0, replacement, scope: 3, signature: successor.signature };
  }
  const none = { counter: 0, group: 0, replacement: ZERO_HASH, scope: 0, signature: cancel.signature };
  switch (cancel.scope) {
    case "order":
      return none;
    case "interval":
      return { ...none, scope: 1, counter: cancel.counter };
    case "group":
      return { ...none, scope: 2, group: cancel.group, counter: cancel.counter };
  }
}
