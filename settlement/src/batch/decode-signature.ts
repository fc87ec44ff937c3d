import type { Hex } from "@commonwatt/vpp-core";
import {
  END_HEAD_BYTES as END_HEAD,
  NODE_BYTES as NODE,
  type OrderEnd,
  type OrderSignature,
  SIGNATURE_HEAD_BYTES as SIGNATURE_HEAD,
} from "./order-leaf.ts";
import { shownNumber } from "./shown-number.ts";

/** A row's bytes, each field by where it begins and ends. */
function fieldsOf(encoded: Hex) {
  const slice = (from: number, to?: number): Hex =>
    `0x${encoded.slice(2 + 2 * from, to === undefined ? undefined : 2 + 2 * to)}`;
  const number = (from: number, to: number): number => shownNumber(BigInt(slice(from, to)));
  return { slice, number, byteCount: encoded.length / 2 - 1 };
}

/** How an order was signed, out of its bytes; `null` when they are none of a signature. */
export function decodeSignature(encoded: Hex): OrderSignature | null {
  const { slice, number, byteCount } = fieldsOf(encoded);
  if (byteCount < SIGNATURE_HEAD) return null;
  const nodes = number(53, SIGNATURE_HEAD);
  const end = SIGNATURE_HEAD + nodes * NODE;
  if (byteCount < end) return null;
  return {
    ...{ kind: number(0, 1), replaces: slice(1, 33), group: number(33, 41), counter: number(41, 49) },
    index: number(49, 53),
    proof: Array.from({ length: nodes }, (_, node) =>
      slice(SIGNATURE_HEAD + node * NODE, SIGNATURE_HEAD + (node + 1) * NODE),
    ),
    signature: slice(end),
  };
}

/** What ended an order, out of its bytes; `null` when they are none of an end. */
export function decodeEnd(encoded: Hex): OrderEnd | null {
  const { slice, number, byteCount } = fieldsOf(encoded);
  if (byteCount < END_HEAD) return null;
  return {
    ...{ scope: number(0, 1), group: number(1, 9), counter: number(9, 17) },
    ...{ replacement: slice(17, END_HEAD), signature: slice(END_HEAD) },
  };
}
