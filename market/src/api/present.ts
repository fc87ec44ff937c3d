import { type Clearing, type DeliveryInterval, isoTime, type Trade } from "@commonwatt/vpp-core";
import type { OrderEnd } from "../engine/market-state.ts";
import type { OrderState } from "../venue/open-market.ts";

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

/** What an order's end is called where it is not a cancel's scope. */
const ENDS: Readonly<Record<OrderEnd["by"], string>> = {
  "order-cancel": "cancelled",
  "interval-cancel": "cancelled",
  "group-cancel": "cancelled",
  replacement: "replaced",
  filled: "filled",
  remainder: "cancelled",
  expired: "expired",
  "self-trade": "self-trade",
};

/** What became of an order, for who knows its id: its trades without who is on the other side. */
export function presentOrder({ accepted, ended, trades, clearing }: OrderState): object {
  const { id, sequence, acceptedAtMs, order, filledBeforeWh } = accepted;
  const { intervalIndex, side, energyWh, limitPrice, timing } = order;
  return {
    orderId: id,
    sequence,
    acceptedAt: isoTime(acceptedAtMs),
    intervalIndex,
    side,
    energyWh,
    limitPrice,
    timing: timing ?? null,
    status: ended === null ? (clearing?.status ?? "open") : ENDS[ended.by],
    filledBeforeWh,
    filledWh: trades.reduce((sum, trade) => sum + trade.energyWh, 0),
    trades: trades.map(presentTrade),
  };
}
