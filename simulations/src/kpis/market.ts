import {
  currency,
  type KpiGroup,
  type KpiInput,
  kiloWattHours,
  type Missing,
  share,
  totalOf,
} from "./kpi.ts";

const NO_TRADE = "nothing was traded";

/** What the market did, and how well. */
export const MARKET: KpiGroup = {
  title: "Market",
  kpis: [
    {
      name: "traded",
      unit: "kWh",
      definition: "Energy from members to members, as cleared.",
      source: "–",
      of: ({ result }) => kiloWattHours(result.intervals.tradedWh),
    },
    {
      name: "settledShare",
      unit: "share",
      definition: "Of the traded energy, what was both delivered and taken: `Σ settledWh / Σ tradedWh`.",
      source: "–",
      of: ({ result: { intervals } }) =>
        share(kiloWattHours(intervals.settledWh), kiloWattHours(intervals.tradedWh), NO_TRADE),
    },
    {
      name: "trades",
      unit: "count",
      definition: "Pairs of an order to buy and one to sell.",
      source: "–",
      of: ({ result }) => Number(totalOf(result.intervals.trades)),
    },
    {
      name: "welfare",
      unit: "currency",
      definition:
        "What the trades were worth to all at the limits of their orders: what buyers would have paid at most, less what " +
        "sellers would have taken at least.",
      source: "Smith 1962, Journal of Political Economy 70:111",
      of: ({ result }) => currency(result.intervals.welfareNano),
    },
    {
      name: "welfareShare",
      unit: "share",
      definition:
        "`Σ welfareNano / Σ bestWelfareNano`: of the best that the same orders allowed, with the same partners.",
      source: "Smith 1962, Journal of Political Economy 70:111 (allocative efficiency)",
      of: ({ result: { intervals } }) =>
        share(
          currency(intervals.welfareNano),
          currency(intervals.bestWelfareNano),
          "no order could have met another",
        ),
    },
    {
      name: "operatorBalance",
      unit: "currency",
      definition:
        "What stays with the operator between buyers and sellers; below 0 the operator pays. Fees apart.",
      source: "–",
      of: ({ result }) => currency(result.intervals.operatorNano),
    },
    {
      name: "priceMean",
      unit: "currency/kWh",
      definition: "Mean price of what was traded, weighted by energy.",
      source: "–",
      of: ({ result: { intervals } }) => {
        const worth = overTrades(intervals, (price, tradedWh) => price * tradedWh);
        const energyWh = overTrades(intervals, (_, tradedWh) => tradedWh);
        return share(worth / 1e6, energyWh, NO_TRADE);
      },
    },
    { ...extreme("priceMin", "Lowest", Math.min) },
    { ...extreme("priceMax", "Highest", Math.max) },
    {
      name: "priceVolatility",
      unit: "share",
      definition:
        "Standard deviation of the prices of all intervals with trades, by their mean, each interval counting once. It " +
        "has no upper bound.",
      source: "Coefficient of variation (Pearson 1896)",
      of: ({ result: { intervals } }) => {
        const prices = [...intervals.price].filter((price) => price >= 0);
        const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
        if (prices.length < 2 || mean === 0) return { reason: "prices of fewer than two intervals" };
        const square = prices.reduce((sum, price) => sum + (price - mean) ** 2, 0);
        return Math.sqrt(square / (prices.length - 1)) / mean;
      },
    },
  ],
};

type Intervals = KpiInput["result"]["intervals"];

function overTrades({ price, tradedWh }: Intervals, of: (price: number, tradedWh: number) => number): number {
  let sum = 0;
  for (let t = 0; t < price.length; t++) {
    const paid = price[t] as number;
    if (paid >= 0) sum += of(paid, tradedWh[t] as number);
  }
  return sum;
}

function extreme(name: string, word: string, pick: (a: number, b: number) => number) {
  return {
    name,
    unit: "currency/kWh",
    definition: `${word} mean price of an interval with trades.`,
    source: "–",
    of: ({ result }: KpiInput): number | Missing => {
      const prices = [...result.intervals.price].filter((price) => price >= 0);
      return prices.length === 0 ? { reason: NO_TRADE } : prices.reduce((a, b) => pick(a, b)) / 1e6;
    },
  };
}
