import type { Hex } from "@commonwatt/vpp-core";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexOf } from "./hex.ts";

/**
 * The EIP-712 type of the domain. The market runs off the chain and knows no contract, so the domain
 * carries no `chainId` and no `verifyingContract`; its `salt`, the Keccak-256 hash of the community's
 * name, keeps what is signed for one community from being valid in another.
 */
export const DOMAIN_TYPE = "EIP712Domain(string name,string version,bytes32 salt)";

/** The name of the domain, as wallets show it. */
export const DOMAIN_NAME = "Commonwatt";
/** The version of what is signed. */
export const DOMAIN_VERSION = "1";

const DOMAIN_TYPE_HASH = hashText(DOMAIN_TYPE);
const DOMAIN_NAME_HASH = hashText(DOMAIN_NAME);
const DOMAIN_VERSION_HASH = hashText(DOMAIN_VERSION);

/** Keccak-256 of a text in UTF-8: how EIP-712 takes in a string or a type. */
export function hashText(text: string): Uint8Array {
  return keccak_256(Buffer.from(text, "utf8"));
}

/** A safe integer ≥ 0 as a 32-byte word. */
export function integerWord(value: number): Uint8Array {
  const word = Buffer.alloc(32);
  word.writeBigUInt64BE(BigInt(value), 24);
  return word;
}

/** Keccak-256 of 32-byte words one after the other: how EIP-712 takes in a structure or a fixed array. */
export function hashWords(words: readonly Uint8Array[]): Uint8Array {
  return keccak_256(Buffer.concat(words));
}

/** The EIP-712 domain separator of a community's market. */
export function domainSeparator(community: string): Uint8Array {
  return hashWords([DOMAIN_TYPE_HASH, DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, hashText(community)]);
}

/** The EIP-712 digest of a structure in a community's domain: what a key signs. */
export function typedDigest(community: string, structHash: Uint8Array): Hex {
  return hexOf(
    keccak_256(Buffer.concat([Uint8Array.of(0x19, 0x01), domainSeparator(community), structHash])),
  );
}
