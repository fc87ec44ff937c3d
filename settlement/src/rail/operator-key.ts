import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError, type Hex } from "@commonwatt/vpp-core";

/**
 * The operator's private key: made once and kept in a file that only its owner can read.
 * @throws CommonwattError `OPERATOR_KEY_INVALID` when the file holds something else.
 */
export async function operatorKeyIn(directory: string): Promise<Hex> {
  const path = join(directory, "operator.key");
  const made: Hex = `0x${randomBytes(32).toString("hex")}`;
  try {
    await writeFile(path, `${made}\n`, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const kept = (await readFile(path, "utf8")).trim();
  if (isKey(kept)) return kept;
  throw new CommonwattError("OPERATOR_KEY_INVALID", `${path} must hold a private key: 0x and 64 hex digits`);
}

function isKey(text: string): text is Hex {
  return /^0x[0-9a-f]{64}$/i.test(text);
}
