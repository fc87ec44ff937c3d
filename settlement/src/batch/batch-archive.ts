import type { Account, Hex, SignedMeterReading, Tariff, Trade } from "@commonwatt/vpp-core";
import { keccakText } from "../chain/keccak.ts";
import type { BatchHeaderJson } from "./batch-header.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Names the shape of an archive, for whoever reads it years later. */
export const ARCHIVE_FORMAT = "commonwatt.batch.v1";

/** An account of the escrow in the order of its indices; not every account has to be a site of ours. */
export type ArchivedAccount = {
  readonly account: Account;
  readonly siteId: string | null;
  readonly meterKey: Hex | null;
};

/** What one trade came to; amounts in nano as decimal texts. */
export type ArchivedSettlement = {
  readonly tradeId: string;
  readonly settledWh: number;
  readonly paidNano: string;
  readonly sellerMakeWholeNano: string;
  readonly buyerMakeWholeNano: string;
};

/** An account's cumulative amounts after the batch, as decimal texts. */
export type ArchivedBalance = {
  readonly index: number;
  readonly account: Account;
  readonly credit: string;
  readonly debit: string;
  readonly creditNano: string;
  readonly debitNano: string;
  readonly salt: Hex;
};

/** Everything from which a batch can be recomputed, given the batch before it. Plain JSON. */
export type BatchArchive = {
  readonly format: typeof ARCHIVE_FORMAT;
  readonly community: string;
  readonly number: number;
  readonly previousHash: Hex;
  readonly interval: { readonly index: number; readonly startMs: number; readonly endMs: number };
  readonly clearingPrice: number | null;
  readonly tariff: Tariff;
  readonly accounts: readonly ArchivedAccount[];
  readonly trades: readonly Trade[];
  readonly readings: readonly SignedMeterReading[];
  readonly settlements: readonly ArchivedSettlement[];
  readonly balances: readonly ArchivedBalance[];
};

/** A batch as it is stored and handed to anybody who wants to check it. */
export interface BatchFile {
  readonly header: BatchHeaderJson;
  readonly archive: BatchArchive;
}

/** Keccak-256 of the archive's canonical JSON. */
export function hashArchive(archive: BatchArchive): Hex {
  return keccakText(canonicalJson(archive));
}
