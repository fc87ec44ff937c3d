import {
  buyerPriceBeside,
  COMMUNITY_PROMISES,
  type CommunityNeed,
  clearCommunity,
  type ExactPrice,
} from "./community-price.ts";
import { defineMechanism, perMille } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";

/**
 * The supply–demand ratio (Liu et al. 2017, IEEE Transactions on Power Systems 32:3569, doi
 * 10.1109/TPWRS.2017.2649558), plain and compensated.
 *
 * R is surplus over demand, l retail and s feed-in price, c = (l − s)·k the compensation, s′ = s + c. For
 * R < 1 sellers get `l·s′ / ((l − s′)·R + s′)`, and buyers pay that for the share R and l for the rest. For
 * R ≥ 1 sellers get `s + c/R` and buyers pay s′, which is what balances. With k = 0 it is the plain ratio:
 * where there is enough, energy is worth what the grid pays for it. Orders, rounding and cost as in
 * `clearCommunity`.
 * @param kPerMille - k in thousandths: the part of the spread that sellers get even where there is plenty.
 */
export function supplyDemandRatio(kPerMille: number = 0): Mechanism {
  const k = BigInt(perMille(kPerMille));
  return defineMechanism({
    name: "supply-demand-ratio",
    source: "Liu et al. 2017",
    kPerMille,
    promises: COMMUNITY_PROMISES,
    decide: (orders, { seed, tariff }) =>
      clearCommunity(orders, seed, tariff, {
        sellerPriceMin: "feed-in",
        buyerPrice: (need) => buyerPrice(need, k),
        sellerPrice: (need) => sellerPrice(need, k),
      }),
  });
}

/** s′ in thousandths of micros. */
function compensated({ retailPrice, feedInPrice }: CommunityNeed, k: bigint): bigint {
  return feedInPrice * 1000n + (retailPrice - feedInPrice) * k;
}

function sellerPrice(need: CommunityNeed, k: bigint): ExactPrice {
  const { demandWh, surplusWh, retailPrice, feedInPrice } = need;
  const floor = compensated(need, k);
  if (surplusWh >= demandWh) {
    const spread = (retailPrice - feedInPrice) * k;
    return { dividend: feedInPrice * 1000n * surplusWh + spread * demandWh, divisor: 1000n * surplusWh };
  }
  if (retailPrice === 0n) return { dividend: 0n, divisor: 1n };
  return {
    dividend: retailPrice * floor * demandWh,
    divisor: (retailPrice * 1000n - floor) * surplusWh + floor * demandWh,
  };
}

function buyerPrice(need: CommunityNeed, k: bigint): ExactPrice {
  const { demandWh, surplusWh, retailPrice } = need;
  if (surplusWh >= demandWh) return { dividend: compensated(need, k), divisor: 1000n };
  if (surplusWh === 0n) return { dividend: retailPrice, divisor: 1n };
  return buyerPriceBeside(sellerPrice(need, k), need);
}
