import type { FlexibleColumns } from "../neighbourhood/neighbourhood.ts";
import { type Kpi, type KpiGroup, type KpiInput, type Missing, share, totalOf } from "./kpi.ts";

const NO_CAR = "no home has an electric car";
const NO_HEAT_PUMP = "no home has a heat pump";

/** What cars and heat pumps took, and whether it was enough. */
export const FLEXIBILITY: KpiGroup = {
  title: "Cars and heat pumps",
  kpis: [
    ofCars(
      "carCharged",
      "kWh",
      "What the chargers of electric cars took, losses included; part of `load`.",
      (sum) => sum("carChargedWh") / 1_000,
    ),
    ofCars("carDistance", "km", "How far they went.", (sum) => sum("carDistanceKm")),
    ofCars(
      "carUnmet",
      "kWh",
      "What they had to charge elsewhere, as the battery held too little for the way.",
      (sum) => sum("carUnmetWh") / 1_000,
    ),
    ofCars("carUnmetOutings", "count", "For how many outings from home the battery held too little.", (sum) =>
      sum("carUnmetOutings"),
    ),
    ofHeatPumps(
      "heatPumpUsed",
      "kWh",
      "What heat pumps drew; part of `load`.",
      (sum) => sum("heatPumpWh") / 1_000,
    ),
    ofHeatPumps("heatDelivered", "kWh", "What heat they gave to the houses.", (sum) => sum("heatWh") / 1_000),
    ofHeatPumps(
      "heatPumpPerformance",
      "ratio",
      "`heatDelivered / heatPumpUsed`: a year's is the seasonal performance factor.",
      (sum) => share(sum("heatWh"), sum("heatPumpWh"), "no heat was needed"),
    ),
    ofHeatPumps(
      "coldHours",
      "h",
      "How long it was colder inside than people put up with, sum over all houses.",
      (sum) => sum("coldMinutes") / 60,
    ),
  ],
};

type Sum = (name: keyof FlexibleColumns) => number;

type Figure = (sum: Sum) => number | Missing;

function ofCars(name: string, unit: string, definition: string, of: Figure): Kpi {
  return ofPlants("cars", NO_CAR, { name, unit, definition }, of);
}

function ofHeatPumps(name: string, unit: string, definition: string, of: Figure): Kpi {
  return ofPlants("heatPumps", NO_HEAT_PUMP, { name, unit, definition }, of);
}

function ofPlants(
  plants: "cars" | "heatPumps",
  none: string,
  about: Pick<Kpi, "name" | "unit" | "definition">,
  of: Figure,
): Kpi {
  return {
    ...about,
    source: "–",
    of: ({ neighbourhood: { flexible } }: KpiInput) => {
      const sum: Sum = (column) => Number(totalOf(flexible[column]));
      return sum(plants) === 0 ? { reason: none } : of(sum);
    },
  };
}
