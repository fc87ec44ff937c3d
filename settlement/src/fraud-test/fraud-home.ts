import type { Account, Hex, MeterSigner, SiteId } from "@commonwatt/vpp-core";

/** A home of the test, with its keys. */
export interface FraudHome {
  readonly id: SiteId;
  readonly ownerKey: Hex;
  readonly account: Account;
  readonly meter: MeterSigner;
}
