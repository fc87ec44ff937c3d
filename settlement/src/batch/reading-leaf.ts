import { hash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import type { LeafLayout } from "./leaf-layout.ts";

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
export const READING_LAYOUT: LeafLayout<ReadingLeaf> = {
  tree: "readings",
  byteCount: 196,
  fill(row, leaf) {
    row.uint32(leaf.accountIndex);
    row.hash(leaf.siteId);
    row.hash(leaf.siteHash);
    row.uint64(leaf.sequence);
    row.uint64(leaf.takenAtMs);
    row.uint64(leaf.importWh);
    row.uint64(leaf.exportWh);
    row.hash(leaf.meterKeyHash);
    row.hash(leaf.signatureHash);
  },
};

/** SHA-256 of a site's name. */
export function siteHashOf(siteId: string): Hex {
  return `0x${hash("sha256", siteId)}`;
}
