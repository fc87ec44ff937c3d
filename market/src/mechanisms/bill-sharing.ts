import { COMMUNITY_PROMISES, clearCommunity } from "./community-price.ts";
import { defineMechanism } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";

/**
 * Bill sharing (Long et al. 2017, IEEE PES General Meeting, doi 10.1109/PESGM.2017.8274546).
 *
 * The community has one bill with the grid: what it imports in total is shared by the buyers, what it earns
 * with its exports by the sellers, both by energy. Neighbours' energy itself costs nothing, so a seller can
 * get less than the grid would pay, down to nothing; only offers that would take nothing are in it. Orders,
 * rounding and cost as in `clearCommunity`.
 */
export function billSharing(): Mechanism {
  return defineMechanism({
    name: "bill-sharing",
    source: "Long et al. 2017",
    kPerMille: null,
    promises: COMMUNITY_PROMISES,
    decide: (orders, { seed, tariff }) =>
      clearCommunity(orders, seed, tariff, {
        sellerPriceMin: "nothing",
        buyerPrice: ({ demandWh, surplusWh, retailPrice }) => ({
          dividend: excess(demandWh, surplusWh) * retailPrice,
          divisor: demandWh,
        }),
        sellerPrice: ({ demandWh, surplusWh, feedInPrice }) => ({
          dividend: excess(surplusWh, demandWh) * feedInPrice,
          divisor: surplusWh,
        }),
      }),
  });
}

function excess(energyWh: bigint, othersWh: bigint): bigint {
  return energyWh > othersWh ? energyWh - othersWh : 0n;
}
