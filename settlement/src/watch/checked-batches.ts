import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import type { BatchCommit } from "../chain/court-reader.ts";
import type { Deployment } from "../chain/manifest.ts";

/** Batches of one court that a watcher found right, in a file of its own. */
export interface CheckedBatches {
  /** The first number after the last batch that was found right; `null` when none ever was. */
  readonly next: number | null;
  /** Whether a batch was right as it was committed then. The same one that is committed again may be wrong by now. */
  isRight(number: number, commit: Commit): boolean;
  /** @throws CommonwattError `WATCH_COPY_FAILED` when the file can't be written. */
  add(number: number, commit: Commit): Promise<void>;
}

type Commit = Pick<BatchCommit, "headerHash" | "committedAt">;

/** Opens the file, or begins one when there is none of this court. */
export async function checkedBatches(file: string, { chainId, court }: Deployment): Promise<CheckedBatches> {
  const title = `court ${court} chain ${chainId}`;
  const [first, ...rows] = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const right = new Map<number, string>();
  let last = 0;
  if (first === title) {
    for (const row of rows) {
      const [, number, commit] = /^(\d+) (0x[0-9a-f]{64} \d+)$/.exec(row) ?? [];
      if (number === undefined || commit === undefined) continue;
      right.set(Number(number), commit);
      last = Math.max(last, Number(number));
    }
  } else {
    await writing(file, () => writeFile(file, `${title}\n`));
  }
  return {
    next: last === 0 ? null : last + 1,
    isRight: (number, commit) => right.get(number) === textOf(commit),
    async add(number, commit) {
      await writing(file, () => appendFile(file, `${number} ${textOf(commit)}\n`));
      right.set(number, textOf(commit));
    },
  };
}

function textOf({ headerHash, committedAt }: Commit): string {
  return `${headerHash} ${committedAt}`;
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
