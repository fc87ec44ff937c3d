import type { Hex } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { abiPacked } from "../testing/abi.ts";
import { fromHex, keccak256, keccakMany, toHexes } from "./keccak.ts";
import { PackedRow } from "./packed-row.ts";
import { viewOf } from "./views.ts";

const TYPES = ["bool", "uint8", "uint32", "uint64", "int64", "uint128", "bytes32", "address", "bytes32"];
const BYTES = 1 + 1 + 4 + 8 + 8 + 16 + 32 + 20 + 32;
const SAFE = Number.MAX_SAFE_INTEGER;

const hexOf = (length: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes): Hex => {
    return `0x${Buffer.from(bytes).toString("hex")}`;
  });
/** Few of them, so that neighbours often have the same. */
const someOf = (length: number): fc.Arbitrary<Hex> =>
  fc.oneof(fc.constant<Hex>(`0x${"5a".repeat(length)}`), hexOf(length));
const fields = fc.tuple(
  fc.boolean(),
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.oneof(fc.constant(SAFE), fc.integer({ min: 0, max: SAFE })),
  fc.oneof(fc.constant(-SAFE), fc.integer({ min: -SAFE, max: SAFE })),
  fc.oneof(fc.constant(2n ** 53n), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.constant(0n)),
  someOf(32),
  someOf(20),
  hexOf(32),
);
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;

function fill(
  row: PackedRow,
  [flag, small, index, count, signed, amount, hash, account, salt]: Fields,
): void {
  row.bool(flag);
  row.uint8(small);
  row.uint32(index);
  row.uint64(count);
  row.int64(signed);
  row.uint128(amount);
  row.hash(hash);
  row.address(account);
  row.bytes32(viewOf(fromHex(salt)), 0);
}

describe("a packed row", () => {
  it("is what Solidity packs, for many rows hashed together", () => {
    const row = new PackedRow();
    const property = fc.property(fc.array(fields, { minLength: 1, maxLength: 20 }), (rows) => {
      const hashes = keccakMany(rows.length, BYTES, (buffer, at, index) => {
        row.begin(buffer, at);
        fill(row, rows[index] as Fields);
        expect(row.end).toBe(at + BYTES);
      });
      expect(toHexes(hashes)).toEqual(rows.map((values) => keccak256(abiPacked(TYPES, values))));
      row.forget();
    });
    fc.assert(property, { numRuns: 200 });
  });

  it.each<[string, (row: PackedRow) => void]>([
    ["uint8", (row) => row.uint8(256)],
    ["uint8", (row) => row.uint8(-1)],
    ["uint32", (row) => row.uint32(2 ** 32)],
    ["uint32", (row) => row.uint32(1.5)],
    ["uint32", (row) => row.uint32(Number.NaN)],
    ["uint64", (row) => row.uint64(-1)],
    ["uint64", (row) => row.uint64(SAFE + 1)],
    ["int64", (row) => row.int64(-SAFE - 1)],
    ["uint128", (row) => row.uint128(2n ** 128n)],
    ["uint128", (row) => row.uint128(-1n)],
    ["hash", (row) => row.hash(`0x${"00".repeat(31)}`)],
    ["hash", (row) => row.hash(`0x${"0g".repeat(32)}`)],
    ["address", (row) => row.address(`0x${"00".repeat(32)}`)],
  ])("refuses what does not fit: %s", (_, write) => {
    const row = new PackedRow();
    row.begin(Buffer.alloc(64), 0);
    expect(() => write(row)).toThrow(RangeError);
  });
});
