import assert from "node:assert/strict";
import { type PriceMicroPerKwh, type WattHours, wattHours } from "@commonwatt/vpp-core";
import { defineMechanism, perMille } from "./define-mechanism.ts";
import type { BookOrder, ClearingDecision, Mechanism } from "./mechanism.ts";
import { mixedPrice } from "./mixed-price.ts";
import { pairAllocations } from "./pair-allocations.ts";
import { fillLevels, type LevelFill, type PriceLevel, priceLevels } from "./price-level.ts";

/**
 * The uniform-price call auction, a k-double auction (Chatterjee and Samuelson 1983; Wilson 1985).
 *
 * Volume: the most that trades at one price, orders in merit order, equal limits included.
 * Price: any price in `[low, high]` clears the market, where low = max(last filled offer, best rejected bid)
 * and high = min(last filled bid, best rejected offer), a partly filled order being both. Taken is
 * `low + ⌊(high − low)·k⌋`, rounded down to the favour of buyers by less than one micro per kWh. So
 * nobody pays more or gets less than their limit, and nobody left out would have wanted to trade at it.
 * Ties: better limits first; at the marginal price everyone gets the same share, see {@link proRata}.
 * Trades: bids by falling limit, offers by rising limit, equal limits by the traders' names, walked side by side.
 *
 * Exact integers throughout; costs O(n log n) in the number of orders.
 * @param kPerMille - k in thousandths: 0 gives the price to the buyers, 1000 to the sellers, 500 halves it.
 */
export function uniformPrice(kPerMille: number = 500): Mechanism {
  return defineMechanism({
    name: "uniform-price",
    source: "Chatterjee and Samuelson 1983; Wilson 1985",
    kPerMille: perMille(kPerMille),
    promises: {
      efficient: true,
      operator: "zero",
      truthfulFor: "nobody",
      leavesNoCrossing: true,
      losesOneTradeAtMost: true,
      onePricePerTrade: true,
      needs: "nothing",
    },
    decide: (orders) => clearAtOnePrice(orders, kPerMille),
  });
}

function clearAtOnePrice(orders: readonly BookOrder[], kPerMille: number): ClearingDecision {
  const demand = priceLevels(orders, "bid");
  const supply = priceLevels(orders, "offer");
  const volumeWh = crossingVolume(demand, supply);
  if (volumeWh === 0) return { trades: [] };
  const bought = fillLevels(demand, volumeWh);
  const sold = fillLevels(supply, volumeWh);
  const price = priceWithin(bought, sold, kPerMille);
  const pairs = pairAllocations(bought.allocations, sold.allocations);
  return { trades: pairs.map((pair) => ({ ...pair, buyerPrice: price, sellerPrice: price })) };
}

function crossingVolume(demand: readonly PriceLevel[], supply: readonly PriceLevel[]): WattHours {
  let volumeWh = 0;
  let supplyAt = 0;
  let suppliedWh: number = supply[0]?.energyWh ?? 0;
  for (const level of demand) {
    let wantedWh: number = level.energyWh;
    for (let best = supply[supplyAt]; wantedWh > 0 && best !== undefined; best = supply[supplyAt]) {
      if (best.price > level.price) return wattHours(volumeWh);
      const crossedWh = Math.min(wantedWh, suppliedWh);
      volumeWh += crossedWh;
      wantedWh -= crossedWh;
      suppliedWh -= crossedWh;
      if (suppliedWh === 0) suppliedWh = supply[++supplyAt]?.energyWh ?? 0;
    }
  }
  return wattHours(volumeWh);
}

function priceWithin(bought: LevelFill, sold: LevelFill, kPerMille: number): PriceMicroPerKwh {
  assert(bought.marginalPrice !== null && sold.marginalPrice !== null, "there are trades");
  const low = Math.max(sold.marginalPrice, bought.rejectedPrice ?? sold.marginalPrice);
  const high = Math.min(bought.marginalPrice, sold.rejectedPrice ?? bought.marginalPrice);
  return mixedPrice(low, high, kPerMille);
}
