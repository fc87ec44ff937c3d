import type { Account, Hex } from "@commonwatt/vpp-core";
import { keccakText } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";

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

const POSITION_TYPEHASH = keccakText(
  "PositionLeaf(address account,bytes32 siteId,uint64 soldWh,uint64 boughtWh,uint128 creditNano," +
    "uint128 debitNano,bool isMetered,uint32 startReading,uint32 endReading,uint64 startImportWh," +
    "uint64 startExportWh,uint64 endImportWh,uint64 endExportWh,bytes32 salt)",
);

const words = new Words(15);
words.hex(0, POSITION_TYPEHASH);

/** The row of words whose hash, hashed again, stands in the tree. Filled anew by every call. */
export function positionWords(leaf: PositionLeaf, salt: Uint8Array): Words {
  words.hex(1, leaf.account);
  words.hex(2, leaf.siteId);
  words.uint(3, leaf.soldWh);
  words.uint(4, leaf.boughtWh);
  words.uint128(5, leaf.creditNano);
  words.uint128(6, leaf.debitNano);
  words.bool(7, leaf.isMetered);
  words.uint(8, leaf.startReading);
  words.uint(9, leaf.endReading);
  words.uint(10, leaf.startImportWh);
  words.uint(11, leaf.startExportWh);
  words.uint(12, leaf.endImportWh);
  words.uint(13, leaf.endExportWh);
  words.word(14, salt);
  return words;
}
