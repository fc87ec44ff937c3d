import type { Account, Hex, SignedOrder, SigningDomain } from "@commonwatt/vpp-core";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { accountWord } from "./account.ts";
import { hexOf } from "./hex.ts";

/**
 * The EIP-712 type of the domain of a market that settles before a contract: what is signed for it counts before no
 * other contract and on no other chain. Its `salt`, the Keccak-256 hash of the community's name, keeps what is
 * signed for one community from being valid in another.
 */
export const DOMAIN_TYPE =
  "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)";

/** The EIP-712 type of the domain of a market that settles on no chain: it leaves out what there is not. */
export const CHAINLESS_DOMAIN_TYPE = "EIP712Domain(string name,string version,bytes32 salt)";

/** The name of the domain, as wallets show it. */
const DOMAIN_NAME = "Commonwatt";
/** The version of what is signed. */
const DOMAIN_VERSION = "1";

/** Whom something is signed for. */
export type SignedFor = Pick<SignedOrder, "community" | "domain">;

const DOMAIN_TYPE_HASH = hashText(DOMAIN_TYPE);
const CHAINLESS_DOMAIN_TYPE_HASH = hashText(CHAINLESS_DOMAIN_TYPE);
const DOMAIN_NAME_HASH = hashText(DOMAIN_NAME);
const DOMAIN_VERSION_HASH = hashText(DOMAIN_VERSION);

/** The domain of orders that are settled before a contract. */
export function signingDomain(chainId: number, verifyingContract: Account): SigningDomain {
  return { name: DOMAIN_NAME, version: DOMAIN_VERSION, chainId, verifyingContract };
}

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
export function domainSeparator({ community, domain }: SignedFor): Uint8Array {
  if (domain === undefined) {
    const words = [CHAINLESS_DOMAIN_TYPE_HASH, DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, hashText(community)];
    return hashWords(words);
  }
  return saltedSeparator(domain, hashText(community));
}

/** The EIP-712 domain separator of a community of which only the hash of its name is known, 32 bytes. */
export function saltedSeparator(
  { name, version, chainId, verifyingContract }: SigningDomain,
  salt: Uint8Array,
): Uint8Array {
  return hashWords([
    DOMAIN_TYPE_HASH,
    hashText(name),
    hashText(version),
    integerWord(chainId),
    accountWord(verifyingContract),
    salt,
  ]);
}

/** The EIP-712 digest of a structure in a community's domain: what a key signs. */
export function typedDigest(signedFor: SignedFor, structHash: Uint8Array): Hex {
  return hexOf(
    keccak_256(Buffer.concat([Uint8Array.of(0x19, 0x01), domainSeparator(signedFor), structHash])),
  );
}
