import assert from "node:assert/strict";
import { type Hex, type MoneyNano, moneyNano, siteId, type Tariff, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder, ClearingContext, Mechanism } from "../mechanisms/mechanism.ts";
import { networkOptimum } from "./network-optimum.ts";
import { optimumOf } from "./optimum.ts";

/**
 * The best welfare that trades among the same partners could have: of all traders; with the grid as one more of
 * them where the rule trades with it; within the network where the rule knows one, to the nearest nano.
 */
export function bestWelfareOf(
  { promises }: Pick<Mechanism, "promises">,
  orders: readonly BookOrder[],
  { tariff, network, solver }: ClearingContext,
): MoneyNano {
  if (promises.needs === "tariff") {
    assert(tariff !== undefined, "the best with the grid needs the tariff");
    return optimumOf([...orders, ...gridOrders(orders, tariff)]).welfare;
  }
  if (promises.needs === "network") {
    assert(network !== undefined && solver !== undefined, "the best within a network needs it and a solver");
    return moneyNano(BigInt(Math.round(networkOptimum(orders, network, solver))));
  }
  return optimumOf(orders).welfare;
}

/** The grid as a trader: it sells at the retail price and buys at the feed-in price, as much as anyone wants. */
function gridOrders(orders: readonly BookOrder[], { retailPrice, feedInPrice }: Tariff): BookOrder[] {
  const energyWh = wattHours(orders.reduce((sum, order) => sum + order.energyWh, 0));
  if (energyWh === 0) return [];
  const grid = { id: "0x" as Hex, trader: siteId("grid"), energyWh };
  return [
    { ...grid, side: "offer", limitPrice: retailPrice },
    { ...grid, side: "bid", limitPrice: feedInPrice },
  ];
}
