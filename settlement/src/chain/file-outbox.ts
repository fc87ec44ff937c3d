import { open, readFile, rename, rm } from "node:fs/promises";
import { CommonwattError, messageOf, type OutboxEntry, type OutboxStore } from "@commonwatt/vpp-core";
import { memoryOutbox } from "./memory-outbox.ts";

/** An outbox store in a file, for work that is done once and then forgotten. */
export interface FileOutbox extends OutboxStore {
  /** Deletes the file: nothing is to be gone on with. */
  forget(): Promise<void>;
}

interface Kept {
  readonly purpose: string;
  readonly entries: readonly OutboxEntry[];
}

/**
 * Opens an outbox in a file, or begins one. Every change is on the disk before it counts. `purpose` says exactly what
 * the calls are for: what was begun for something else is not gone on with.
 * @throws CommonwattError `DEPLOYMENT_BEGUN_OTHERWISE` for a file of another purpose, `DEPLOYMENT_INVALID` for one that
 * can't be read.
 */
export async function fileOutbox(path: string, purpose: string): Promise<FileOutbox> {
  const kept = await keptIn(path);
  if (kept !== null && kept.purpose !== purpose) {
    throw new CommonwattError(
      "DEPLOYMENT_BEGUN_OTHERWISE",
      `${path} was begun with another chain, key or terms: go on with those, or delete it to begin anew`,
      { details: { path } },
    );
  }
  const memory = memoryOutbox(kept?.entries ?? []);
  const save = async (): Promise<void> => {
    const file = await open(`${path}.new`, "w", 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ purpose, entries: memory.entries })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  };
  return {
    ...{ byKey: memory.byKey, pending: memory.pending },
    async put(entry) {
      await memory.put(entry);
      await save();
    },
    async confirm(key) {
      await memory.confirm(key);
      await save();
    },
    forget: () => rm(path, { force: true }),
  };
}

async function keptIn(path: string): Promise<Kept | null> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const { purpose, entries } = JSON.parse(text) as Kept;
    if (typeof purpose !== "string" || !Array.isArray(entries)) throw new Error("it holds something else");
    return { purpose, entries };
  } catch (cause) {
    throw new CommonwattError("DEPLOYMENT_INVALID", `${path} can't be gone on with: ${messageOf(cause)}`, {
      cause,
    });
  }
}
