import type { Building } from "./building.ts";

/** Houses of an age: what they lose per m² of floor and kelvin, and how much of it counts. */
interface BuildingAge {
  /** The last year of the class. */
  readonly until: number;
  /** Through the envelope and by ventilation, in W/(m² K). */
  readonly lossWPerM2K: number;
  /** For rooms that are heated less, and nights. */
  readonly share: number;
}

/**
 * Detached houses of Germany as they were built: the typology TABULA (T. Loga, B. Stein, N. Diefenbach and R. Born, Deutsche
 * Wohngebäudetypologie, IWU Darmstadt 2015; building types DE.N.SFH.01 to 12, existing state).
 */
const AGES: readonly BuildingAge[] = [
  { until: 1859, lossWPerM2K: 4.81, share: 0.8 },
  { until: 1918, lossWPerM2K: 4.63, share: 0.8 },
  { until: 1948, lossWPerM2K: 3.73, share: 0.83 },
  { until: 1957, lossWPerM2K: 4.7, share: 0.8 },
  { until: 1968, lossWPerM2K: 4.6, share: 0.8 },
  { until: 1978, lossWPerM2K: 3.36, share: 0.84 },
  { until: 1983, lossWPerM2K: 2.2, share: 0.88 },
  { until: 1994, lossWPerM2K: 2.63, share: 0.86 },
  { until: 2001, lossWPerM2K: 1.83, share: 0.89 },
  { until: 2009, lossWPerM2K: 1.33, share: 0.92 },
  { until: 2015, lossWPerM2K: 1.55, share: 0.9 },
  { until: Number.POSITIVE_INFINITY, lossWPerM2K: 1.27, share: 0.95 },
];
/** Of TABULA: what a m² stores, in Wh/K, and what people and appliances give, in W. */
const CAPACITY_WH_PER_M2K = 45;
const INTERNAL_W_PER_M2 = 3;
/** TABULA: about 15 kWh of sun per m² of floor in a heating season that has 368 kWh/m² on flat ground. */
const APERTURE_M2_PER_M2 = 0.04;

/** What a m² of a detached house of a year loses, in W/K. */
export function lossOfYear(year: number): number {
  const age = AGES.find(({ until }) => year <= until) ?? AGES.at(-1);
  return (age?.lossWPerM2K ?? 0) * (age?.share ?? 0);
}

/** A house of so much heated floor. */
export function houseOf(floorAreaM2: number, lossWPerM2K: number): Building {
  return {
    lossWPerK: Math.max(1, Math.round(floorAreaM2 * lossWPerM2K)),
    capacityWhPerK: Math.max(1, Math.round(floorAreaM2 * CAPACITY_WH_PER_M2K)),
    internalGainW: Math.round(floorAreaM2 * INTERNAL_W_PER_M2),
    solarApertureM2: floorAreaM2 * APERTURE_M2_PER_M2,
  };
}
