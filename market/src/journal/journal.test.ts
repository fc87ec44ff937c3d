import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { openJournal } from "./journal.ts";
import { encodeRecord } from "./journal-record.ts";
import { journalFile, readJournal } from "./read-journal.ts";

const HEADER = { kind: "header", name: "Straße" };
/** Letters whose bits are one flip away from a newline and from a zero byte are among them. */
const ENTRIES = [
  { kind: "a", text: "J*" },
  { kind: "b", text: " @" },
  { kind: "c", text: "é" },
];

/** A closed journal with the header and three records. */
async function sampleJournal(): Promise<{ folder: string; bytes: Buffer }> {
  const folder = await temporaryFolder();
  const { journal } = await openJournal(folder, HEADER);
  for (const entry of ENTRIES) journal.append(entry);
  await journal.close();
  return { folder, bytes: await readFile(journalFile(folder)) };
}

const WHOLE = [HEADER, ...ENTRIES].map((entry, sequence) => ({ ...entry, sequence }));

describe("a journal", () => {
  it("is one line per record: checksum, space, JSON", async () => {
    // CRC-32 of the JSON, computed with another implementation (Python's zlib.crc32).
    expect(encodeRecord({ kind: "a", sequence: 1 })).toBe('04f66ffe {"kind":"a","sequence":1}\n');
  });

  it("gives back what was appended, and goes on where it ended", async () => {
    const { folder } = await sampleJournal();
    const again = await openJournal(folder, { kind: "another header" });
    expect(again.records).toEqual(WHOLE);
    expect(again.tornBytes).toBe(0);
    expect(again.journal.append({ kind: "d" })).toBe(4);
    await again.journal.close();
    expect((await readJournal(folder)).records).toEqual([...WHOLE, { kind: "d", sequence: 4 }]);
  });

  it("is on the disk when it says so, whoever else is waiting", async () => {
    const folder = await temporaryFolder();
    const { journal } = await openJournal(folder, HEADER);
    const onDisk = async (): Promise<number> => (await readJournal(folder)).records.length - 1;
    const waits: Promise<number>[] = [];
    const places: number[] = [];
    for (let i = 0; i < 50; i++) {
      places.push(journal.append({ kind: "entry", i }));
      waits.push(journal.synced().then(onDisk));
      if (i % 7 === 0) await Promise.resolve();
    }
    const found = await Promise.all(waits);
    expect(places).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    found.forEach((count, i) => {
      expect(count, `record ${places[i]}`).toBeGreaterThanOrEqual(places[i] ?? Number.NaN);
    });
    await journal.close();
  });

  it("fails for good once a write has failed", async () => {
    const folder = await temporaryFolder();
    const { journal } = await openJournal(folder, HEADER);
    await journal.close();
    const failed = expect.objectContaining({ code: "JOURNAL_WRITE_FAILED", retryable: false });
    journal.append({ kind: "late" });
    await expect(journal.synced()).rejects.toEqual(failed);
    await expect(journal.synced()).rejects.toEqual(failed);
    journal.append({ kind: "later" });
    await expect(journal.synced()).rejects.toEqual(failed);
    expect((await readJournal(folder)).records).toHaveLength(1);
  });

  it("cuts off a record that was torn at any byte, and goes on", async () => {
    const { folder, bytes } = await sampleJournal();
    const lastStart = bytes.lastIndexOf("\n", bytes.length - 2) + 1;
    for (let length = lastStart; length < bytes.length; length++) {
      await writeFile(journalFile(folder), bytes.subarray(0, length));
      const { records, tornBytes, journal } = await openJournal(folder, HEADER);
      expect(tornBytes, `cut at ${length}`).toBe(length - lastStart);
      expect(records).toEqual(WHOLE.slice(0, -1));
      journal.append(ENTRIES[2] as object);
      await journal.close();
      expect(await readFile(journalFile(folder))).toEqual(bytes);
    }
  });

  it("starts anew when not even the header was finished", async () => {
    const { folder, bytes } = await sampleJournal();
    await writeFile(journalFile(folder), bytes.subarray(0, 20));
    const { records, tornBytes, journal } = await openJournal(folder, HEADER);
    await journal.close();
    expect({ records, tornBytes }).toEqual({ records: WHOLE.slice(0, 1), tornBytes: 20 });
  });

  it("takes zeros that the file system left behind a torn record for torn, too", async () => {
    const { folder, bytes } = await sampleJournal();
    await writeFile(
      journalFile(folder),
      Buffer.concat([bytes, Buffer.from("1234abcd {"), Buffer.alloc(100)]),
    );
    expect(await readJournal(folder)).toMatchObject({ records: WHOLE, tornBytes: 110 });
  });

  it("notices every single flipped bit, and leaves the file alone", async () => {
    const { folder, bytes } = await sampleJournal();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      const at = bit >> 3;
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
      await writeFile(journalFile(folder), damaged);
      const line = bytes.subarray(0, at).toString("latin1").split("\n").length;
      const corrupt = { code: "JOURNAL_CORRUPT", details: { file: journalFile(folder), line } };
      await expect(readJournal(folder), `bit ${bit}`).rejects.toMatchObject(corrupt);
      if (bit % 64 === 0) {
        await expect(openJournal(folder, HEADER)).rejects.toMatchObject(corrupt);
        expect(await readFile(journalFile(folder))).toEqual(damaged);
      }
    }
    expect(await readdir(folder)).toEqual(["market.journal"]);
  });

  it("notices a record that is missing or there twice", async () => {
    const { folder, bytes } = await sampleJournal();
    const lines = bytes.toString().split(/(?<=\n)/);
    for (const damaged of [
      [0, 2, 3],
      [0, 1, 1, 2, 3],
      [1, 2, 3],
      [0, 2, 1, 3],
    ]) {
      await writeFile(journalFile(folder), damaged.map((i) => lines[i]).join(""));
      await expect(readJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
    }
  });

  it("says when there is none, and when it cannot be read", async () => {
    const folder = await temporaryFolder();
    await expect(readJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_MISSING" });
    await expect(readJournal(join(folder, "nowhere"))).rejects.toMatchObject({ code: "JOURNAL_MISSING" });
  });
});
