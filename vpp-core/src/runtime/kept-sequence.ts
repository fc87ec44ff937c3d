import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CommonwattError } from "../errors/commonwatt-error.ts";

/** The highest sequence of a site's commands, on disk before the command counts. */
export interface KeptSequence {
  last(): number;
  /** @throws when it cannot be written; the command must then not be carried out. */
  keep(sequence: number): void;
}

/**
 * Opens the sequence of one site in a folder.
 * @throws CommonwattError `DATA_DIRECTORY_DAMAGED` when it can't be read: the order must never go back.
 */
export function keptSequence(directory: string, name: string): KeptSequence {
  const path = join(directory, `${name}.json`);
  let last = existsSync(path) ? readSequence(path) : 0;
  return {
    last: () => last,
    keep(sequence) {
      const file = openSync(`${path}.new`, "w");
      try {
        writeSync(file, JSON.stringify({ sequence }));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(`${path}.new`, path);
      last = sequence;
    },
  };
}

function readSequence(path: string): number {
  const sequence = Number(/^\{"sequence":(\d+)\}$/.exec(readFileSync(path, "utf8"))?.[1] ?? Number.NaN);
  if (Number.isSafeInteger(sequence)) return sequence;
  throw new CommonwattError("DATA_DIRECTORY_DAMAGED", `${path} is damaged: the order of commands is lost`, {
    details: { path },
  });
}
