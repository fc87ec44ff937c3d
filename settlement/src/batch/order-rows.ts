import type { Account, Hex } from "@commonwatt/vpp-core";
import { ZERO_HASH } from "./batch-header.ts";
import { NOBODY, type Odd } from "./odd-leaf.ts";
import {
  ALONE,
  hashEnd,
  hashSignatures,
  isAlone,
  type OrderEnd,
  type OrderLeaf,
  type OrderSignature,
} from "./order-leaf.ts";

/** An order's leaf with what its hashes stand for. */
export type ArchivedOrder = {
  readonly leaf: OrderLeaf;
  readonly signed: OrderSignature;
  /** The hash of `signed`: that of the leaf, unless the leaf was made of something else. */
  readonly signedHash: Hex;
  readonly end: OrderEnd | null;
};

/** How an order was signed: the signature of an order that was signed alone, else all fields of {@link OrderSignature}. */
export type SignatureRow =
  | Hex
  | readonly [
      kind: number,
      replaces: Hex,
      group: number,
      counter: number,
      index: number,
      proof: readonly Hex[],
      signature: Hex,
    ];

/** The fields of an {@link OrderEnd}. */
export type EndRow = readonly [
  scope: number,
  group: number,
  counter: number,
  replacement: Hex,
  signature: Hex,
];

/** An order; its account, interval and hashes follow from the rest. */
export type OrderRow = readonly [
  digest: Hex,
  accountIndex: number,
  isBid: boolean,
  limitPrice: number,
  energyWh: number,
  orderSalt: Hex,
  ended: number,
  signed: SignatureRow,
  end: EndRow | null,
  odd: Odd<OrderLeaf>,
];

/** What orders stand among in an archive. */
interface OrderPlaces {
  readonly accounts: readonly { readonly account: Account }[];
  readonly interval: { readonly index: number };
  readonly orders: readonly OrderRow[];
}

/** An order as a row of the archive, and what is odd about its leaf. */
export function orderToRow({ leaf, signed, end }: ArchivedOrder, odd: Odd<OrderLeaf> = null): OrderRow {
  // biome-ignore format: a line for each kind of field.
  return [
    leaf.digest, leaf.accountIndex, leaf.isBid, leaf.limitPrice, leaf.energyWh, leaf.orderSalt, leaf.ended,
    signatureToRow(signed),
    end === null ? null : [end.scope, end.group, end.counter, end.replacement, end.signature],
    odd,
  ];
}

function signatureToRow(signed: OrderSignature): SignatureRow {
  const { kind, replaces, group, counter, index, proof, signature } = signed;
  return isAlone(signed) ? signature : [kind, replaces, group, counter, index, proof, signature];
}

function signatureFromRow(row: SignatureRow): OrderSignature {
  if (typeof row === "string") return { ...ALONE, signature: row };
  const [kind, replaces, group, counter, index, proof, signature] = row;
  return { kind, replaces, group, counter, index, proof, signature };
}

/** The orders of an archive. Throws when it has something else there. */
export function ordersOf({ accounts, interval, orders }: OrderPlaces): readonly ArchivedOrder[] {
  const signatures = orders.map((row) => signatureFromRow(row[7]));
  const signedHashes = hashSignatures(signatures);
  return orders.map((row, place) => {
    const [digest, accountIndex, isBid, limitPrice, energyWh, orderSalt, ended, , endRow, odd] = row;
    const signedHash = signedHashes[place] ?? ZERO_HASH;
    const end = endRow === null ? null : endFromRow(endRow);
    const leaf: OrderLeaf = {
      digest,
      accountIndex,
      account: accounts[accountIndex]?.account ?? NOBODY,
      isBid,
      limitPrice,
      energyWh,
      intervalIndex: interval.index,
      orderSalt,
      signedHash,
      ended,
      endedHash: end === null ? ZERO_HASH : hashEnd(end),
    };
    const signed = signatures[place] as OrderSignature;
    return { leaf: odd === null ? leaf : { ...leaf, ...odd }, signed, signedHash, end };
  });
}

function endFromRow([scope, group, counter, replacement, signature]: EndRow): OrderEnd {
  return { scope, group, counter, replacement, signature };
}
