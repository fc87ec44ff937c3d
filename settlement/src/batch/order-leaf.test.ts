import type { Hex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { hashSignature, hashSignatures, type OrderSignature } from "./order-leaf.ts";

const hex = (byte: string, count: number): Hex => `0x${byte.repeat(count)}`;
/** So many are hashed at once, in memory that is used again for the next. */
const AT_ONCE = 512;

it("hashes many signatures as each, though of some that are as long the fields stand in other places", () => {
  const long: OrderSignature = {
    ...{ kind: 0, replaces: hex("00", 32), group: 0, counter: 0, index: 0, proof: [] },
    signature: hex("1b", 65 + 2 * 32),
  };
  const bulk: OrderSignature = {
    ...{ ...long, kind: 1, group: 3, counter: 9, index: 2 },
    ...{ proof: [hex("aa", 32), hex("bb", 32)], signature: hex("1c", 65) },
  };
  // The second of its kind comes when another has just been written where the first one stood.
  const signatures = Array.from({ length: AT_ONCE + 9 }, (_, place) =>
    place === 5 || place === AT_ONCE + 6 ? bulk : long,
  );
  expect(hashSignatures(signatures)).toEqual(signatures.map(hashSignature));
});
