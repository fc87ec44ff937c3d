import type { SiteId } from "@commonwatt/vpp-core";
import type { MemberTrade } from "./simulation-result.ts";

/** Who takes the place of a home in a trade with the grid. */
export const GRID = -1;

/** Trades of one interval, in memory that is used again. */
export class TradeColumns {
  count = 0;
  /** Rows of homes, or `GRID`. */
  sellers: Int32Array = new Int32Array(256);
  buyers: Int32Array = new Int32Array(256);
  energyWh: Float64Array = new Float64Array(256);
  /** What the buyer pays and the seller gets, in micro per kWh. */
  buyerPrices: Float64Array = new Float64Array(256);
  sellerPrices: Float64Array = new Float64Array(256);

  /** Makes room for so many trades; what was there is lost. */
  reserve(count: number): void {
    this.count = count;
    if (count <= this.sellers.length) return;
    for (const name of ["sellers", "buyers"] as const) this[name] = new Int32Array(2 * count);
    for (const name of ["energyWh", "buyerPrices", "sellerPrices"] as const)
      this[name] = new Float64Array(2 * count);
  }

  set(
    at: number,
    seller: number,
    buyer: number,
    energyWh: number,
    buyerPrice: number,
    sellerPrice: number,
  ): void {
    this.sellers[at] = seller;
    this.buyers[at] = buyer;
    this.energyWh[at] = energyWh;
    this.buyerPrices[at] = buyerPrice;
    this.sellerPrices[at] = sellerPrice;
  }
}

/** The trades between members as objects. */
export function memberTrades(
  interval: number,
  { count, sellers, buyers, energyWh, buyerPrices, sellerPrices }: TradeColumns,
  siteIds: readonly SiteId[],
): readonly MemberTrade[] {
  const trades: MemberTrade[] = [];
  for (let at = 0; at < count; at++) {
    const [sellerId, buyerId] = [siteIds[sellers[at] as number], siteIds[buyers[at] as number]];
    // The grid is no member.
    if (sellerId === undefined || buyerId === undefined) continue;
    trades.push({
      ...{ interval, sellerId, buyerId, energyWh: energyWh[at] as number },
      ...{ buyerPrice: buyerPrices[at] as number, sellerPrice: sellerPrices[at] as number },
    });
  }
  return trades;
}
