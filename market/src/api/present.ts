import { type Clearing, type DeliveryInterval, isoTime, type Trade } from "@commonwatt/vpp-core";
import type { AcceptedOrder } from "../engine/market-state.ts";

/** A trade without who traded. */
type PublicTrade = Pick<Trade, "id" | "price" | "energyWh" | "phase">;

/** A delivery interval as JSON shows it: times in ISO 8601. */
export function presentInterval({ index, startMs, endMs }: DeliveryInterval): object {
  return { index, start: isoTime(startMs), end: isoTime(endMs) };
}

/** A clearing as JSON shows it to everybody: without its trades, which have a list of their own. */
export function presentClearing({ clearedAtMs, trades, ...clearing }: Clearing): object {
  return { ...clearing, clearedAt: isoTime(clearedAtMs), tradeCount: trades.length };
}

/** A trade as everybody may see it: without who traded. */
export function presentTrade({ id, price, energyWh, phase }: Trade): PublicTrade {
  return { id, price, energyWh, phase };
}

/** What became of an order, for who knows its id: its trades without who is on the other side. */
export function presentOrder(
  { id, sequence, acceptedAtMs, order, ended }: AcceptedOrder,
  clearing: Clearing | null,
): object {
  const { intervalIndex, side, energyWh, limitPrice } = order;
  const trades = (clearing?.trades ?? [])
    .filter(({ bidId, offerId }) => bidId === id || offerId === id)
    .map(presentTrade);
  const open = clearing === null ? "open" : clearing.status;
  return {
    orderId: id,
    sequence,
    acceptedAt: isoTime(acceptedAtMs),
    intervalIndex,
    side,
    energyWh,
    limitPrice,
    status: ended === null ? open : ended.by === "replacement" ? "replaced" : "cancelled",
    filledWh: trades.reduce((sum, trade) => sum + trade.energyWh, 0),
    trades,
  };
}
