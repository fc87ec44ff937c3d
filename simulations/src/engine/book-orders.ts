import type { BookOrder } from "@commonwatt/market";
import { type Hex, priceMicroPerKwh, type SiteId, wattHours } from "@commonwatt/vpp-core";
import type { QuoteSheet } from "../strategies/quote-sheet.ts";

/** Quotes as the orders of a book, in their order; an order's id is its home's row and its place in the sheet. */
export function bookOrders(
  { count, homes, sides, energyWh, limitPrices }: QuoteSheet,
  siteIds: readonly SiteId[],
  zones: readonly string[] | null,
): readonly BookOrder[] {
  return Array.from({ length: count }, (_, at) => {
    const home = homes[at] as number;
    const zone = zones?.[home];
    return {
      id: `0x${hex(home, 8)}${hex(at, 56)}` as Hex,
      trader: siteIds[home] as SiteId,
      side: sides[at] === 0 ? "bid" : "offer",
      energyWh: wattHours(energyWh[at] as number),
      limitPrice: priceMicroPerKwh(limitPrices[at] as number),
      ...(zone === undefined ? {} : { zone }),
    };
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
