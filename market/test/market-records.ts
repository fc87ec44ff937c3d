import { rm } from "node:fs/promises";
import { join } from "node:path";
import { segmentName } from "../src/journal/file-names.ts";
import { openJournal } from "../src/journal/journal.ts";
import { listFiles } from "../src/journal/journal-files.ts";
import { JSON_RECORD, readJournal } from "../src/journal/read-journal.ts";
import type { JournalAbout } from "../src/journal/segment-format.ts";
import { COMMUNITY } from "./sample-market.ts";

/** One record of a live market's journal. */
export type MarketRecord = Readonly<Record<string, unknown>>;

/** What stands at the head of the sample market's journal. */
const ABOUT: Omit<JournalAbout, "instance"> = { content: "market-orders", community: COMMUNITY, rules: {} };

/** The file of a journal that has only one. */
export function firstSegment(folder: string): string {
  return join(folder, segmentName(1));
}

/** All records of a live market's journal. */
export async function readRecords(folder: string): Promise<MarketRecord[]> {
  const records: MarketRecord[] = [];
  await readJournal(folder, {
    from: 1,
    start: () => (_type, _sequence, words, at, bytes) => {
      records.push(JSON.parse(Buffer.from(words.buffer, words.byteOffset + 4 * at, bytes).toString()));
    },
  });
  return records;
}

/** Writes a journal whose checksums are right, whatever it says, in place of the one that is there. */
export async function rewriteJournal(
  folder: string,
  records: readonly MarketRecord[],
  change: object = {},
): Promise<void> {
  const { segments } = await listFiles(folder);
  for (const { name } of segments) await rm(join(folder, name));
  const reader = async () => ({ from: 1, start: () => () => {} });
  const { journal } = await openJournal(folder, { ...ABOUT, ...change }, reader);
  for (const record of records) journal.append(JSON_RECORD, Buffer.from(JSON.stringify(record)));
  await journal.close();
}
