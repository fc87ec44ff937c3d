import { MILLIJOULES_PER_WH } from "./battery.ts";

/** A heated building: one warm mass behind one resistance to the outside (1R1C). Plain data. */
export interface Building {
  /** Through walls, windows and by ventilation, in W/K. */
  readonly lossWPerK: number;
  /** What warms it by a kelvin, in Wh/K. */
  readonly capacityWhPerK: number;
  /** What people and appliances give, in W. */
  readonly internalGainW: number;
  /** Of the sun's global irradiance on flat ground, as much as falls on so many m² becomes heat inside. */
  readonly solarApertureM2: number;
}

/** The warmth of a building over that at 0 °C, in thousandths of a joule, so steps add up exactly. */
export interface BuildingState {
  readonly storedMillijoules: number;
}

/** What acts on a building while it is held for a step. */
export interface BuildingInput {
  readonly outsideC: number;
  /** Sun, people and appliances. */
  readonly gainsMillijoules: number;
  readonly heatMillijoules: number;
}

/** What became of one step; the energies are integers and balance exactly: gained is heat + gains − lost − vented. */
export interface BuildingStep {
  readonly state: BuildingState;
  /** To the outside; below zero on a hot day. */
  readonly lostMillijoules: number;
  /** Let out through open windows, above {@link VENTED_C}. */
  readonly ventedMillijoules: number;
}

/** Nobody lets it get warmer inside. */
const VENTED_C = 26;

/** How warm it is inside. */
export function insideC(building: Building, { storedMillijoules }: BuildingState): number {
  return storedMillijoules / (building.capacityWhPerK * MILLIJOULES_PER_WH);
}

/** A building of a temperature. */
export function buildingAt(building: Building, temperatureC: number): BuildingState {
  return { storedMillijoules: Math.round(temperatureC * building.capacityWhPerK * MILLIJOULES_PER_WH) };
}

/** The share of a difference in temperature that is left after a step: exp(−t H / C). */
function leftAfter(building: Building, durationMs: number): number {
  return Math.exp(-((durationMs / 3_600_000) * building.lossWPerK) / building.capacityWhPerK);
}

/**
 * Runs a building for a step under constant conditions, by the exact solution of C dT/dt = Q − H (T − outside), the single
 * capacity of the simple hourly method of ISO 13790:2008 (annex C) with its resistances drawn together.
 */
export function stepBuilding(
  building: Building,
  state: BuildingState,
  { outsideC, gainsMillijoules, heatMillijoules }: BuildingInput,
  durationMs: number,
): BuildingStep {
  const givenW = (gainsMillijoules + heatMillijoules) / durationMs;
  const restC = outsideC + givenW / building.lossWPerK;
  const afterC = restC + (insideC(building, state) - restC) * leftAfter(building, durationMs);
  const closed = buildingAt(building, afterC).storedMillijoules;
  const after = Math.min(closed, buildingAt(building, VENTED_C).storedMillijoules);
  return {
    state: { storedMillijoules: after },
    lostMillijoules: state.storedMillijoules + gainsMillijoules + heatMillijoules - closed,
    ventedMillijoules: closed - after,
  };
}

/** The heat that brings a building to a temperature at the end of a step, in thousandths of a joule; 0 when none is needed. */
export function heatFor(
  building: Building,
  state: BuildingState,
  { outsideC, gainsMillijoules }: Omit<BuildingInput, "heatMillijoules">,
  targetC: number,
  durationMs: number,
): number {
  const left = leftAfter(building, durationMs);
  const restC = (targetC - insideC(building, state) * left) / (1 - left);
  return Math.max(0, building.lossWPerK * (restC - outsideC) * durationMs - gainsMillijoules);
}
