import type { Hex, IntervalIndex, SignedCancel, SigningDomain, SiteId } from "@commonwatt/vpp-core";
import { accountOfKey, signDigest } from "./sign-order.ts";
import { cancelDigest } from "./signed-digest.ts";

/** What is to be cancelled, and whose it is. */
export type UnsignedCancel = {
  readonly community: string;
  /** Left out for a market that settles on no chain. */
  readonly domain?: SigningDomain;
  readonly siteId: SiteId;
} & (
  | { readonly scope: "order"; readonly orderId: Hex }
  | { readonly scope: "interval"; readonly intervalIndex: IntervalIndex; readonly counter: number }
  | { readonly scope: "group"; readonly group: number; readonly counter: number }
);

/**
 * Signs a cancel (EIP-712).
 * @throws CommonwattError `ORDER_KEY_INVALID`.
 */
export function signCancel(cancel: UnsignedCancel, privateKey: Hex): SignedCancel {
  const unsigned = { ...cancel, account: accountOfKey(privateKey) };
  return { ...unsigned, signature: signDigest(cancelDigest(unsigned), privateKey) };
}
