import { type BookOrder, sideOf, tickOf } from "@commonwatt/market";
import { type Hex, priceMicroPerKwh, type SiteId, wattHours } from "@commonwatt/vpp-core";
import type { OrderColumns } from "./place-quotes.ts";

const HOME_DIGITS = 8;
const PLACE_DIGITS = 56;

/** Orders as those of a book; an order's id holds its home's row and its place. `zones` are by place. */
export function bookOrders(
  { keys, quantitiesWh, sites }: OrderColumns,
  count: number,
  priceTick: number,
  siteIds: readonly SiteId[],
  zones: readonly string[] = [],
): readonly BookOrder[] {
  return Array.from({ length: count }, (_, at) => {
    const [home, key] = [sites[at] as number, keys[at] as number];
    const zone = zones[at];
    return {
      id: `0x${hex(home, HOME_DIGITS)}${hex(at, PLACE_DIGITS)}` as Hex,
      trader: siteIds[home] as SiteId,
      side: sideOf(key) === 0 ? "bid" : "offer",
      energyWh: wattHours(quantitiesWh[at] as number),
      limitPrice: priceMicroPerKwh(tickOf(key) * priceTick),
      ...(zone === undefined ? {} : { zone }),
    };
  });
}

/** The row of the home that an order of `bookOrders` is of. */
export function homeOfOrder(id: Hex): number {
  return Number.parseInt(id.slice(2, 2 + HOME_DIGITS), 16);
}

/** The place of an order of `bookOrders`. */
export function placeOfOrder(id: Hex): number {
  return Number.parseInt(id.slice(2 + HOME_DIGITS), 16);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
