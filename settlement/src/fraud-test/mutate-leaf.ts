import type { Random } from "@commonwatt/vpp-core";
import type { ArchivedReading } from "../batch/metered-rows.ts";
import { hashEnd, hashSignature } from "../batch/order-leaf.ts";
import type { ArchivedOrder } from "../batch/order-rows.ts";
import { keccak256 } from "../hash/keccak.ts";
import { mutateValue } from "./mutate-value.ts";

/** Fields of a signature that mean something for its kind: what nobody reads is nothing to lie about. */
const SIGNED_FIELDS: readonly (readonly string[])[] = [
  ["kind", "signature"],
  ["kind", "group", "counter", "index", "proof", "signature"],
  ["kind", "replaces", "signature"],
];
const END_FIELDS: readonly (readonly string[])[] = [
  ["scope", "signature"],
  ["scope", "counter", "signature"],
  ["scope", "group", "counter", "signature"],
  ["scope", "replacement", "signature"],
];

/** Fields that come up more often than others: only few of their lies prove a kind of fraud that no other does. */
const WEIGHTS: Readonly<Record<string, number>> = {
  ...{ accountCount: 6, orderCount: 2, readingCount: 2, fillCount: 2, clearingPrice: 3 },
  ...{
    rulesHash: 2,
    digest: 7,
    limitPrice: 5,
    orderFilledWh: 6,
    importWh: 3,
    exportWh: 3,
    credit: 3,
    debit: 5,
  },
};

/** Changes one field of a leaf. */
export function mutateField<Leaf extends object>(
  leaf: Leaf,
  random: Random,
  fields: readonly string[] = Object.keys(leaf),
): readonly [Leaf, string] {
  const weighted = fields.flatMap((field) => Array.from({ length: WEIGHTS[field] ?? 1 }, () => field));
  const field = weighted[random.integer(0, weighted.length - 1)] ?? "";
  const value = mutateValue(leaf[field as keyof Leaf], field, random);
  return [{ ...leaf, [field]: value }, field];
}

/** Changes a field of an order's leaf, of its signature or of what ended it; `null` when there is nothing to change. */
export function mutateOrder(
  kind: "order" | "signed" | "end",
  order: ArchivedOrder,
  random: Random,
): readonly [ArchivedOrder, string] | null {
  const { leaf, signed, end } = order;
  if (kind === "order") {
    const [mutated, field] = mutateField(leaf, random);
    // The market's rules may turn down an order of the inbox without proof, as long as they say so.
    const isRefusal = mutated.ended === 4 && leaf.limitPrice === 1;
    return isRefusal ? null : [{ ...order, leaf: mutated }, `order.${field}`];
  }
  if (kind === "signed") {
    const [mutated, field] = mutateField(signed, random, SIGNED_FIELDS[signed.kind] ?? []);
    const signedHash = hashSignature(mutated);
    return [{ ...order, leaf: { ...leaf, signedHash }, signed: mutated, signedHash }, `signed.${field}`];
  }
  if (end === null) return null;
  const [mutated, field] = mutateField(end, random, END_FIELDS[end.scope] ?? []);
  return [{ ...order, leaf: { ...leaf, endedHash: hashEnd(mutated) }, end: mutated }, `end.${field}`];
}

/** Changes a field of a reading's leaf, its meter's key or its signature. */
export function mutateReading(
  kind: "reading" | "meter",
  reading: ArchivedReading,
  random: Random,
): readonly [ArchivedReading, string] {
  const { leaf } = reading;
  if (kind === "reading") {
    const [mutated, field] = mutateField(leaf, random);
    return [{ ...reading, leaf: mutated }, `reading.${field}`];
  }
  const [mutated, field] = mutateField(reading, random, ["meterKey", "signature"]);
  const hashes = {
    meterKeyHash: keccak256(mutated.meterKey),
    signatureHash: keccak256(mutated.signature),
  };
  return [{ ...mutated, leaf: { ...leaf, ...hashes } }, `signed-reading.${field}`];
}
