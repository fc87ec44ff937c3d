import { readFile } from "node:fs/promises";
import type { Hex } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { type BatchHeaderJson, hashHeader, headerFromJson, headerToJson } from "./batch-header.ts";

const path = new URL("../../contracts/test/vectors/balance-tree.json", import.meta.url);
const vectors = JSON.parse(await readFile(path, "utf8")) as {
  readonly header: BatchHeaderJson & { readonly hash: Hex };
};
const { hash, ...json } = vectors.header;

describe("a batch header", () => {
  it("has the hash that the contract gives it", () => {
    expect(hashHeader(headerFromJson(json))).toBe(hash);
  });

  it("has another hash when any field differs", () => {
    const header = headerFromJson(json);
    const other: Hex = `0x${"ab".repeat(32)}`;
    for (const [field, value] of Object.entries(header)) {
      const changed = typeof value === "string" ? other : typeof value === "bigint" ? value + 1n : value + 1;
      expect(hashHeader({ ...header, [field]: changed }), field).not.toBe(hash);
    }
  });

  it("goes through JSON unchanged", () => {
    expect(headerToJson(headerFromJson(json))).toEqual(json);
  });
});
