import assert from "node:assert/strict";
import { type OrderSide, type PriceMicroPerKwh, type WattHours, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder } from "./mechanism.ts";
import { type Allocation, allocate } from "./pair-allocations.ts";
import { proRata } from "./pro-rata.ts";
import { bySize, compareTexts } from "./trader-rank.ts";

/** All orders of one side at one price. */
export interface PriceLevel {
  readonly price: PriceMicroPerKwh;
  readonly energyWh: WattHours;
  /** By the trader's name, those of one trader by falling energy, then by id. */
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
      orders: level.toSorted((left, right) => compareTexts(left.trader, right.trader) || bySize(left, right)),
    }));
}

/** One side after its best orders were filled. */
export interface LevelFill {
  readonly allocations: readonly Allocation[];
  /** Limit of the last order that got something; `null` when none did. */
  readonly marginalPrice: PriceMicroPerKwh | null;
  /** Limit of the best order that got less than it asked for; `null` when all were filled. */
  readonly rejectedPrice: PriceMicroPerKwh | null;
}

/** Fills levels best first; orders of the last one share what it gets, see {@link proRata}. */
export function fillLevels(levels: readonly PriceLevel[], energyWh: WattHours): LevelFill {
  const allocations: Allocation[] = [];
  let leftWh: number = energyWh;
  let marginalPrice: PriceMicroPerKwh | null = null;
  let rejectedPrice: PriceMicroPerKwh | null = null;
  for (const level of levels) {
    const filledWh = Math.min(leftWh, level.energyWh);
    if (filledWh > 0) {
      const isWhole = filledWh === level.energyWh;
      const shares = isWhole ? allocate(level.orders, filledWh) : proRata(level.orders, wattHours(filledWh));
      for (const share of shares) allocations.push(share);
      marginalPrice = level.price;
    }
    leftWh -= filledWh;
    if (filledWh < level.energyWh) {
      rejectedPrice = level.price;
      break;
    }
  }
  assert(leftWh === 0, "a side must hold the energy it is filled with");
  return { allocations, marginalPrice, rejectedPrice };
}
