import type { Hex } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { concatBytes, keccak256 } from "../chain/keccak.ts";
import { testInterval, testStreet, testTrade } from "../testing/street.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { merkleRoot, readingLeaf, tradeLeaf } from "./merkle-root.ts";

const twice = (bytes: Hex): Hex => keccak256(keccak256(bytes));
const pair = (a: Hex, b: Hex): Hex => keccak256(a < b ? concatBytes(a, b) : concatBytes(b, a));

describe("an ordinary Merkle root", () => {
  it("hashes leaves twice and siblings in rising order; an odd one moves up", () => {
    const [a, b, c]: [Hex, Hex, Hex] = ["0x0a", "0x0b", "0x0c"];
    expect(merkleRoot([])).toBe(ZERO_HASH);
    expect(merkleRoot([a])).toBe(twice(a));
    expect(merkleRoot([a, b])).toBe(pair(twice(a), twice(b)));
    expect(merkleRoot([a, b, c])).toBe(pair(pair(twice(a), twice(b)), twice(c)));
  });

  it("tells settled trades and signed readings apart by every field", () => {
    const interval = testInterval(1);
    const settlement = {
      trade: testTrade(interval, 1, 1, 2, 100, -5_000),
      settledWh: 90,
      ...{ paidNano: 1n, sellerMakeWholeNano: 2n, buyerMakeWholeNano: 0n },
    } as Parameters<typeof tradeLeaf>[0];
    const leaf = tradeLeaf(settlement);
    // Thirteen words.
    expect(leaf).toHaveLength(2 + 13 * 64);
    for (const change of [{ settledWh: 91 }, { paidNano: 2n }, { sellerMakeWholeNano: 3n }]) {
      expect(tradeLeaf({ ...settlement, ...change } as typeof settlement)).not.toBe(leaf);
    }
    const [one, two] = testStreet(2).deliver(interval, [], []).readings;
    expect(one && two && readingLeaf(one) !== readingLeaf(two)).toBe(true);
  });
});
