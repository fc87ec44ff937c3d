import assert from "node:assert/strict";
import { amountOf, type PriceMicroPerKwh, priceMicroPerKwh, sumMoney, wattHours } from "@commonwatt/vpp-core";
import { optimalFlow, type ZoneFlow } from "../network/optimal-flow.ts";
import { type WholeZoneFlow, wholeFlow } from "../network/whole-flow.ts";
import { defineMechanism } from "./define-mechanism.ts";
import type { BookOrder, ClearingContext, ClearingDecision, GridTrade, Mechanism } from "./mechanism.ts";
import { type Allocation, pairAllocations, splitAllocations } from "./pair-allocations.ts";
import { fillLevels, type LevelFill } from "./price-level.ts";

/**
 * Clearing within the limits of the network, at a price for each zone (Schweppe, Caramanis, Tabors and Bohn
 * 1988, "Spot Pricing of Electricity"; here for zones of a radial grid).
 *
 * A linear program finds the trades of the highest welfare after grid fees, with no line or transformer beyond
 * its capacity and losses on the way. The price of a zone is the dual of its balance, the one float that becomes
 * money: rounded once, to the nearest whole micro (halves up), and kept between the limits that the zone has
 * filled; so nobody trades against a limit. Where several prices clear, it is the one of the solver's vertex, the
 * same on every machine. All that follows is whole, and what the rounding leaves is the operator's. Buyers pay their zone's price and
 * sellers get theirs. Out of the difference the operator pays the grid its fees and the sellers the energy that
 * was lost; the rest is congestion rent, which stays with the operator.
 *
 * Whole watt-hours are made by `wholeFlow`: without losses nothing is lost by it and the rent is never below
 * zero; with losses the operator's account may lack up to the price of two Wh for each line and zone, and one
 * nano for each Wh. Who trades with whom is a matter of books only: within the zone first. Costs a linear
 * program with a column for each limit in each zone.
 */
export function networkConstrained(): Mechanism {
  return defineMechanism({
    name: "network-constrained",
    source: "Schweppe, Caramanis, Tabors and Bohn 1988",
    kPerMille: null,
    promises: {
      efficient: true,
      operator: "surplus",
      truthfulFor: "nobody",
      leavesNoCrossing: false,
      losesOneTradeAtMost: false,
      onePricePerTrade: false,
      needs: "network",
    },
    decide: clearNetwork,
  });
}

function clearNetwork(orders: readonly BookOrder[], { network, solver }: ClearingContext): ClearingDecision {
  assert(
    network !== undefined && solver !== undefined,
    "a network-constrained clearing needs network and solver",
  );
  const optimum = optimalFlow(orders, network, solver);
  const whole = wholeFlow(optimum);
  const zones = optimum.zones.map((zone) => fillZone(zone, whole.zones.get(zone.zone)));
  const zoneOf = new Map(orders.map(({ id, zone }) => [id, zone]));
  const priceOf = new Map(zones.map(({ zone, price }) => [zone, price]));
  const price = (id: BookOrder["id"]): PriceMicroPerKwh => {
    const found = priceOf.get(zoneOf.get(id) ?? "");
    assert(found !== undefined, "every order is in a zone");
    return found;
  };
  const { pairs, lost } = pairByZone(zones);
  return {
    trades: pairs.map((pair) => ({
      ...pair,
      buyerPrice: price(pair.bidId),
      sellerPrice: price(pair.offerId),
    })),
    gridTrades: lost.map(
      ({ orderId, energyWh }): GridTrade => ({
        orderId,
        energyWh,
        price: price(orderId),
        gridPrice: priceMicroPerKwh(0),
      }),
    ),
    gridFees: sumMoney(whole.flows.map(({ line, sentWh }) => amountOf(wattHours(sentWh), line.feePrice))),
    network: {
      zonePrices: zones.map(({ zone, price }) => ({ zone, price })),
      flows: whole.flows.map(({ line, from, to, sentWh }) => ({
        lineId: line.id,
        from,
        to,
        sentWh: wattHours(sentWh),
      })),
    },
  };
}

/** What a zone fills, and its price. */
interface FilledZone {
  readonly zone: string;
  readonly price: PriceMicroPerKwh;
  readonly bought: readonly Allocation[];
  readonly sold: readonly Allocation[];
}

function fillZone(zone: ZoneFlow, whole: WholeZoneFlow = { boughtWh: 0, soldWh: 0 }): FilledZone {
  const bought = fillLevels(zone.demand, wattHours(whole.boughtWh));
  const sold = fillLevels(zone.supply, wattHours(whole.soldWh));
  return {
    zone: zone.zone,
    price: priceBetween(zone.price, bought, sold),
    bought: bought.allocations,
    sold: sold.allocations,
  };
}

function priceBetween(dual: number, bought: LevelFill, sold: LevelFill): PriceMicroPerKwh {
  const low = sold.marginalPrice ?? 0;
  const high = bought.marginalPrice ?? Number.MAX_SAFE_INTEGER;
  assert(low <= high, "an efficient zone has a price");
  return priceMicroPerKwh(Math.min(high, Math.max(low, Math.round(dual))));
}

/** Pairs within each zone as far as it goes, then what is left; energy sold beyond what arrives is lost. */
function pairByZone(zones: readonly FilledZone[]): {
  readonly pairs: ReturnType<typeof pairAllocations>;
  readonly lost: readonly Allocation[];
} {
  const parts = zones.map(({ bought, sold }) => {
    const localWh = Math.min(totalOf(bought), totalOf(sold));
    return { bought: splitAllocations(bought, localWh), sold: splitAllocations(sold, localWh) };
  });
  const importing = parts.flatMap(({ bought }) => bought.rest);
  const exporting = splitAllocations(
    parts.flatMap(({ sold }) => sold.rest),
    totalOf(importing),
  );
  return {
    pairs: [
      ...parts.flatMap(({ bought, sold }) => pairAllocations(bought.first, sold.first)),
      ...pairAllocations(importing, exporting.first),
    ],
    lost: exporting.rest,
  };
}

function totalOf(allocations: readonly Allocation[]): number {
  return allocations.reduce((total, { energyWh }) => total + energyWh, 0);
}
