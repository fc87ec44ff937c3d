import { readFile } from "node:fs/promises";
import type { Hex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { encodedVectors } from "../testing/encoded-vectors.ts";
import { type BatchHeader, hashHeader, headerFromJson, headerToJson, ZERO_HASH } from "./batch-header.ts";

const header: BatchHeader = {
  ...{ community: ZERO_HASH, number: 2, previousHash: ZERO_HASH, intervalIndex: 9 },
  ...{ intervalStart: 10, intervalEnd: 11, rulesHash: ZERO_HASH, clearingPrice: 12 },
  ...{ ordersRoot: ZERO_HASH, orderCount: 3, readingsRoot: ZERO_HASH, readingCount: 4 },
  ...{ fillsRoot: ZERO_HASH, fillCount: 6, positionsRoot: ZERO_HASH, balancesRoot: ZERO_HASH },
  ...{ accountCount: 5, creditTotal: 7n, debitTotal: 8n, feeTotal: 1n, archiveHash: ZERO_HASH },
};

it("has another hash when any field differs", () => {
  const other: Hex = `0x${"ab".repeat(32)}`;
  for (const [field, value] of Object.entries(header)) {
    const changed = typeof value === "string" ? other : typeof value === "bigint" ? value + 1n : value + 1;
    expect(hashHeader({ ...header, [field]: changed }), field).not.toBe(hashHeader(header));
  }
  expect(hashHeader({ ...header, clearingPrice: null })).not.toBe(hashHeader(header));
});

it("goes through JSON unchanged", () => {
  expect(headerFromJson(JSON.parse(JSON.stringify(headerToJson(header))))).toEqual(header);
});

it("keeps the vectors that the contracts are held to, one of every encoding", async () => {
  const path = new URL("../../contracts/test/vectors/encodings.json", import.meta.url);
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual(encodedVectors());
});
