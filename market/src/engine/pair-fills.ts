import type { Hex, OrderSide, PriceMicroPerKwh, SiteId, WattHours } from "@commonwatt/vpp-core";
import { type Pair, pairAllocations } from "../mechanisms/pair-allocations.ts";
import { compareTexts } from "../mechanisms/trader-rank.ts";

/** What an order got in a call auction. */
export interface Fill {
  readonly orderId: Hex;
  readonly siteId: SiteId;
  readonly side: OrderSide;
  readonly limitPrice: PriceMicroPerKwh;
  /** What it got. */
  readonly energyWh: WattHours;
}

/**
 * Who trades with whom in a call auction at one price: bids by falling limit, offers by rising limit, walked
 * side by side. Equal limits stand by their site's id, those of one site by falling energy, and only what
 * cannot be told apart otherwise by the order's id: so which energy goes from whom to whom depends neither on
 * who came first nor on how orders are numbered. Both sides must hold the same energy.
 */
export function pairFills(fills: readonly Fill[]): readonly Pair[] {
  const onSide = (side: OrderSide): readonly Fill[] => {
    const direction = side === "bid" ? -1 : 1;
    return fills
      .filter((fill) => fill.side === side)
      .sort(
        (a, b) =>
          direction * (a.limitPrice - b.limitPrice) ||
          compareTexts(a.siteId, b.siteId) ||
          b.energyWh - a.energyWh ||
          compareTexts(a.orderId, b.orderId),
      );
  };
  return pairAllocations(onSide("bid"), onSide("offer"));
}
