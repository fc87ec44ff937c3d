import {
  type Account,
  CommonwattError,
  type Hex,
  type OrderIntent,
  type SignedOrder,
  type SigningDomain,
} from "@commonwatt/vpp-core";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { accountOfPublicKey } from "./account.ts";
import { bytesOf, hexOf, isHexBytes } from "./hex.ts";
import { orderDigest } from "./signed-digest.ts";

/** Everything of an order but what the key adds. */
export interface UnsignedOrder extends OrderIntent {
  readonly community: string;
  /** Left out for a market that settles on no chain. */
  readonly domain?: SigningDomain;
  /** Makes two otherwise equal orders different: 32 bytes. */
  readonly salt: Hex;
}

/**
 * The account of a private key (32 bytes).
 * @throws CommonwattError `ORDER_KEY_INVALID`, which never tells the key.
 */
export function accountOfKey(privateKey: Hex): Account {
  return accountOfPublicKey(secp256k1.getPublicKey(keyBytes(privateKey), false));
}

/**
 * Signs an order (EIP-712, RFC 6979 nonce): `r`, `s` in the lower half, `v` of 27 or 28, 65 bytes.
 * @throws CommonwattError `ORDER_KEY_INVALID`.
 */
export function signOrder(order: UnsignedOrder, privateKey: Hex): SignedOrder {
  const unsigned = { ...order, account: accountOfKey(privateKey) };
  return { ...unsigned, signature: signDigest(orderDigest(unsigned), privateKey) };
}

/**
 * Signs an order that takes the place of the site's order `replaces`, both or neither.
 * @throws CommonwattError `ORDER_KEY_INVALID`.
 */
export function signReplacement(order: UnsignedOrder, replaces: Hex, privateKey: Hex): SignedOrder {
  const unsigned = { ...order, account: accountOfKey(privateKey), replaces };
  return { ...unsigned, signature: signDigest(orderDigest(unsigned), privateKey) };
}

/** Signs a digest: `r`, `s` in the lower half, `v` of 27 or 28. Throws as {@link signOrder} does. */
export function signDigest(digest: Hex, privateKey: Hex): Hex {
  const signature = secp256k1.sign(bytesOf(digest), keyBytes(privateKey), {
    prehash: false,
    format: "recovered",
  });
  // The library puts the recovery number first; wallets and contracts expect it last, plus 27.
  const [recovery = 0, ...rest] = signature;
  return hexOf(Uint8Array.from([...rest, recovery + 27]));
}

function keyBytes(privateKey: Hex): Uint8Array {
  const bytes = isHexBytes(privateKey, 32) ? bytesOf(privateKey) : new Uint8Array();
  if (!secp256k1.utils.isValidSecretKey(bytes)) {
    throw new CommonwattError(
      "ORDER_KEY_INVALID",
      "a private key must be 32 bytes of hex within the curve's order",
    );
  }
  return bytes;
}
