import type { KpiGroup, KpiInput, Missing } from "./kpi.ts";
import { tradingGainsOf } from "./savings.ts";

/**
 * How evenly it is shared. Each of these has a blind spot (Dynge, Anfinnsen and Cali 2023, TechRxiv 22736996), so several
 * stand side by side.
 */
export const FAIRNESS: KpiGroup = {
  title: "Fairness",
  kpis: [
    {
      name: "gini",
      unit: "share",
      definition:
        "Gini coefficient of what trading brought each home, `Δ = withTradingNano − withoutTradingNano`: `Σi Σj |Δi − Δj| / (2 n Σ Δ)`, 0 when all gain the same, near 1 when one " +
        "home gains everything. Not defined where a home lost by trading.",
      source: "Gini 1912; Sen 1973, On Economic Inequality",
      of: (input) => ofGains(input, giniOf),
    },
    {
      name: "jain",
      unit: "share",
      definition:
        "Jain's index of the same: `(Σ Δ)² / (n Σ Δ²)`, 1 when all gain the same, 1/n when one home gains everything. Not " +
        "defined where a home lost by trading.",
      source: "Jain, Chiu and Hawe 1984, DEC-TR-301",
      of: (input) => ofGains(input, jainOf),
    },
    {
      name: "minMax",
      unit: "share",
      definition: "What trading brought the home with least, of what it brought the one with most.",
      source: "Moret and Pinson 2019, IEEE Transactions on Power Systems 34:3994",
      of: (input) => ofGains(input, (gains) => Math.min(...gains) / Math.max(...gains)),
    },
    {
      name: "qualityOfExperience",
      unit: "share",
      definition:
        "`1 − 2 σ / (H − L)` of what each home that traded gained by it per settled kWh, against the retailer with the same " +
        "meter: σ their deviation, H the widest spread between retail and feed-in price of the run, L 0. 1 when all gain alike.",
      source:
        "Hoßfeld, Skorin-Kapov, Heegaard and Varela 2017, IEEE Communications Letters 21:184; for energy communities Moret " +
        "and Pinson 2019",
      of: qualityOfExperience,
    },
  ],
};

/** Gini's coefficient of values that are not below zero and not all zero. */
export function giniOf(values: readonly number[]): number {
  const rising = values.toSorted((a, b) => a - b);
  const total = rising.reduce((sum, value) => sum + value, 0);
  // Of sorted values the double sum is this single one.
  const weighted = rising.reduce((sum, value, at) => sum + (2 * (at + 1) - rising.length - 1) * value, 0);
  return weighted / (rising.length * total);
}

/** Jain's index of values that are not below zero and not all zero. */
export function jainOf(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  return total ** 2 / (values.length * values.reduce((sum, value) => sum + value ** 2, 0));
}

function ofGains({ result }: KpiInput, index: (gains: readonly number[]) => number): number | Missing {
  const gains = tradingGainsOf(result);
  const losing = gains.filter((gained) => gained < 0).length;
  if (losing > 0) return { reason: `${losing} of ${gains.length} homes lost by trading` };
  return gains.every((gained) => gained === 0) ? { reason: "trading brought nobody anything" } : index(gains);
}

function qualityOfExperience({ neighbourhood, result: { homes } }: KpiInput): number | Missing {
  const gains: number[] = [];
  for (let home = 0; home < homes.siteIds.length; home++) {
    const settledWh = (homes.settledSoldWh[home] as number) + (homes.settledBoughtWh[home] as number);
    if (settledWh === 0) continue;
    gains.push(
      ((homes.withTradingNano[home] as number) - (homes.withoutTradingNano[home] as number)) / settledWh,
    );
  }
  let spread = 0;
  for (let t = 0; t < neighbourhood.intervals; t++) {
    spread = Math.max(
      spread,
      (neighbourhood.retailPrice[t] as number) - (neighbourhood.feedInPrice[t] as number),
    );
  }
  if (gains.length < 2 || spread === 0) return { reason: "fewer than two homes traded" };
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length;
  return 1 - (2 * Math.sqrt(variance)) / spread;
}
