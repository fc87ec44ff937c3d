import { copyFile, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

/** Where anvil keeps the chain of a directory. */
export function chainStatePath(directory: string): string {
  return join(directory, "chain.json");
}

/**
 * Makes sure that anvil finds a state it can read. A sound one is copied aside; one that a crash has cut
 * off is put away and the last copy takes its place. The chain is then older than what was sent to it,
 * which the outbox and the batches make up for.
 */
export async function prepareChainState(directory: string): Promise<"fresh" | "kept" | "restored"> {
  const path = chainStatePath(directory);
  const copy = join(directory, "chain.previous.json");
  const state = await soundness(path);
  if (state === "sound") {
    await copyFile(path, copy);
    return "kept";
  }
  if (state === "broken") await rename(path, join(directory, "chain.broken.json"));
  if ((await soundness(copy)) !== "sound") return "fresh";
  await copyFile(copy, path);
  return "restored";
}

async function soundness(path: string): Promise<"sound" | "broken" | "absent"> {
  try {
    JSON.parse(await readFile(path, "utf8"));
    return "sound";
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? "absent" : "broken";
  }
}
