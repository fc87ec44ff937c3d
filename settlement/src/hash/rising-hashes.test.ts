import { seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { toHexes } from "./keccak.ts";
import { risingHashes } from "./rising-hashes.ts";

const random = seededRandom("rising");

/** So many hashes whose bytes up to one of them have one of two values: most agree in their first bytes. */
function hashesAlike(count: number, firstBytes: number): Buffer {
  return Buffer.from(
    Array.from({ length: 32 * count }, (_, at) => random.integer(0, at % 32 < firstBytes ? 1 : 255)),
  );
}

describe("the order of hashes", () => {
  it.each([0, 1, 2, 5, 31, 32])("is that of their texts when %s bytes hardly differ", (firstBytes) => {
    for (const count of [0, 1, 2, 300]) {
      const hashes = hashesAlike(count, firstBytes);
      const texts = toHexes(hashes);
      const sorted = [...risingHashes(hashes)];
      expect(sorted.map((index) => texts[index])).toEqual(texts.toSorted());
      expect(new Set(sorted).size).toBe(count);
    }
  });

  it("leaves equal hashes as they stand", () => {
    expect([...risingHashes(Buffer.alloc(3 * 32, 7))]).toEqual([0, 1, 2]);
  });
});
