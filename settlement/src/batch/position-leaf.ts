import type { Account, Hex } from "@commonwatt/vpp-core";
import type { LeafLayout } from "./leaf-layout.ts";

/** What an interval came to for one account, without its salt: `PositionLeaf` of `contracts/types`. */
export type PositionLeaf = {
  readonly account: Account;
  /** Keccak-256 of the site's name; zero when the account is no site. */
  readonly siteId: Hex;
  /** Traded, whether delivered or not. */
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly creditNano: bigint;
  readonly debitNano: bigint;
  readonly isMetered: boolean;
  /** Index of the last reading at or before each boundary. All that follows is 0 for an unmetered account. */
  readonly startReading: number;
  readonly endReading: number;
  /** The registers at each boundary. */
  readonly startImportWh: number;
  readonly startExportWh: number;
  readonly endImportWh: number;
  readonly endExportWh: number;
};

/** How a position stands in its tree. */
export const POSITION_LAYOUT: LeafLayout<PositionLeaf> = {
  tree: "positions",
  byteCount: 173,
  fill(row, leaf) {
    row.address(leaf.account);
    row.hash(leaf.siteId);
    row.uint64(leaf.soldWh);
    row.uint64(leaf.boughtWh);
    row.uint128(leaf.creditNano);
    row.uint128(leaf.debitNano);
    row.bool(leaf.isMetered);
    row.uint32(leaf.startReading);
    row.uint32(leaf.endReading);
    row.uint64(leaf.startImportWh);
    row.uint64(leaf.startExportWh);
    row.uint64(leaf.endImportWh);
    row.uint64(leaf.endExportWh);
  },
};
