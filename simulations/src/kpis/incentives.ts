import type { Kpi, KpiGroup, KpiInput } from "./kpi.ts";
import type { RegretSample } from "./regret-sample.ts";

const LIE =
  "The best lie is searched as in `commonwatt clear --regret`: prices at which the outcome can turn, less and more energy, an " +
  "order fewer. Truth is what the strategy wrote, and only the same interval counts.";

/** Whether a lie would have paid. */
export const INCENTIVES: KpiGroup = {
  title: "Incentives",
  kpis: [
    sampled(
      "regretMean",
      "currency",
      `Mean over traders of what the best lie of each would have gained in the sampled books. ${LIE}`,
      (sample) => sample.traded.meanNano / 1e9,
    ),
    sampled(
      "regretMost",
      "currency",
      "The most that any lie would have gained in the sampled books.",
      (sample) => sample.traded.mostNano / 1e9,
    ),
    sampled(
      "liesThatPay",
      "share",
      "Of the traders of the sampled books, those for whom a lie would have paid.",
      (sample) => sample.traded.paying / sample.traded.traders,
    ),
    {
      name: "regretPromised",
      unit: "currency",
      definition:
        "The most that a lie would have gained where the mechanism promises that none does: in the books as they were for a " +
        "mechanism that is truthful for everyone; with the best order of each trader, and lies about its price, for one that is " +
        "so for traders with one order; with all of these cut to the least energy among them, for one that is so for traders " +
        "of one unit. It must be 0.",
      source: "Myerson 1981, Mathematics of Operations Research 6:58 (incentive compatibility)",
      of: ({ regret }) => {
        if (regret === null) return NOT_SEARCHED;
        return regret.promised === null
          ? { reason: "the mechanism promises it to nobody" }
          : regret.promised.mostNano / 1e9;
      },
    },
  ],
};

const NOT_SEARCHED = { reason: "no lies were searched" };

function sampled(name: string, unit: string, definition: string, of: (sample: RegretSample) => number): Kpi {
  return {
    name,
    unit,
    definition,
    source: "Ex-post regret: Parkes, Kalagnanam and Eso 2001, IJCAI-01",
    of: ({ regret }: KpiInput) => {
      if (regret === null) return NOT_SEARCHED;
      return regret.traded.traders === 0 ? { reason: "no book had both bids and offers" } : of(regret);
    },
  };
}
