import { type BookOrder, mechanismOf } from "@commonwatt/market";
import {
  type BookedOrder,
  type IntervalIndex,
  type PriceMicroPerKwh,
  priceMicroPerKwh,
  type Trade,
} from "@commonwatt/vpp-core";

const CALL = mechanismOf({ name: "uniform-price", kPerMille: 500 });

/** The trades of an interval, each with its phase, and the price of its call auction. */
export interface HonestTrades {
  readonly trades: readonly Trade[];
  readonly clearingPrice: PriceMicroPerKwh | null;
}

/**
 * Trades `early` orders pairwise while the gate is open, each pair for the energy that both want, and clears
 * all others, and what is left of the early ones, in a call auction.
 */
export function honestTrades(
  interval: IntervalIndex,
  orders: readonly BookedOrder[],
  early: readonly (readonly [bid: BookedOrder, offer: BookedOrder])[],
): HonestTrades {
  const left = new Map(orders.map(({ id, order }) => [id, order.energyWh as number]));
  const trades: Trade[] = [];
  const add = (trade: Omit<Trade, "id" | "intervalIndex">): void => {
    trades.push({ ...trade, id: `${interval}-${trades.length + 1}`, intervalIndex: interval });
  };
  for (const [bid, offer] of early) {
    const energyWh = Math.min(left.get(bid.id) ?? 0, left.get(offer.id) ?? 0);
    if (energyWh === 0 || bid.order.limitPrice < offer.order.limitPrice) continue;
    for (const { id } of [bid, offer]) left.set(id, (left.get(id) ?? 0) - energyWh);
    add({
      phase: "continuous",
      ...{ sellerId: offer.order.siteId, buyerId: bid.order.siteId, offerId: offer.id, bidId: bid.id },
      energyWh: energyWh as Trade["energyWh"],
      price: offer.order.limitPrice,
    });
  }
  const siteOf = new Map(orders.map(({ id, order }) => [id, order.siteId]));
  const book = orders.flatMap(({ id, order, ended }): readonly BookOrder[] => {
    const energyWh = (left.get(id) ?? 0) as BookOrder["energyWh"];
    const { siteId: trader, side, limitPrice } = order;
    return ended !== null || energyWh === 0 ? [] : [{ id, trader, side, energyWh, limitPrice }];
  });
  const outcome = CALL.clear(book, { seed: String(interval) });
  for (const { bidId, offerId, energyWh, buyerPrice } of outcome.trades) {
    const [sellerId, buyerId] = [siteOf.get(offerId), siteOf.get(bidId)];
    if (sellerId === undefined || buyerId === undefined) continue;
    add({ phase: "call", sellerId, buyerId, offerId, bidId, energyWh, price: priceMicroPerKwh(buyerPrice) });
  }
  return { trades, clearingPrice: outcome.clearingPrice };
}
