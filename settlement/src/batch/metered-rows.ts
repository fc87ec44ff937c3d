import type { Account, Hex } from "@commonwatt/vpp-core";
import { keccak256, keccakHexes, keccakText } from "../hash/keccak.ts";
import { remembered } from "../hash/remembered.ts";
import { amountText } from "./amount-text.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { NOBODY, type Odd } from "./odd-leaf.ts";
import type { PositionLeaf } from "./position-leaf.ts";
import { type ReadingLeaf, siteHashOf } from "./reading-leaf.ts";

/** A reading's leaf with what its hashes stand for. */
export type ArchivedReading = {
  readonly leaf: ReadingLeaf;
  /** Uncompressed point, 65 bytes. */
  readonly meterKey: Hex;
  readonly signature: Hex;
};

/** A reading; its site's hashes, and the meter's key with its hash, are those of its account. */
export type ReadingRow = readonly [
  accountIndex: number,
  sequence: number,
  takenAtMs: number,
  importWh: number,
  exportWh: number,
  signature: Hex,
  odd: Odd<ReadingLeaf & Pick<ArchivedReading, "meterKey">>,
];

/** A position, amounts as decimal texts; its account and its site are those at its place. */
export type PositionRow = readonly [
  soldWh: number,
  boughtWh: number,
  creditNano: string,
  debitNano: string,
  isMetered: boolean,
  startReading: number,
  endReading: number,
  startImportWh: number,
  startExportWh: number,
  endImportWh: number,
  endExportWh: number,
  odd: Odd<Pick<PositionLeaf, "account" | "siteId">>,
];

/** An account as far as its site and meter go. */
interface SiteAccount {
  readonly account: Account;
  readonly siteId: string | null;
  readonly meterKey: Hex | null;
}

/** A reading as a row of the archive, and what is odd about its leaf and its meter's key. */
export function readingToRow({ leaf, signature }: ArchivedReading, odd: ReadingRow[6] = null): ReadingRow {
  const { accountIndex, sequence, takenAtMs, importWh, exportWh } = leaf;
  return [accountIndex, sequence, takenAtMs, importWh, exportWh, signature, odd];
}

/** The key of a meter that a row of the archive is of. */
export function meterKeyOf(accounts: readonly SiteAccount[], [accountIndex, , , , , , odd]: ReadingRow): Hex {
  return odd?.meterKey ?? accounts[accountIndex]?.meterKey ?? "0x";
}

/** The readings of an archive. Throws when it has something else there. */
export function readingsOf({
  accounts,
  readings,
}: {
  readonly accounts: readonly SiteAccount[];
  readonly readings: readonly ReadingRow[];
}): readonly ArchivedReading[] {
  const signatureHashes = keccakHexes(readings.map((row) => row[5]));
  const sites = accounts.map(({ siteId, meterKey }) => ({
    ...hashesOfSite(siteId),
    meterKeyHash: meterKeyHashOf(meterKey ?? "0x"),
  }));
  const nobody = { ...hashesOfSite(null), meterKeyHash: meterKeyHashOf("0x") };
  return readings.map((row, place) => {
    const [accountIndex, sequence, takenAtMs, importWh, exportWh, signature, odd] = row;
    const { siteId, siteHash, meterKeyHash } = sites[accountIndex] ?? nobody;
    const leaf: ReadingLeaf = {
      accountIndex,
      siteId,
      siteHash,
      sequence,
      takenAtMs,
      importWh,
      exportWh,
      meterKeyHash,
      signatureHash: signatureHashes[place] ?? ZERO_HASH,
    };
    const meterKey = meterKeyOf(accounts, row);
    if (odd === null) return { leaf, meterKey, signature };
    const { meterKey: _, ...fields } = odd;
    return { leaf: { ...leaf, ...fields }, meterKey, signature };
  });
}

/** How a site's name stands in leaves; zeros when an account is none. */
export function hashesOfSite(siteId: string | null): SiteHashes {
  return siteId === null ? NO_SITE : hashesOfName(siteId);
}

type SiteHashes = Pick<ReadingLeaf, "siteId" | "siteHash">;
const NO_SITE: SiteHashes = { siteId: ZERO_HASH, siteHash: ZERO_HASH };
const hashesOfName = remembered(
  (name: string): SiteHashes => ({ siteId: keccakText(name), siteHash: siteHashOf(name) }),
);

/** How a meter's key stands in leaves. */
export const meterKeyHashOf: (meterKey: Hex) => Hex = remembered(keccak256);

/** A position as a row of the archive, and what is odd about it. */
export function positionToRow(position: PositionLeaf, odd: PositionRow[11] = null): PositionRow {
  // biome-ignore format: a line for each kind of field.
  return [
    position.soldWh, position.boughtWh, amountText(position.creditNano), amountText(position.debitNano),
    position.isMetered, position.startReading, position.endReading,
    position.startImportWh, position.startExportWh, position.endImportWh, position.endExportWh, odd,
  ];
}

/** The positions of an archive. Throws when it has something else there. */
export function positionsOf({
  accounts,
  positions,
}: {
  readonly accounts: readonly SiteAccount[];
  readonly positions: readonly PositionRow[];
}): readonly PositionLeaf[] {
  return positions.map((row, place) => {
    const [soldWh, boughtWh, creditNano, debitNano, isMetered, startReading, endReading, ...rest] = row;
    const [startImportWh, startExportWh, endImportWh, endExportWh, odd] = rest;
    const { account, siteId } = accounts[place] ?? { account: NOBODY, siteId: null };
    return {
      ...{ account, siteId: hashesOfSite(siteId).siteId, soldWh, boughtWh },
      ...{ creditNano: BigInt(creditNano), debitNano: BigInt(debitNano) },
      ...{ isMetered, startReading, endReading, startImportWh, startExportWh, endImportWh, endExportWh },
      ...odd,
    };
  });
}
