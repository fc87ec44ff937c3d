import {
  buyerPriceBeside,
  COMMUNITY_PROMISES,
  type CommunityNeed,
  clearCommunity,
  type ExactPrice,
} from "./community-price.ts";
import { defineMechanism } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";

/**
 * A price that falls in a straight line with the ratio of supply and demand, as in the standard table of lemlab's
 * ex-post pricing (tum-ewk/lemlab, `ex_post_pricing/standard.json`, whose seven points lie on this line).
 *
 * R is surplus over demand, l retail and s feed-in price. For R < 1 sellers get `l − (l − s)·R`, and buyers pay
 * that for the share R and l for the rest, which is what balances. For R ≥ 1 both have s. Orders, rounding and cost
 * as in `clearCommunity`.
 */
export function linearRatio(): Mechanism {
  return defineMechanism({
    name: "linear-ratio",
    source: "lemlab, ex-post pricing",
    kPerMille: null,
    promises: COMMUNITY_PROMISES,
    decide: (orders, { seed, tariff }) =>
      clearCommunity(orders, seed, tariff, { sellerPriceMin: "feed-in", buyerPrice, sellerPrice }),
  });
}

function sellerPrice({ demandWh, surplusWh, retailPrice, feedInPrice }: CommunityNeed): ExactPrice {
  if (surplusWh >= demandWh) return { dividend: feedInPrice, divisor: 1n };
  return { dividend: retailPrice * demandWh - (retailPrice - feedInPrice) * surplusWh, divisor: demandWh };
}

function buyerPrice(need: CommunityNeed): ExactPrice {
  const price = sellerPrice(need);
  return need.surplusWh >= need.demandWh ? price : buyerPriceBeside(price, need);
}
