import { createHash } from "node:crypto";
import type { Account, Hex, SigningDomain } from "@commonwatt/vpp-core";
import type { BalanceLeaf } from "./balance-tree.ts";
import type { BatchHeaderJson } from "./batch-header.ts";
import type { BatchRules } from "./batch-rules.ts";
import { writeCanonical } from "./canonical-json.ts";
import type { FillLeaf } from "./fill-leaf.ts";
import type { OrderEnd, OrderLeaf, OrderSignature } from "./order-leaf.ts";
import type { PositionLeaf } from "./position-leaf.ts";
import type { ReadingLeaf } from "./reading-leaf.ts";

/** Names the shape of an archive, for whoever reads it years later. */
export const ARCHIVE_FORMAT = "commonwatt.batch.v4";

/** An account of the escrow in the order of its indices; not every account has to be a site of ours. */
export type ArchivedAccount = {
  readonly account: Account;
  readonly siteId: string | null;
  readonly meterKey: Hex | null;
  /** What the site's connection allows, in W; `null` when the account is no site. */
  readonly importMaxW: number | null;
  readonly exportMaxW: number | null;
};

/** An order's leaf with what its hashes stand for. */
export type ArchivedOrder = {
  readonly leaf: OrderLeaf;
  readonly signed: OrderSignature;
  readonly end: OrderEnd | null;
};

/** A reading's leaf with what its hashes stand for. */
export type ArchivedReading = {
  readonly leaf: ReadingLeaf;
  /** Uncompressed point, 65 bytes. */
  readonly meterKey: Hex;
  readonly signature: Hex;
};

/** A leaf with its amounts as decimal texts. */
export type Archived<Leaf> = {
  readonly [Field in keyof Leaf]: Leaf[Field] extends bigint ? string : Leaf[Field];
};

/** A fill as a row of its fields, in the order in which `FillLeaf` has them, amounts as decimal texts. */
export type FillRow = readonly (number | boolean | string)[];

/** An account's cumulative amounts after the batch, in nano, as decimal texts. */
export type BalanceRow = readonly [index: number, account: Account, credit: string, debit: string];

/**
 * Every leaf of a batch, with the signed inputs behind them: from it the batch can be recomputed, given the
 * one before, and every lie in it be proved. Plain JSON.
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
  readonly orders: readonly ArchivedOrder[];
  readonly readings: readonly ArchivedReading[];
  readonly fills: readonly FillRow[];
  readonly positions: readonly Archived<PositionLeaf>[];
  readonly balances: readonly BalanceRow[];
};

/** A batch as it is stored and handed to anybody who wants to check it. */
export interface BatchFile {
  readonly header: BatchHeaderJson;
  readonly archive: BatchArchive;
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

/** A fill as a row of the archive. */
export function fillToRow(fill: FillLeaf): FillRow {
  // In one piece: lists put together from lists take ten times as long, and there are two of these for every trade.
  // biome-ignore format: a line for each kind of field.
  return [
    fill.twin, fill.accountIndex, fill.orderIndex, fill.isSeller, fill.phase,
    fill.energyWh, fill.price, fill.settledWh,
    amountText(fill.paidNano), amountText(fill.sellerMakeWholeNano), amountText(fill.buyerMakeWholeNano),
    amountText(fill.feeNano), fill.orderFilledWh, fill.soldWh, fill.boughtWh,
    amountText(fill.creditNano), amountText(fill.debitNano),
  ];
}

/** What a row of the archive says of the trade behind a fill, unchecked. */
export function tradeOfRow(
  row: FillRow,
): Pick<FillLeaf, "twin" | "orderIndex" | "isSeller" | "phase" | "energyWh" | "price"> {
  const number = (field: number): number => row[field] as number;
  return {
    ...{ twin: number(0), orderIndex: number(2), isSeller: row[3] as boolean },
    ...{ phase: number(4), energyWh: number(5), price: number(6) },
  };
}

/** A row of the archive as a fill. Throws for a row that is none. */
export function fillFromRow(row: FillRow): FillLeaf {
  const number = (field: number): number => row[field] as number;
  const amount = (field: number): bigint => BigInt(row[field] as string);
  return {
    twin: number(0),
    accountIndex: number(1),
    orderIndex: number(2),
    isSeller: row[3] as boolean,
    phase: number(4),
    energyWh: number(5),
    price: number(6),
    settledWh: number(7),
    paidNano: amount(8),
    sellerMakeWholeNano: amount(9),
    buyerMakeWholeNano: amount(10),
    feeNano: amount(11),
    orderFilledWh: number(12),
    soldWh: number(13),
    boughtWh: number(14),
    creditNano: amount(15),
    debitNano: amount(16),
  };
}

/** A balance as a row of the archive. */
export function balanceToRow({ index, account, credit, debit }: BalanceLeaf): BalanceRow {
  return [index, account, amountText(credit), amountText(debit)];
}

/** A position as the archive has it. */
export function positionToJson(position: PositionLeaf): Archived<PositionLeaf> {
  return {
    account: position.account,
    boughtWh: position.boughtWh,
    creditNano: amountText(position.creditNano),
    debitNano: amountText(position.debitNano),
    endExportWh: position.endExportWh,
    endImportWh: position.endImportWh,
    endReading: position.endReading,
    isMetered: position.isMetered,
    siteId: position.siteId,
    soldWh: position.soldWh,
    startExportWh: position.startExportWh,
    startImportWh: position.startImportWh,
    startReading: position.startReading,
  };
}

/** Most amounts of a fill are none. */
function amountText(nano: bigint): string {
  return nano === 0n ? "0" : nano.toString();
}

/** A position out of an archive. */
export function positionFromJson(json: Archived<PositionLeaf>): PositionLeaf {
  const { creditNano, debitNano, ...rest } = json;
  return { ...rest, creditNano: BigInt(creditNano), debitNano: BigInt(debitNano) };
}
