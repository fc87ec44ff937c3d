import type { Hex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { toHex, toHexes } from "../hash/keccak.ts";
import { leafSalt, leafSalts } from "./leaf-salt.ts";

const SEED: Hex = "0x603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

it("makes a leaf's salt alone as together with all others, and no two alike", () => {
  const salts = toHexes(leafSalts(SEED, "fills", 300));
  expect([0, 1, 7, 299].map((index) => toHex(leafSalt(SEED, "fills", index)))).toEqual(
    [0, 1, 7, 299].map((index) => salts[index]),
  );
  const others = toHexes(leafSalts(SEED, "orders", 300));
  expect(new Set([...salts, ...others]).size).toBe(600);
  expect(leafSalts(SEED, "fills", 0)).toHaveLength(0);
});

it("keeps the salts of archives that were written before", () => {
  // As `openssl enc -aes-256-ctr` makes them of zeros.
  expect(toHex(leafSalt(SEED, "orders", 0))).toBe(
    "0x579be1a0d892238805feb810a4a10aaa51ffb50816f5e9fa954d2604f081f8dc",
  );
  expect(toHex(leafSalt(SEED, "balances", 4_000_000_000))).toBe(
    "0xb8ea8680610380ab7a086143f9e076b807d5006dfa9ffd52d46f0c50a5b7c3cf",
  );
});

it("refuses a seed that is none", () => {
  expect(() => leafSalt("0x12", "orders", 0)).toThrow(RangeError);
});
