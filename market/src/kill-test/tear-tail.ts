import { appendFile, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "@commonwatt/vpp-core";
import { listFiles } from "../journal/journal-files.ts";
import { BATCH, decodeSegmentHead, readBatchHead, writeBatchHead } from "../journal/segment-format.ts";

const { HEAD_BYTES, TAIL_BYTES } = BATCH;

/**
 * Does to a journal what a lost power supply may do: cuts it at any byte behind what was acknowledged, or leaves
 * the beginning of a batch at its end. Answers how; `null` when there is no journal yet.
 */
export async function tearTail(
  directory: string,
  acknowledged: number,
  random: Random,
): Promise<"cut" | "begun" | null> {
  const last = (await listFiles(directory)).segments.at(-1);
  if (last === undefined) return null;
  const file = join(directory, last.name);
  const bytes = await readFile(file);
  const head = decodeSegmentHead(bytes);
  if (head === null || typeof head === "number") return null;
  let at = head.headBytes;
  for (let batch = readBatchHead(bytes, at); batch !== null; batch = readBatchHead(bytes, at)) {
    if (batch.firstSequence > acknowledged) break;
    at += HEAD_BYTES + batch.recordBytes + TAIL_BYTES;
  }
  if (at < bytes.length) {
    await truncate(file, random.integer(at, bytes.length - 1));
    return "cut";
  }
  const begun = Buffer.alloc(HEAD_BYTES + random.integer(0, 2_000), "an order that was never finished ");
  writeBatchHead(begun.subarray(0, HEAD_BYTES), 4_000, acknowledged + 1, 100);
  await appendFile(file, begun.subarray(0, random.integer(1, begun.length)));
  return "begun";
}
