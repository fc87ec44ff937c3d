import { type OrderSide, type PriceMicroPerKwh, type WattHours, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder } from "./mechanism.ts";
import { compareTexts } from "./trader-rank.ts";

/** All orders of one side at one price. */
export interface PriceLevel {
  readonly price: PriceMicroPerKwh;
  readonly energyWh: WattHours;
  /** By rising id. */
  readonly orders: readonly BookOrder[];
}

/** One side of a checked book in merit order: bids by falling price, offers by rising price. */
export function priceLevels(orders: readonly BookOrder[], side: OrderSide): readonly PriceLevel[] {
  const byPrice = Map.groupBy(
    orders.filter((order) => order.side === side),
    (order) => order.limitPrice,
  );
  const direction = side === "bid" ? -1 : 1;
  return [...byPrice]
    .sort(([left], [right]) => direction * (left - right))
    .map(([price, level]) => ({
      price,
      energyWh: wattHours(level.reduce((sum, order) => sum + order.energyWh, 0)),
      orders: level.toSorted((left, right) => compareTexts(left.id, right.id)),
    }));
}
