import assert from "node:assert/strict";
import { type OrderSide, type PriceMicroPerKwh, type WattHours, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder } from "./mechanism.ts";

/** All orders of one side at one price. */
export interface PriceLevel {
  readonly price: PriceMicroPerKwh;
  readonly energyWh: WattHours;
  /** By rising id. */
  readonly orders: readonly BookOrder[];
}

/** Orders strings by their code units, the same on every machine. */
export function compareIds(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * One side of a book in merit order: bids by falling price, offers by rising price. Sums stay safe
 * integers (an AssertionError says when they would not).
 */
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
      energyWh: totalEnergy(level),
      orders: level.toSorted((left, right) => compareIds(left.id, right.id)),
    }));
}

/** Adds energies; throws an AssertionError when the sum leaves the safe integers. */
function totalEnergy(parts: readonly { readonly energyWh: WattHours }[]): WattHours {
  const total = parts.reduce((sum, part) => {
    assert(
      Number.isSafeInteger(part.energyWh) && part.energyWh > 0,
      "an order's energy must be an integer above zero",
    );
    assert(Number.isSafeInteger(sum + part.energyWh), "the energy of a book must stay a safe integer");
    return sum + part.energyWh;
  }, 0);
  return wattHours(total);
}
