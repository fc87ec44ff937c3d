import { createHash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import { keccakText } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";

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

const READING_TYPEHASH = keccakText(
  "ReadingLeaf(uint32 accountIndex,bytes32 siteId,bytes32 siteHash,uint64 sequence,uint64 takenAtMs," +
    "uint64 importWh,uint64 exportWh,bytes32 meterKeyHash,bytes32 signatureHash,bytes32 salt)",
);

const words = new Words(11);
words.hex(0, READING_TYPEHASH);

/** The row of words whose hash, hashed again, stands in the tree. Filled anew by every call. */
export function readingWords(leaf: ReadingLeaf, salt: Uint8Array): Words {
  words.uint(1, leaf.accountIndex);
  words.hex(2, leaf.siteId);
  words.hex(3, leaf.siteHash);
  words.uint(4, leaf.sequence);
  words.uint(5, leaf.takenAtMs);
  words.uint(6, leaf.importWh);
  words.uint(7, leaf.exportWh);
  words.hex(8, leaf.meterKeyHash);
  words.hex(9, leaf.signatureHash);
  words.word(10, salt);
  return words;
}

/** SHA-256 of a site's name. */
export function siteHashOf(siteId: string): Hex {
  return `0x${createHash("sha256").update(siteId, "utf8").digest("hex")}`;
}
