import { describe, expect, it } from "vitest";
import { IdHash, numberOfId } from "./id-hash.ts";

/** Ids that somebody has found to share a few low bits of their hash under a seed, of so many tried. */
function crowdUnder(seed: number, tried: number, bits: number): string[] {
  const hash = new IdHash(seed);
  const mask = 2 ** bits - 1;
  return Array.from({ length: tried }, (_, i) => `order-${i}`).filter((id) => (hash.of(id) & mask) === 0);
}

describe("the hash of ids", () => {
  it("scatters ids over a table that crowd together under any other seed", () => {
    const crowd = crowdUnder(1, 200_000, 10);
    expect(crowd.length).toBeGreaterThan(100);
    for (const seed of [0, 2, -1, 2 ** 32 + 1, 2 ** 52 + 1]) {
      const hash = new IdHash(seed);
      const places = new Set(crowd.map((id) => hash.of(id) & 1_023));
      // Thrown at random, some 18 of 200 meet another one's place.
      expect(places.size, `seed ${seed}`).toBeGreaterThan(0.8 * crowd.length);
    }
  });

  it("tells ids apart that differ in length or order only, however long they are", () => {
    const hash = new IdHash(3);
    const long = "x".repeat(500);
    const ids = [
      "",
      "\0",
      "\0\0",
      "ab",
      "ba",
      `a${long}b`,
      `b${long}a`,
      `${long}ab`,
      `${long}ba`,
      `ab${long}`,
    ];
    for (const length of [63, 64, 65, 128])
      ids.push(`a${"x".repeat(length - 1)}b`, `b${"x".repeat(length - 1)}a`);
    const hashes = ids.map((id) => hash.of(id));
    expect(new Set(hashes).size).toBe(ids.length);
    // Long ids have brought more keys; those that were there are the same.
    const other = new IdHash(3);
    expect(ids.map((id) => other.of(id))).toEqual(hashes);
    expect(ids.toReversed().map((id) => new IdHash(3).of(id))).toEqual(hashes.toReversed());
  });

  it("gives a book the same number everywhere", () => {
    // FNV-1a of "a" is 0xe40c292c (Fowler, Noll and Vo's own test vectors); the last mix is by hand.
    const mixed = Math.imul(0xe40c292c ^ (0xe40c292c >>> 16), 0x85ebca6b);
    expect(numberOfId("a")).toBe(mixed ^ (mixed >>> 13));
  });
});
