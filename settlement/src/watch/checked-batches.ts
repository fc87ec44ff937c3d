import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CommonwattError, type Hex, messageOf } from "@commonwatt/vpp-core";
import type { Deployment } from "../chain/manifest.ts";

/** Batches of one court that a watcher found right, in a file of its own. */
export interface CheckedBatches {
  /** The first number after the last batch that was found right; `null` when none ever was. */
  readonly next: number | null;
  /** The header by which a batch was right, if it was. */
  rightHeader(number: number): Hex | undefined;
  /** @throws CommonwattError `WATCH_COPY_FAILED` when the file can't be written. */
  add(number: number, headerHash: Hex): Promise<void>;
}

/** Opens the file, or begins one when there is none of this court. */
export async function checkedBatches(file: string, { chainId, court }: Deployment): Promise<CheckedBatches> {
  const title = `court ${court} chain ${chainId}`;
  const [first, ...rows] = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const right = new Map<number, Hex>();
  let last = 0;
  if (first === title) {
    for (const row of rows) {
      const [, number, headerHash] = /^(\d+) (0x[0-9a-f]{64})$/.exec(row) ?? [];
      if (number === undefined) continue;
      right.set(Number(number), headerHash as Hex);
      last = Math.max(last, Number(number));
    }
  } else {
    await writing(file, () => writeFile(file, `${title}\n`));
  }
  return {
    next: last === 0 ? null : last + 1,
    rightHeader: (number) => right.get(number),
    async add(number, headerHash) {
      await writing(file, () => appendFile(file, `${number} ${headerHash}\n`));
      right.set(number, headerHash);
    },
  };
}

async function writing(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await work();
  } catch (cause) {
    throw new CommonwattError("WATCH_COPY_FAILED", `${file} can't be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}
