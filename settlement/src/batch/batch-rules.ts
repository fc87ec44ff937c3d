import type { Hex } from "@commonwatt/vpp-core";
import { keccakText, toHex } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";

/** What a batch's money is reckoned by; the same fields as `Rules` in `contracts/types/Batch.sol`. */
export type BatchRules = {
  /** Micro per kWh. */
  readonly retailPrice: number;
  /** Micro per kWh. */
  readonly feedInPrice: number;
  /** Millionths of what is paid for energy, off the seller's credit, rounded down. */
  readonly feePpm: number;
  readonly intervalMs: number;
  /** How long before the start of its interval the gate of a book closes. */
  readonly gateClosureMs: number;
};

const RULES_TYPEHASH = keccakText(
  "Rules(int64 retailPrice,int64 feedInPrice,uint32 feePpm,uint64 intervalMs,uint64 gateClosureMs)",
);

/** The hash of rules, as it stands in a header. */
export function hashRules(rules: BatchRules): Hex {
  const words = new Words(6);
  words.hex(0, RULES_TYPEHASH);
  words.int64(1, BigInt(rules.retailPrice));
  words.int64(2, BigInt(rules.feedInPrice));
  words.uint(3, rules.feePpm);
  words.uint(4, rules.intervalMs);
  words.uint(5, rules.gateClosureMs);
  return toHex(words.hash());
}

/** The first rules with a hash, out of what strangers say; `null` when nobody says them. */
export function rulesWithHash(hash: Hex, said: readonly BatchRules[]): BatchRules | null {
  return said.find((rules) => hasHash(rules, hash)) ?? null;
}

function hasHash(rules: BatchRules, hash: Hex): boolean {
  try {
    // Texts and lists can have the hash of the number that stands in them.
    return Object.values(rules).every(Number.isSafeInteger) && hashRules(rules) === hash;
  } catch {
    // No rules at all.
    return false;
  }
}
