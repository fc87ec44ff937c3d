import { type KpiGroup, type KpiInput, kiloWattHours, type Missing } from "./kpi.ts";

const NAUMANN = "Naumann et al. 2018, J. Energy Storage 17:153; 2020, J. Power Sources 451:227666";
const NO_BATTERY = "no home has a battery";

/** What the batteries did. */
export const STORAGE: KpiGroup = {
  title: "Batteries",
  kpis: [
    {
      name: "batteryCycles",
      unit: "count",
      definition:
        "Full equivalent cycles, mean over homes with a battery: discharged energy by what it may hold.",
      source: "–",
      of: (input) => meanOf(input, (home) => input.result.homes.cycles[home] as number),
    },
    {
      name: "batteryLosses",
      unit: "kWh",
      definition:
        "`Σ chargedWh − Σ dischargedWh − storedChange`: what went in and neither came out nor is left.",
      source: "–",
      of: (input) => {
        const change = storedChangeKWh(input);
        if (typeof change !== "number") return change;
        const { chargedWh, dischargedWh } = input.result.homes;
        return kiloWattHours(chargedWh) - kiloWattHours(dischargedWh) - change;
      },
    },
    {
      name: "storedChange",
      unit: "kWh",
      definition: "What the batteries hold at the end more than at the start; no figure of money values it.",
      source: "–",
      of: storedChangeKWh,
    },
    {
      name: "batteryFullCycles",
      unit: "count",
      definition:
        "Full cycles of the store, mean over homes with a battery: half of what went in and out of it, by `capacityWh`.",
      source: "–",
      of: (input) => meanOf(input, (home) => input.result.homes.fullCycles[home] as number),
    },
    {
      name: "batteryCapacityLeft",
      unit: "share",
      definition:
        "Of a new battery's capacity after a run, mean over homes with one: `1 − calendarLossPpm − cycleLossPpm`, as cells of lithium " +
        "iron phosphate age. Both go with a root, so the first year takes most.",
      source: NAUMANN,
      of: (input) => meanOf(input, (home) => 1 - lossOf(input, home)),
    },
    {
      name: "batteryAgeingCost",
      unit: "currency",
      definition:
        "`Σ capacityWh · replacementPricePerKwh · (loss / 20 %)²`: the share of its life to 80 % of the capacity that the run took. Losses go with the root of " +
        "time and cycles, so a battery that is always used like this lasts `(20 % / loss)²` runs.",
      source: NAUMANN,
      of: ageingCost,
    },
  ],
};

const PPM = 1_000_000;
/** What a battery has lost when it is replaced. */
const LIFE_LOSS = 0.2;

function lossOf({ result: { homes } }: KpiInput, home: number): number {
  return ((homes.calendarLossPpm[home] as number) + (homes.cycleLossPpm[home] as number)) / PPM;
}

function ageingCost(input: KpiInput): number | Missing {
  const homes = homesWithBattery(input);
  if (homes.length === 0) return { reason: NO_BATTERY };
  const { capacityWh, replacementPricePerKwh } = input.neighbourhood.batteries;
  const priceOf = (home: number): number => replacementPricePerKwh[home] as number;
  if (homes.some((home) => priceOf(home) === 0))
    return { reason: "not every battery has a replacementPricePerKwh" };
  return homes.reduce((sum, home) => {
    const price = ((capacityWh[home] as number) / 1_000) * priceOf(home);
    return sum + price * (lossOf(input, home) / LIFE_LOSS) ** 2;
  }, 0);
}

function meanOf(input: KpiInput, of: (home: number) => number): number | Missing {
  const homes = homesWithBattery(input);
  if (homes.length === 0) return { reason: NO_BATTERY };
  return homes.reduce((sum, home) => sum + of(home), 0) / homes.length;
}

function homesWithBattery({ neighbourhood: { batteries } }: KpiInput): readonly number[] {
  return [...batteries.capacityWh.keys()].filter((home) => (batteries.capacityWh[home] as number) > 0);
}

function storedChangeKWh(input: KpiInput): number | Missing {
  if (homesWithBattery(input).length === 0) return { reason: NO_BATTERY };
  const { result, neighbourhood } = input;
  return kiloWattHours(result.homes.endStoredWh) - kiloWattHours(neighbourhood.batteries.startStoredWh);
}
