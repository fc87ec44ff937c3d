import { type Site, siteId } from "../grid/site.ts";
import type { MeterSigner } from "../ports/metering.ts";
import type { RailSite } from "../ports/settlement-rail.ts";
import type { OrderSigner } from "../ports/trading-venue.ts";
import type { CommunityConfig, SiteConfig } from "./config.ts";
import { siteKeys } from "./site-keys.ts";

/** One home with its keys at work. */
export interface Member {
  readonly config: SiteConfig;
  readonly site: Site;
  readonly railSite: RailSite;
  readonly orderSigner: OrderSigner;
  readonly meterSigner: MeterSigner;
}

/** Gives every site its keys, from `keyDirectory`, and its signers. */
export function members(config: CommunityConfig, keyDirectory: string): readonly Member[] {
  return config.sites.map((each) => {
    const id = siteId(each.id);
    const keys = siteKeys(keyDirectory, id);
    const orderSigner = config.venue.signer(config.community, keys.ownerKey);
    const meterSigner = config.rail.meterSigner(config.community, keys.meterKey);
    const site: Site = { id, account: orderSigner.account, feeder: config.feeder, limits: each.limits };
    const railSite: RailSite = {
      ...{ ...site, ownerKey: keys.ownerKey, meterKey: meterSigner.meterKey },
      signWithMeter: meterSigner.signRecord,
    };
    return { config: each, site, railSite, orderSigner, meterSigner };
  });
}
