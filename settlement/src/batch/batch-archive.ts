import { createHash } from "node:crypto";
import {
  type Account,
  CommonwattError,
  type Hex,
  type SigningDomain,
  type SiteId,
} from "@commonwatt/vpp-core";
import type { BatchHeaderJson } from "./batch-header.ts";
import type { BatchRules } from "./batch-rules.ts";
import { writeCanonical } from "./canonical-json.ts";
import type { PositionRow, ReadingRow } from "./metered-rows.ts";
import type { BalanceRow, PurchaseRow, SaleRow } from "./money-rows.ts";
import type { OrderRow } from "./order-rows.ts";

/** Names the shape of an archive, for whoever reads it years later. */
export const ARCHIVE_FORMAT = "commonwatt.batch.v7";

/** An account of the escrow in the order of its indices; not every account has to be a site of ours. */
export type ArchivedAccount = {
  readonly account: Account;
  readonly siteId: string | null;
  readonly meterKey: Hex | null;
  /** What the site's connection allows, in W; `null` when the account is no site. */
  readonly importMaxW: number | null;
  readonly exportMaxW: number | null;
};

/** Who trades for an account: its site, or the account itself when it is no site. */
export function partyOf({ account, siteId }: Pick<ArchivedAccount, "account" | "siteId">): SiteId {
  return (siteId ?? account) as SiteId;
}

/**
 * Every leaf of a batch, with the signed inputs behind them: from it the batch can be recomputed, given the
 * one before, and every lie in it be proved. Plain JSON, a row for each leaf.
 */
export type BatchArchive = {
  readonly format: typeof ARCHIVE_FORMAT;
  readonly community: string;
  /** What its orders are signed for. */
  readonly domain: SigningDomain;
  readonly number: number;
  readonly previousHash: Hex;
  readonly interval: { readonly index: number; readonly startMs: number; readonly endMs: number };
  readonly clearingPrice: number | null;
  readonly rules: BatchRules;
  /** Makes the salts of all leaves. */
  readonly seed: Hex;
  readonly accounts: readonly ArchivedAccount[];
  readonly orders: readonly OrderRow[];
  readonly readings: readonly ReadingRow[];
  readonly fills: readonly (SaleRow | PurchaseRow)[];
  readonly positions: readonly PositionRow[];
  readonly balances: readonly BalanceRow[];
};

/** A batch as it is stored and handed to anybody who wants to check it. */
export interface BatchFile {
  readonly header: BatchHeaderJson;
  readonly archive: BatchArchive;
}

/** @throws CommonwattError `BATCH_FORMAT_UNKNOWN` for an archive of another shape, such as an older one. */
export function requireFormat({ format }: { readonly format: string }): void {
  if (format === ARCHIVE_FORMAT) return;
  throw new CommonwattError("BATCH_FORMAT_UNKNOWN", `an archive is ${ARCHIVE_FORMAT}, not ${format}`);
}

/** SHA-256 of the archive's canonical JSON: what the file is found by. */
export function hashArchive(archive: BatchArchive): Hex {
  const hash = createHash("sha256");
  writeCanonical(archive, (piece) => hash.update(piece, "utf8"));
  return `0x${hash.digest("hex")}`;
}

/** The archive's canonical JSON, whose SHA-256 is {@link hashArchive}. */
export function archiveText(archive: BatchArchive): string {
  const pieces: string[] = [];
  writeCanonical(archive, (piece) => pieces.push(piece));
  return pieces.join("");
}

/** SHA-256 of a text in UTF-8: an archive's hash, when the text is its canonical JSON. */
export function hashText(text: string): Hex {
  return `0x${createHash("sha256").update(text, "utf8").digest("hex")}`;
}
