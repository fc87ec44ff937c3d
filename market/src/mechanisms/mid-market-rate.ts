import {
  COMMUNITY_PROMISES,
  type CommunityNeed,
  clearCommunity,
  type ExactPrice,
} from "./community-price.ts";
import { defineMechanism } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";

/**
 * The mid-market rate (Long et al. 2017, IEEE PES General Meeting, doi 10.1109/PESGM.2017.8274546).
 *
 * Neighbours trade at the middle m of retail and feed-in price. When there is more surplus than demand, the
 * sellers share what the buyers pay at m and the grid for the rest; when there is less, the buyers share what
 * the sellers get at m and the retailer for the rest. Orders, rounding and cost as in `clearCommunity`.
 */
export function midMarketRate(): Mechanism {
  return defineMechanism({
    name: "mid-market-rate",
    source: "Long et al. 2017",
    kPerMille: null,
    promises: COMMUNITY_PROMISES,
    decide: (orders, { seed, tariff }) =>
      clearCommunity(orders, seed, tariff, { sellerPriceMin: "feed-in", buyerPrice, sellerPrice }),
  });
}

function buyerPrice(need: CommunityNeed): ExactPrice {
  return sharedPrice(need, need.demandWh, need.surplusWh, need.retailPrice);
}

function sellerPrice(need: CommunityNeed): ExactPrice {
  return sharedPrice(need, need.surplusWh, need.demandWh, need.feedInPrice);
}

/** The price of a side that has `ownWh`: m for what the other side takes or gives, the grid's for the rest. */
function sharedPrice(
  { retailPrice, feedInPrice }: CommunityNeed,
  ownWh: bigint,
  othersWh: bigint,
  gridPrice: bigint,
): ExactPrice {
  const localWh = ownWh < othersWh ? ownWh : othersWh;
  return {
    dividend: localWh * (retailPrice + feedInPrice) + 2n * (ownWh - localWh) * gridPrice,
    divisor: 2n * ownWh,
  };
}
