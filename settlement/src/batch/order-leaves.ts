import assert from "node:assert/strict";
import type { Account, BookedOrder, Hex, SignedOrder } from "@commonwatt/vpp-core";
import { toHex } from "../hash/keccak.ts";
import type { ArchivedOrder } from "./batch-archive.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { type OrderFields, orderDigestOf, orderStructHash } from "./order-digest.ts";
import { hashEnd, hashSignature, type OrderEnd, type OrderSignature } from "./order-leaf.ts";

/**
 * The orders of an interval as they stand in its batch, by rising digest.
 * Throws an AssertionError for an order of an account that the escrow does not have.
 */
export function orderLeaves(
  community: Hex,
  booked: readonly BookedOrder[],
  indexOf: (account: Account) => number | undefined,
): readonly ArchivedOrder[] {
  const successors = new Map(booked.map(({ order }) => [order.replaces, order]));
  return booked
    .map(({ id, order, ended }) => {
      const end = ended === null ? null : endOf(community, ended, successors.get(id));
      return orderLeaf(community, order, end, indexOf(order.account));
    })
    .sort((a, b) => (a.leaf.digest < b.leaf.digest ? -1 : 1));
}

function orderLeaf(
  community: Hex,
  order: SignedOrder,
  end: OrderEnd | null,
  accountIndex: number | undefined,
): ArchivedOrder {
  assert(accountIndex !== undefined, `the escrow has no account ${order.account}`);
  const fields = orderFields(order);
  const signed = signatureOf(order);
  const leaf = {
    digest: orderDigestOf(community, fields),
    accountIndex,
    ...fields,
    signedHash: hashSignature(signed),
    ended: end === null ? 0 : 1,
    endedHash: end === null ? ZERO_HASH : hashEnd(end),
  };
  return { leaf, signed, end };
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
  const alone = { kind: 0, replaces: ZERO_HASH, group: 0, counter: 0, index: 0, proof: [], signature };
  if (replaces !== undefined) return { ...alone, kind: 2, replaces };
  return bulk === undefined ? alone : { ...alone, kind: 1, ...bulk };
}

function endOf(
  community: Hex,
  { by, cancel }: NonNullable<BookedOrder["ended"]>,
  successor: SignedOrder | undefined,
): OrderEnd {
  if (cancel === null) {
    assert(
      by === "replacement",
      `an order that ended by ${by} cannot be proved to a court: use callAuction()`,
    );
    assert(successor !== undefined, "a replaced order has a successor among the interval's orders");
    const replacement = toHex(orderStructHash(community, orderFields(successor)));
    return { scope: 3, group: 0, counter: 0, replacement, signature: successor.signature };
  }
  const none = { group: 0, counter: 0, replacement: ZERO_HASH, signature: cancel.signature };
  switch (cancel.scope) {
    case "order":
      return { scope: 0, ...none };
    case "interval":
      return { scope: 1, ...none, counter: cancel.counter };
    case "group":
      return { scope: 2, ...none, group: cancel.group, counter: cancel.counter };
  }
}
