import type { Branded } from "../units/brand.ts";
import type { Watts } from "../units/power.ts";

/** Names one home within a community, e.g. `home-3`. */
export type SiteId = Branded<string, "site">;

/** Takes a text as a site id. */
export function siteId(value: string): SiteId {
  return value as SiteId;
}

/** A 20-byte account on an EVM chain, `0x` and 40 hex digits with EIP-55 capitals. */
export type Account = Branded<`0x${string}`, "account">;

/** Bytes as `0x` and hex digits. */
export type Hex = `0x${string}`;

/** What a site's grid connection allows. */
export interface ConnectionLimits {
  readonly importPowerMaxW: Watts;
  readonly exportPowerMaxW: Watts;
}

/** One home, as the community knows it. */
export interface Site {
  readonly id: SiteId;
  /** The account that signs the site's orders and holds its money in the escrow. */
  readonly account: Account;
  readonly feeder: string;
  readonly limits: ConnectionLimits;
}
