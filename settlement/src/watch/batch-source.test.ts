import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveText, type BatchFile, hashArchive } from "../batch/batch-archive.ts";
import { buildBatch } from "../batch/build-batch.ts";
import { verifyBatch } from "../batch/verify-batch.ts";
import { DOMAIN, TARIFF, testInterval, testStreet, testTrade } from "../testing/street.ts";
import { type BatchSource, findArchive, folderSource, keepArchive } from "./batch-source.ts";

const street = testStreet(2);
const accounts = street.sites.map(({ id, account, meterKey, limits }) => ({
  ...{ account, siteId: id, meterKey },
  ...{ importMaxW: limits.importPowerMaxW, exportMaxW: limits.exportPowerMaxW },
}));
const rules = { ...TARIFF, feePpm: 0, intervalMs: 900_000, gateClosureMs: 90_000 };
const interval = testInterval(1);
const trades = [testTrade(interval, 1, 1, 2, 400, 150_000)];
const flows = [[0, 400] as const, [400, 0] as const];
const delivery = street.deliver(interval, flows, trades);
const seed = `0x${"01".repeat(32)}` as const;
const shared = { community: "test-street", domain: DOMAIN, rules, accounts, seed };
const { header, archive }: BatchFile = buildBatch(null, { ...delivery, ...shared }).file;

/** Named by its hash, and of so many parts that memory would not do if there were some more. */
const BOMB = JSON.stringify({ ...archive, odd: Array.from({ length: 40_000 }, () => ({})) });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "commonwatt-archives-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A source that says the same whatever it is asked. */
function saying(text: string): BatchSource {
  return { name: "somebody", archive: async () => text };
}

describe("an archive", () => {
  it("is kept as the very bytes of its hash, and found again", async () => {
    await keepArchive(folder, header.archiveHash, archive);
    const bytes = await readFile(join(folder, `${header.archiveHash}.json`));
    expect(`0x${createHash("sha256").update(bytes).digest("hex")}`).toBe(header.archiveHash);
    const found = await findArchive([folderSource(folder)], header.archiveHash);
    expect(found).toEqual({ archive, from: folder });
  });

  it("is known however it is written down", async () => {
    const pretty = JSON.stringify(Object.fromEntries(Object.entries(archive).toReversed()), null, 2);
    expect(await findArchive([saying(pretty)], header.archiveHash)).toMatchObject({ archive });
  });

  it("is withheld when what somebody gives is not what the header names, be it right in itself", async () => {
    // Other salts and another order of the same truth: it verifies, but nobody committed to it.
    const other = buildBatch(null, { ...delivery, ...shared, seed: `0x${"02".repeat(32)}` }).file;
    expect(verifyBatch(null, other)).toEqual([]);
    // The committed batch with a header that names something else.
    const wrongHash = `0x${"0a".repeat(32)}` as const;
    expect(hashArchive(archive)).not.toBe(wrongHash);
    for (const [text, hash] of [
      [archiveText(other.archive), header.archiveHash],
      [archiveText(archive), wrongHash],
      [archiveText(archive).replace("test-street", "best-street"), header.archiveHash],
      ["null", header.archiveHash],
      ["{", header.archiveHash],
      ["", header.archiveHash],
      [BOMB, `0x${createHash("sha256").update(BOMB).digest("hex")}`],
    ] as const) {
      expect(await findArchive([saying(text)], hash)).toEqual({
        archive: null,
        why: "what somebody gives is not what was committed",
      });
    }
  });

  it.each([
    [
      "of an older shape",
      { format: "commonwatt.batch.v4" },
      /an archive is commonwatt\.batch\.v7, not commonwatt\.batch\.v4/,
    ],
    ["without rows", { orders: [null] }, /null/],
  ])("is withheld when it is %s, though it is what was committed", async (_, changed, why) => {
    const other = { ...archive, ...changed } as unknown as typeof archive;
    const found = await findArchive([saying(archiveText(other))], hashArchive(other));
    expect(found).toEqual({ archive: null, why: expect.stringMatching(why) });
    expect(found).toMatchObject({ why: expect.stringMatching(/^what somebody gives can't be read: /) });
  });

  it("is withheld when a kept copy has one flipped byte, and asked of the next who may have it", async () => {
    const text = archiveText(archive);
    const at = text.indexOf("retailPrice") + 2;
    await writeFile(join(folder, `${header.archiveHash}.json`), `${text.slice(0, at)}X${text.slice(at + 1)}`);
    const own = folderSource(folder);
    expect((await findArchive([own], header.archiveHash)).archive).toBeNull();
    expect(await findArchive([own, saying(text)], header.archiveHash)).toMatchObject({ from: "somebody" });
  });
});
