import type { Hex } from "@commonwatt/vpp-core";
import { ZERO_HASH } from "../batch/batch-header.ts";
import type { OpenedArchive } from "../batch/batch-leaves.ts";
import { decodeEnd, decodeSignature } from "../batch/decode-signature.ts";
import type { ArchivedReading } from "../batch/metered-rows.ts";
import { hashEnd } from "../batch/order-leaf.ts";
import type { ArchivedOrder } from "../batch/order-rows.ts";
import { keccak256 } from "../hash/keccak.ts";

/** Orders and readings with what their archive hides and the chain tells, by the hashes in their leaves. */
export function withShown(
  { orders, readings }: Pick<OpenedArchive, "orders" | "readings">,
  shown: ReadonlyMap<Hex, Hex>,
): Pick<OpenedArchive, "orders" | "readings"> {
  if (shown.size === 0) return { orders, readings };
  return {
    orders: orders.map((order) => orderWith(order, shown)),
    readings: readings.map((reading) => readingWith(reading, shown)),
  };
}

function orderWith(order: ArchivedOrder, shown: ReadonlyMap<Hex, Hex>): ArchivedOrder {
  const { leaf, signedHash, end } = order;
  const hidden = signedHash === leaf.signedHash ? undefined : shown.get(leaf.signedHash);
  const signed = hidden === undefined ? null : decodeSignature(hidden);
  const isEndHidden = leaf.endedHash !== ZERO_HASH && (end === null || hashEnd(end) !== leaf.endedHash);
  const hiddenEnd = isEndHidden ? shown.get(leaf.endedHash) : undefined;
  return {
    ...order,
    ...(signed === null ? {} : { signed, signedHash: leaf.signedHash }),
    ...(hiddenEnd === undefined ? {} : { end: decodeEnd(hiddenEnd) }),
  };
}

function readingWith(reading: ArchivedReading, shown: ReadonlyMap<Hex, Hex>): ArchivedReading {
  const { leaf, meterKey, signature } = reading;
  const of = (bytes: Hex, hash: Hex): Hex => (keccak256(bytes) === hash ? bytes : (shown.get(hash) ?? bytes));
  return { leaf, meterKey: of(meterKey, leaf.meterKeyHash), signature: of(signature, leaf.signatureHash) };
}
