import { seededRandom } from "@commonwatt/vpp-core";
import type { RunPlan } from "../src/runs/run-plan.ts";
import { folderWith } from "./data-files.ts";

const DAYS = 3;
const ROWS = DAYS * 24;
const HEAD = "month,hour,day_type,non_shiftable_load,solar_generation";

/** The files of a made-up CityLearn data set: five homes over three days from Monday, 1 August 2016; two have a battery. */
export function smallStreet(): Promise<string> {
  const homes = Array.from({ length: 5 }, (_, home) => `Building_${home + 1}`);
  const buildings = Object.fromEntries(
    homes.map((name, home) => [
      name,
      {
        include: true,
        energy_simulation: `${name}.csv`,
        carbon_intensity: "carbon_intensity.csv",
        pricing: "pricing.csv",
        pv: home < 3 ? { attributes: { nominal_power: 3 + home } } : null,
        electrical_storage:
          home < 2 ? { attributes: { capacity: 6.4, efficiency: 0.9, nominal_power: 5 } } : null,
      },
    ]),
  );
  const column = (name: string, of: (row: number) => number): string =>
    `${name}\n${Array.from({ length: ROWS }, (_, row) => of(row)).join("\n")}\n`;
  return folderWith({
    "schema.json": JSON.stringify({ seconds_per_time_step: 3600, buildings }),
    "pricing.csv": column("electricity_pricing", (row) => (row % 24 >= 16 ? 0.54 : 0.22)),
    "carbon_intensity.csv": column("carbon_intensity", (row) => 0.1 + (row % 24) / 100),
    ...Object.fromEntries(homes.map((name) => [`${name}.csv`, building(name)])),
  });
}

/** A run of it, as usual but for what is changed. */
export async function smallPlan(changes: Partial<RunPlan> = {}): Promise<RunPlan> {
  return {
    ...{ scenario: null, data: await smallStreet(), days: null, feeder: null, shuffle: null, lieBooks: 4 },
    ...{ mechanism: "uniform", strategy: "truthful", forecast: "persistence", seed: "1" },
    ...changes,
  };
}

function building(name: string): string {
  const random = seededRandom(name);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const hour = row % 24;
    const sun = Math.max(0, Math.sin(((hour - 6) / 12) * Math.PI)) * 800 * random.between(0.6, 1);
    const load = 0.2 + random.between(0, 0.3) + (hour >= 17 ? random.between(0.5, 1.5) : 0);
    // CityLearn counts the hours that have ended, 1 to 24.
    return [8, hour === 0 ? 24 : hour, dayOf(row), load.toFixed(3), sun.toFixed(1)].join(",");
  });
  return `${[HEAD, ...rows].join("\n")}\n`;
}

/** Its hour 24 belongs to the day before. */
function dayOf(row: number): number {
  return row % 24 === 0 ? ((Math.floor(row / 24) + 6) % 7) + 1 : (Math.floor(row / 24) % 7) + 1;
}
