import { hash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import { type LeafLayout, leafLayout } from "./leaf-layout.ts";

/** A meter reading as it stands in a batch, without its salt: `ReadingLeaf` of `contracts/types`. */
export type ReadingLeaf = {
  readonly accountIndex: number;
  /** Keccak-256 of the site's name: its key in the register. */
  readonly siteId: Hex;
  /** SHA-256 of the site's name, as the meter signs it. */
  readonly siteHash: Hex;
  readonly sequence: number;
  readonly takenAtMs: number;
  readonly importWh: number;
  readonly exportWh: number;
  /** Keccak-256 of the meter's key, 65 bytes. */
  readonly meterKeyHash: Hex;
  /** Keccak-256 of the signature's r and s, 64 bytes. */
  readonly signatureHash: Hex;
};

/** How a reading stands in its tree. */
export const READING_LAYOUT: LeafLayout<ReadingLeaf> = leafLayout(
  "readings",
  "ReadingLeaf(uint32 accountIndex,bytes32 siteId,bytes32 siteHash,uint64 sequence,uint64 takenAtMs," +
    "uint64 importWh,uint64 exportWh,bytes32 meterKeyHash,bytes32 signatureHash,bytes32 salt)",
  (row, leaf) => {
    row.uint(1, leaf.accountIndex);
    row.hex(2, leaf.siteId);
    row.hex(3, leaf.siteHash);
    row.uint(4, leaf.sequence);
    row.uint(5, leaf.takenAtMs);
    row.uint(6, leaf.importWh);
    row.uint(7, leaf.exportWh);
    row.hex(8, leaf.meterKeyHash);
    row.hex(9, leaf.signatureHash);
  },
);

/** SHA-256 of a site's name. */
export function siteHashOf(siteId: string): Hex {
  return `0x${hash("sha256", siteId)}`;
}
