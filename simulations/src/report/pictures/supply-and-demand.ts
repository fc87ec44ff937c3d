import type { BookOrder } from "@commonwatt/market";
import { curveChart } from "../chart/curve-chart.ts";
import type { Figure } from "../figure.ts";
import { printedNumber } from "../markup.ts";

/** One interval's orders, and what they were cleared to. */
export interface ClearedBook {
  /** When it begins, as text. */
  readonly start: string;
  readonly orders: readonly BookOrder[];
  readonly volumeWh: number;
  /** In micro per kWh; `null` where there is no one price. */
  readonly price: number | null;
}

/** Demand and supply of one interval. */
export function supplyAndDemand({ start, orders, volumeWh, price }: ClearedBook): Figure {
  const title = `Supply and demand, ${start}`;
  const sideOf = (side: BookOrder["side"]) =>
    orders
      .filter((order) => order.side === side)
      .sort((a, b) => (side === "bid" ? b.limitPrice - a.limitPrice : a.limitPrice - b.limitPrice));
  const [bids, offers] = [sideOf("bid"), sideOf("offer")];
  const stepsOf = (side: readonly BookOrder[]) =>
    side.map((order) => ({ energy: order.energyWh / 1_000, price: order.limitPrice / 1e6 }));
  const rows = [...bids, ...offers].map((order) => [
    order.side === "bid" ? "demand" : "supply",
    String(order.trader),
    printedNumber(order.energyWh / 1_000),
    printedNumber(order.limitPrice / 1e6),
  ]);
  const cleared =
    price === null
      ? `${printedNumber(volumeWh / 1_000)} kWh were traded, not all at one price.`
      : `${printedNumber(volumeWh / 1_000)} kWh were traded at ${printedNumber(price / 1e6)}.`;
  return {
    id: "supply-and-demand",
    title,
    text: `Of the intervals looked into, the one with most energy traded: ${cleared} The best limits stand to the left.`,
    svg: curveChart(title, {
      energyUnit: "kWh",
      priceUnit: "currency/kWh",
      demand: stepsOf(bids),
      supply: stepsOf(offers),
      price: price === null ? null : price / 1e6,
      volume: volumeWh / 1_000,
    }),
    legend: [
      { name: "demand", colour: 0 },
      { name: "supply", colour: 1 },
    ],
    table: { headings: ["side", "home", "energy, kWh", "limit, currency/kWh"], rows },
  };
}
