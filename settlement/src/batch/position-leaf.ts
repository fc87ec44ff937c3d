import type { Account, Hex } from "@commonwatt/vpp-core";
import { type LeafLayout, leafLayout } from "./leaf-layout.ts";

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
export const POSITION_LAYOUT: LeafLayout<PositionLeaf> = leafLayout(
  "positions",
  "PositionLeaf(address account,bytes32 siteId,uint64 soldWh,uint64 boughtWh,uint128 creditNano," +
    "uint128 debitNano,bool isMetered,uint32 startReading,uint32 endReading,uint64 startImportWh," +
    "uint64 startExportWh,uint64 endImportWh,uint64 endExportWh,bytes32 salt)",
  (row, leaf) => {
    row.hex(1, leaf.account);
    row.hex(2, leaf.siteId);
    row.uint(3, leaf.soldWh);
    row.uint(4, leaf.boughtWh);
    row.uint128(5, leaf.creditNano);
    row.uint128(6, leaf.debitNano);
    row.bool(7, leaf.isMetered);
    row.uint(8, leaf.startReading);
    row.uint(9, leaf.endReading);
    row.uint(10, leaf.startImportWh);
    row.uint(11, leaf.startExportWh);
    row.uint(12, leaf.endImportWh);
    row.uint(13, leaf.endExportWh);
  },
);
