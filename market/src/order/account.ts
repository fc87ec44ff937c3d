import type { Account, Hex } from "@commonwatt/vpp-core";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesOf, hexOf, isHexBytes } from "./hex.ts";

/**
 * Writes a 20-byte address with the capitals of EIP-55: a hex letter is a capital when the same digit
 * of the hash of the lower-case address is 8 or more.
 */
export function checksumAccount(address: Hex): Account {
  const digits = address.slice(2).toLowerCase();
  const hash = hexOf(keccak_256(Buffer.from(digits, "ascii"))).slice(2);
  const capitals = Array.from(digits, (digit, i) =>
    Number.parseInt(hash.charAt(i), 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${capitals.join("")}` as Account;
}

/** The account of an uncompressed secp256k1 public key (65 bytes): the last 20 bytes of its Keccak-256 hash. */
export function accountOfPublicKey(publicKey: Uint8Array): Account {
  return checksumAccount(hexOf(keccak_256(publicKey.subarray(1)).subarray(12)));
}

/** Whether two texts name the same 20-byte account, whatever their capitals. */
export function isSameAccount(left: unknown, right: Account): boolean {
  return isHexBytes(left, 20) && left.toLowerCase() === right.toLowerCase();
}

/** The 20 bytes of an account, left-padded to a 32-byte word as the ABI has it. */
export function accountWord(account: Account): Uint8Array {
  const word = new Uint8Array(32);
  word.set(bytesOf(account), 12);
  return word;
}
