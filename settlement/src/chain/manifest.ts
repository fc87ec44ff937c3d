import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Account, CommonwattError, type Hex, messageOf } from "@commonwatt/vpp-core";
import { isAddress } from "ethers";

/** Version of a manifest's shape. */
const MANIFEST_VERSION = 2;

/** What the contracts were deployed with. Times in seconds; amounts in the token's smallest unit. */
export interface DeploymentTerms {
  /** Keccak-256 of the community's name. */
  readonly community: Hex;
  /** Hash of the rules that every batch is accounted by. */
  readonly rulesHash: Hex;
  readonly operator: Account;
  /** Who may pause commits; `null` for nobody. */
  readonly guardian: Account | null;
  /** A timelock that may replace operator and guardian; `null` for nobody. */
  readonly governance: Account | null;
  readonly challengeWindowSeconds: number;
  readonly responseSeconds: number;
  readonly withdrawalDelaySeconds: number;
  readonly silenceLimitSeconds: number;
  readonly pauseLimitSeconds: number;
  /** How far ahead a change of a site must be announced. */
  readonly noticeSeconds: number;
  readonly minimumBond: bigint;
  readonly demandBond: bigint;
  readonly demandLimit: number;
  /** Batches that the court remembers: more than can ever be pending. */
  readonly ringSize: number;
}

/** The longest that a batch takes to become final, if the operator answers in time. */
export function finalityLimitSeconds(
  terms: Pick<DeploymentTerms, "challengeWindowSeconds" | "responseSeconds">,
): number {
  return terms.challengeWindowSeconds + 2 * terms.responseSeconds;
}

/** Where the contracts are, and what they were deployed with. */
export interface Deployment {
  readonly chainId: number;
  /** Block of the first of our contracts: nothing of theirs is older. */
  readonly block: number;
  readonly token: Account;
  readonly registry: Account;
  readonly court: Account;
  readonly escrow: Account;
  readonly judges: Readonly<Record<string, Account>>;
  readonly terms: DeploymentTerms;
}

/** Where a folder's manifest is. */
export function manifestPath(directory: string): string {
  return join(directory, "deployment.json");
}

/**
 * The manifest in a file, or `null` when there is none.
 * @throws CommonwattError `DEPLOYMENT_INVALID` for a file that is no manifest of this version.
 */
export async function readManifest(path: string): Promise<Deployment | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  try {
    return manifestFromJson(JSON.parse(text));
  } catch (cause) {
    throw new CommonwattError("DEPLOYMENT_INVALID", `${path} is no manifest: ${messageOf(cause)}`, { cause });
  }
}

/** Writes beside and renames, so that a crash leaves the old manifest or the new one. */
export async function writeManifest(path: string, deployment: Deployment): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(manifestToJson(deployment), null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** A deployment as plain JSON, amounts as decimal texts. */
export function manifestToJson({ terms, ...deployment }: Deployment): object {
  const { minimumBond, demandBond } = terms;
  const amounts = { minimumBond: minimumBond.toString(), demandBond: demandBond.toString() };
  return { version: MANIFEST_VERSION, ...deployment, terms: { ...terms, ...amounts } };
}

/** A deployment out of its JSON. Throws an Error that says what is wrong. */
export function manifestFromJson(json: unknown): Deployment {
  const found = json as Deployment & { readonly version?: unknown };
  if (typeof json !== "object" || json === null || found.version !== MANIFEST_VERSION) {
    throw new Error(`version ${MANIFEST_VERSION} is expected`);
  }
  const { chainId, block, token, registry, court, escrow, judges, terms } = found;
  if (!Number.isSafeInteger(chainId) || !Number.isSafeInteger(block)) throw new Error("chainId or block");
  if (![token, registry, court, escrow, ...Object.values(judges)].every(isAddress))
    throw new Error("an address is none");
  const amounts = { minimumBond: BigInt(terms.minimumBond), demandBond: BigInt(terms.demandBond) };
  return { chainId, block, token, registry, court, escrow, judges, terms: { ...terms, ...amounts } };
}
