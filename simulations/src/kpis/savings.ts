import { currency, type KpiGroup, type KpiInput, share } from "./kpi.ts";

/** What each home saves against the baseline, in currency units: its balance of the run less that of the baseline. */
export function savingsOf({ result, baseline }: Pick<KpiInput, "result" | "baseline">): readonly number[] {
  return Array.from(
    result.homes.withTradingNano,
    (nano, home) => (nano - (baseline.homes.withTradingNano[home] as number)) / 1e9,
  );
}

/** What trading brought each home with the meter as it was, in currency units: against its retailer alone. */
export function tradingGainsOf({ homes }: KpiInput["result"]): readonly number[] {
  return Array.from(
    homes.withTradingNano,
    (nano, home) => (nano - (homes.withoutTradingNano[home] as number)) / 1e9,
  );
}

/** What trading is worth in money. */
export const SAVINGS: KpiGroup = {
  title: "Money",
  kpis: [
    {
      name: "cost",
      unit: "currency",
      definition: "What all homes pay in the run, retailer, trades and fees together; below 0 they earn.",
      source: "–",
      of: ({ result }) => -currency(result.homes.withTradingNano),
    },
    {
      name: "costWithoutTrading",
      unit: "currency",
      definition:
        "What all homes pay in the baseline: the same households, modules and batteries, nobody trades, and each battery " +
        "follows its own house.",
      source: "–",
      of: ({ baseline }) => -currency(baseline.homes.withTradingNano),
    },
    {
      name: "tradingGainPerHome",
      unit: "currency",
      definition:
        "Mean over homes of what trading brought with the same meter: `withTradingNano − withoutTradingNano`. It leaves out what " +
        "batteries did for the sake of trading.",
      source: "–",
      of: ({ result }) => sum(tradingGainsOf(result)) / result.homes.siteIds.length,
    },
    {
      name: "savingsPerHome",
      unit: "currency",
      definition:
        "Mean over homes of what each pays less than in the baseline. What is left in batteries at the end is not valued.",
      source: "–",
      of: (input) => sum(savingsOf(input)) / input.result.homes.siteIds.length,
    },
    {
      name: "savingsLeast",
      unit: "currency",
      definition: "The same for the home that saves least; below 0 it would have paid less without trading.",
      source: "–",
      of: (input) => Math.min(...savingsOf(input)),
    },
    {
      name: "savingsMost",
      unit: "currency",
      definition: "The same for the home that saves most.",
      source: "–",
      of: (input) => Math.max(...savingsOf(input)),
    },
    {
      name: "savingsShare",
      unit: "share",
      definition:
        "`(costWithoutTrading − cost) / costWithoutTrading`, by the amount of the latter; it may be below 0.",
      source: "–",
      of: (input) =>
        share(
          sum(savingsOf(input)),
          Math.abs(currency(input.baseline.homes.withTradingNano)),
          "the baseline costs nothing",
        ),
    },
    {
      name: "homesBetterOff",
      unit: "share",
      definition: "Of all homes, those that pay less than in the baseline.",
      source: "–",
      of: (input) => {
        const savings = savingsOf(input);
        return savings.filter((saved) => saved > 0).length / savings.length;
      },
    },
    {
      name: "fees",
      unit: "currency",
      definition: "What the operator keeps of what is paid for energy.",
      source: "–",
      of: ({ result }) => currency(result.homes.feeNano),
    },
  ],
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
