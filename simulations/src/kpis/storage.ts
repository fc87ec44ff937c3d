import { type KpiGroup, type KpiInput, kiloWattHours, type Missing } from "./kpi.ts";

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
      of: (input) => {
        const homes = homesWithBattery(input);
        if (homes.length === 0) return { reason: NO_BATTERY };
        return (
          homes.reduce((sum, home) => sum + (input.result.homes.cycles[home] as number), 0) / homes.length
        );
      },
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
  ],
};

function homesWithBattery({ neighbourhood: { batteries } }: KpiInput): readonly number[] {
  return [...batteries.capacityWh.keys()].filter((home) => (batteries.capacityWh[home] as number) > 0);
}

function storedChangeKWh(input: KpiInput): number | Missing {
  if (homesWithBattery(input).length === 0) return { reason: NO_BATTERY };
  const { result, neighbourhood } = input;
  return kiloWattHours(result.homes.endStoredWh) - kiloWattHours(neighbourhood.batteries.startStoredWh);
}
