import assert from "node:assert/strict";
import type { Hex, SignedOrder } from "@commonwatt/vpp-core";
import { BULK_HEIGHT_MAX, bulkLevels, bulkStruct, GROUP_MAX } from "./bulk-order.ts";
import { hexOf } from "./hex.ts";
import { accountOfKey, signDigest, type UnsignedOrder } from "./sign-order.ts";
import { domainSeparator, typedDigest } from "./typed-data.ts";

/** Which of a site's groups orders are signed in, and from which counter on they hold. */
export interface BulkGroup {
  /** 0 to 255. */
  readonly group: number;
  /** A later `CancelGroup` with a higher counter ends the orders, sent or not. */
  readonly counter: number;
}

/**
 * Signs up to 256 orders of one community with one signature, such as a day of quarter-hours. Each comes
 * back with its own proof and is sent alone, when it is wanted.
 *
 * Throws an AssertionError for no orders, for more than 256, for several communities or contracts and for a group or
 * counter out of range.
 * @throws CommonwattError `ORDER_KEY_INVALID`.
 */
export function signBulk(
  orders: readonly UnsignedOrder[],
  { group, counter }: BulkGroup,
  privateKey: Hex,
): readonly SignedOrder[] {
  const [first] = orders;
  assert(first !== undefined && orders.length <= 2 ** BULK_HEIGHT_MAX, "sign 1 to 256 orders at once");
  assert(Number.isInteger(group) && group >= 0 && group <= GROUP_MAX, `group must be 0 to ${GROUP_MAX}`);
  assert(Number.isSafeInteger(counter) && counter >= 0, "counter must be a safe integer ≥ 0");
  const separator = hexOf(domainSeparator(first));
  assert(
    orders.every((order) => hexOf(domainSeparator(order)) === separator),
    "orders signed at once must be of one community, before one contract",
  );
  const account = accountOfKey(privateKey);
  const unsigned = orders.map((order) => ({ ...order, account }));
  const levels = bulkLevels(unsigned);
  const height = levels.length - 1;
  const root = nodeAt(levels, height, 0);
  const signature = signDigest(typedDigest(first, bulkStruct(height, group, counter, root)), privateKey);
  return unsigned.map((order, index) => {
    const proof = Array.from({ length: height }, (_, level) =>
      hexOf(nodeAt(levels, level, (index >> level) ^ 1)),
    );
    return { ...order, bulk: { group, counter, index, proof }, signature };
  });
}

function nodeAt(levels: readonly (readonly Uint8Array[])[], level: number, index: number): Uint8Array {
  const node = levels[level]?.[index];
  assert(node !== undefined, "a full tree has every node");
  return node;
}
