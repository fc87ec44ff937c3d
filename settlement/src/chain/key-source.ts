import { randomBytes } from "node:crypto";
import { open, readFile, writeFile } from "node:fs/promises";
import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { type ChainSigner, externalSigner, keySigner } from "./signer.ts";

/**
 * Where a key is: in an environment variable, in a file that only its owner can read, or with another
 * program that signs for `account` over `eth_signTransaction`.
 */
export type KeySource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly signerUrl: string; readonly account: Account };

/**
 * A signer for a key. No message ever holds the key.
 * @throws CommonwattError `KEY_MISSING`, `KEY_INVALID`, or `KEY_FILE_OPEN` for a file that others can read.
 */
export async function signerFrom(source: KeySource): Promise<ChainSigner> {
  if ("signerUrl" in source) return externalSigner(source.signerUrl, source.account);
  return keySigner(await keyFrom(source));
}

/** Which of a home's two keys is meant, in a file that holds both as a running street keeps them. */
export type HomeKey = "ownerKey" | "meterKey";

/** A key itself, for what is signed beside chain transactions. @throws CommonwattError as {@link signerFrom}. */
export async function keyFrom(
  source: Exclude<KeySource, { readonly signerUrl: string }>,
  which: HomeKey = "ownerKey",
): Promise<Hex> {
  if ("file" in source) return keyInFile(source.file, which);
  const value = process.env[source.env];
  if (value === undefined) {
    throw new CommonwattError("KEY_MISSING", `the environment variable ${source.env} is not set`);
  }
  return checkedKey(value, `the environment variable ${source.env}`);
}

/** The key in a file, made there once when there is none. */
export async function keptKey(path: string): Promise<Hex> {
  const made: Hex = `0x${randomBytes(32).toString("hex")}`;
  try {
    await writeFile(path, `${made}\n`, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return keyInFile(path, "ownerKey");
}

async function keyInFile(path: string, which: HomeKey): Promise<Hex> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new CommonwattError("KEY_MISSING", `${path} can't be read`, { cause });
  });
  try {
    const { mode } = await file.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new CommonwattError(
        "KEY_FILE_OPEN",
        `others can read ${path}: chmod 600 it, and think of the key as known`,
        {
          details: { path, mode: (mode & 0o777).toString(8) },
        },
      );
    }
    return checkedKey(ofHome(await readFile(file, "utf8"), which), path);
  } finally {
    await file.close();
  }
}

/** What a file means: all that it holds, or one of a home's keys. */
function ofHome(text: string, which: HomeKey): string {
  if (!text.startsWith("{")) return text;
  try {
    return String((JSON.parse(text) as Partial<Record<HomeKey, unknown>>)[which]);
  } catch {
    return text;
  }
}

function checkedKey(text: string, where: string): Hex {
  const key = text.trim();
  if (isKey(key)) return key;
  throw new CommonwattError("KEY_INVALID", `${where} must hold a private key: 0x and 64 hex digits`);
}

function isKey(text: string): text is Hex {
  return /^0x[0-9a-f]{64}$/i.test(text) && !/^0x0{64}$/.test(text);
}
