import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex, SiteId } from "../grid/site.ts";

/** The keys of one site: 32 bytes each. They never leave the machine that made them. */
export interface SiteKeys {
  /** secp256k1: signs orders and moves the site's money. */
  readonly ownerKey: Hex;
  /** P-256: signs what the meter measured. */
  readonly meterKey: Hex;
}

/** The keys of a site, made and written with mode 0600 the first time they are asked for. */
export function siteKeys(directory: string, siteId: SiteId): SiteKeys {
  const path = join(directory, `${siteId}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as SiteKeys;
  const newKey = (): Hex => `0x${randomBytes(32).toString("hex")}`;
  const keys: SiteKeys = { ownerKey: newKey(), meterKey: newKey() };
  writeFileSync(path, `${JSON.stringify(keys)}\n`, { mode: 0o600, flag: "wx" });
  return keys;
}
