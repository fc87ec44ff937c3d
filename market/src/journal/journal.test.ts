import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { segmentName } from "./file-names.ts";
import { type JournalOptions, type OpenJournal, openJournal } from "./journal.ts";
import { startWriter } from "./journal-writer.ts";
import { readJournal } from "./read-journal.ts";

const ABOUT = { content: "words", community: "Straße", rules: { size: 3 } };
const WORDS = ["one", "four", "", "ein längeres Wort"];

interface Read {
  readonly words: string[];
  readonly lastSequence: number;
  readonly tornBytes: number;
}

const textOf = (words: Int32Array, at: number, bytes: number): string =>
  Buffer.from(words.buffer, words.byteOffset + 4 * at, bytes).toString();

/** All records of a journal as texts. */
async function read(folder: string, from = 1): Promise<Read> {
  const words: string[] = [];
  const { lastSequence, tornBytes } = await readJournal(folder, {
    from,
    start: () => (_, sequence, payload, at, bytes) =>
      void words.push(`${sequence} ${textOf(payload, at, bytes)}`),
  });
  return { words, lastSequence, tornBytes };
}

const open = (folder: string, options: JournalOptions = {}, about = ABOUT): Promise<OpenJournal> =>
  openJournal(folder, about, async () => ({ from: 1, start: () => () => {} }), options);

const append = ({ journal }: OpenJournal, word: string): number => journal.append(7, Buffer.from(word));

const WHOLE = WORDS.map((word, i) => `${i + 1} ${word}`);
const FIRST = segmentName(1);

/** A closed journal of four records, the last in a batch of its own. */
async function sampleJournal(): Promise<{ folder: string; bytes: Buffer; lastStart: number }> {
  const folder = await temporaryFolder();
  const opened = await open(folder);
  for (const word of WORDS.slice(0, -1)) append(opened, word);
  await opened.journal.durable();
  const lastStart = (await readFile(join(folder, FIRST))).length;
  append(opened, WORDS.at(-1) ?? "");
  await opened.journal.close();
  return { folder, bytes: await readFile(join(folder, FIRST)), lastStart };
}

describe("a journal", () => {
  it("is written as its page says, byte by byte", async () => {
    const folder = await temporaryFolder();
    const opened = await open(folder);
    append(opened, "hello");
    await opened.journal.close();
    const bytes = await readFile(join(folder, FIRST));
    const textBytes = bytes.readUInt32LE(12);
    const batch = 24 + textBytes + 4;
    expect(bytes.toString("latin1", 0, 8)).toBe("cwattjnl");
    expect([bytes.readUInt32LE(8), bytes.readUInt32LE(16), bytes.readUInt32LE(20)]).toEqual([3, 1, 0]);
    expect(JSON.parse(bytes.toString("utf8", 24, 24 + textBytes))).toEqual({
      ...ABOUT,
      instance: opened.about.instance,
    });
    // CRC-32 of the batch's head and of the batch, computed with another implementation (Python's zlib.crc32).
    expect(bytes.toString("hex", batch)).toBe(
      "43574231" +
        "10000000" +
        "01000000" +
        "00000000" +
        "01000000" +
        "8b44c345" +
        "0000f007" +
        "05000000" +
        "68656c6c6f000000" +
        "16dc2819" +
        "43574531",
    );
  });

  it("gives back what was appended, and goes on where it ended", async () => {
    const { folder } = await sampleJournal();
    expect(await read(folder)).toEqual({ words: WHOLE, lastSequence: 4, tornBytes: 0 });
    const again = await open(folder);
    expect([again.lastSequence, append(again, "more")]).toEqual([4, 5]);
    await again.journal.close();
    expect((await read(folder)).words).toEqual([...WHOLE, "5 more"]);
  });

  it("is on the disk when it says so, whoever else is waiting", async () => {
    const folder = await temporaryFolder();
    const opened = await open(folder);
    const onDisk = async (): Promise<number> => (await read(folder)).lastSequence;
    const waits: Promise<number>[] = [];
    for (let i = 1; i <= 50; i++) {
      expect(append(opened, `word ${i}`)).toBe(i);
      waits.push(opened.journal.durable().then(onDisk));
      if (i % 7 === 0) await Promise.resolve();
    }
    for (const [i, count] of (await Promise.all(waits)).entries()) expect(count).toBeGreaterThan(i);
    expect(opened.journal.durableUpTo()).toBe(50);
    await opened.journal.close();
  });

  it("takes no more than its ring holds, by a code, and goes on when the disk has caught up", async () => {
    const folder = await temporaryFolder();
    const opened = await open(folder, { ringSizeBits: 8 });
    const full = expect.objectContaining({ code: "JOURNAL_FULL", retryable: true });
    const word = "x".repeat(200);
    let taken = 0;
    expect(() => {
      for (; ; taken++) append(opened, word);
    }).toThrowError(full);
    expect(taken).toBe(4);
    opened.journal.waitDurable();
    expect(append(opened, word)).toBe(5);
    const tooLong = expect.objectContaining({ code: "JOURNAL_RECORD_TOO_LONG", retryable: false });
    expect(() => append(opened, "x".repeat(1_017))).toThrowError(tooLong);
    await opened.journal.close();
    expect((await read(folder)).words).toEqual([1, 2, 3, 4, 5].map((i) => `${i} ${word}`));
  });

  it("fails for good once it is closed", async () => {
    const folder = await temporaryFolder();
    const opened = await open(folder);
    await opened.journal.close();
    const failed = expect.objectContaining({ code: "JOURNAL_WRITE_FAILED", retryable: false });
    expect(() => append(opened, "late")).toThrowError(failed);
    await expect(opened.journal.durable()).rejects.toEqual(failed);
    expect(await read(folder)).toEqual({ words: [], lastSequence: 0, tornBytes: 0 });
  });

  it("goes on in a new file when one is long enough, and needs them all", async () => {
    const folder = await temporaryFolder();
    const opened = await open(folder, { segmentBytesMax: 500 });
    for (let i = 1; i <= 20; i++) {
      append(opened, `word ${i}`);
      await opened.journal.durable();
    }
    await opened.journal.close();
    const names = (await readdir(folder)).sort();
    expect(names.length).toBeGreaterThan(2);
    expect((await read(folder)).words).toEqual(
      Array.from({ length: 20 }, (_, i) => `${i + 1} word ${i + 1}`),
    );
    for (const name of names.slice(0, -1)) {
      const bytes = await readFile(join(folder, name));
      await rm(join(folder, name));
      await expect(read(folder), name).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
      await writeFile(join(folder, name), bytes.subarray(0, -1));
      await expect(read(folder), name).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
      await writeFile(join(folder, name), bytes);
    }
  });

  it("writes many communities at once", async () => {
    const folders = await Promise.all(Array.from({ length: 20 }, temporaryFolder));
    await Promise.all(
      folders.map(async (folder, i) => {
        // The first has a thread of its own, the others share the process's.
        const options = i === 0 ? { ringSizeBits: 10, writer: startWriter() } : { ringSizeBits: 10 };
        const opened = await open(folder, options, { ...ABOUT, community: `c${i}` });
        for (let word = 0; word < 30; word++) {
          append(opened, `${i}`);
          await opened.journal.durable();
        }
        await opened.journal.close();
      }),
    );
    for (const [i, folder] of folders.entries())
      expect((await read(folder)).words).toEqual(Array.from({ length: 30 }, (_, n) => `${n + 1} ${i}`));
  });

  it("keeps journals of others apart", async () => {
    const { folder } = await sampleJournal();
    await expect(open(folder, {}, { ...ABOUT, community: "other" })).rejects.toMatchObject({
      code: "JOURNAL_WRONG_COMMUNITY",
      details: { found: "Straße" },
    });
    await expect(open(folder, {}, { ...ABOUT, content: "numbers" })).rejects.toMatchObject({
      code: "JOURNAL_WRONG_FORMAT",
    });
    const other = await sampleJournal();
    const opened = await open(other.folder, { segmentBytesMax: 1 });
    append(opened, "five");
    await opened.journal.close();
    await copyFile(join(other.folder, segmentName(5)), join(folder, segmentName(5)));
    await expect(read(folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  });

  it("says when there is none, and when it cannot be read", async () => {
    const folder = await temporaryFolder();
    await expect(read(folder)).rejects.toMatchObject({ code: "JOURNAL_MISSING" });
    await expect(read(join(folder, "nowhere"))).rejects.toMatchObject({ code: "JOURNAL_MISSING" });
    await mkdir(join(folder, FIRST));
    await expect(read(folder)).rejects.toMatchObject({ code: "JOURNAL_UNREADABLE" });
  });

  it("refuses a version that is newer than it, and says so", async () => {
    const { folder, bytes } = await sampleJournal();
    const crcAt = 24 + bytes.readUInt32LE(12);
    bytes.writeUInt32LE(4, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt);
    await writeFile(join(folder, FIRST), bytes);
    await expect(read(folder)).rejects.toMatchObject({
      code: "JOURNAL_WRONG_FORMAT",
      details: { version: 4 },
    });
  });
});

describe("a journal whose writing was cut short", () => {
  it("cuts off the batch that was torn at any byte, and goes on", async () => {
    const { folder, bytes, lastStart } = await sampleJournal();
    for (let length = lastStart; length < bytes.length; length++) {
      await writeFile(join(folder, FIRST), bytes.subarray(0, length));
      const opened = await open(folder);
      expect(opened.tornBytes, `cut at ${length}`).toBe(length - lastStart);
      append(opened, WORDS[3] ?? "");
      await opened.journal.close();
      expect(await readFile(join(folder, FIRST))).toEqual(bytes);
    }
  });

  it("takes sectors that never came for torn, too, but only at the very end", async () => {
    const folder = await temporaryFolder();
    const opened = await open(folder);
    append(opened, "first");
    await opened.journal.durable();
    append(opened, "x".repeat(3_000));
    await opened.journal.durable();
    const { length } = await readFile(join(folder, FIRST));
    append(opened, "last");
    await opened.journal.close();
    const bytes = await readFile(join(folder, FIRST));
    bytes.fill(0, 1_024, 1_536);
    await writeFile(join(folder, FIRST), bytes);
    await expect(read(folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
    await truncate(join(folder, FIRST), length);
    expect(await read(folder)).toMatchObject({ words: ["1 first"] });
    await writeFile(join(folder, FIRST), Buffer.concat([bytes.subarray(0, 600), Buffer.alloc(5_000)]));
    expect(await read(folder)).toMatchObject({ words: ["1 first"] });
  });

  it("notices every single flipped bit, and leaves the file alone", async () => {
    const { folder, bytes } = await sampleJournal();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      const at = bit >> 3;
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
      await writeFile(join(folder, FIRST), damaged);
      await expect(read(folder), `bit ${bit}`).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
      if (bit % 64 === 0) {
        await expect(open(folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
        expect(await readFile(join(folder, FIRST))).toEqual(damaged);
      }
    }
    expect(await readdir(folder)).toEqual([FIRST]);
  });
});
