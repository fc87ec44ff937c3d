/** Where a heat pump takes its heat from. */
export type HeatSource = "air" | "ground";
/** What it warms: radiators need hotter water than a floor. */
export type HeatEmitter = "radiators" | "floor";

/** A heat pump that turns its compressor as slowly as it likes. Plain data. */
export interface HeatPump {
  readonly source: HeatSource;
  readonly emitter: HeatEmitter;
  /** Most that it draws, in W. */
  readonly powerMaxW: number;
}

/** Lift below which no pump gets better, in K. */
const LIFT_MIN_K = 15;
/** What real installations reach of it. */
const REAL_SHARE = 0.85;
/** The ground at the depth of its pipes, and what it takes to get heat across, in °C and K. */
const GROUND_C = 10;
const GROUND_APPROACH_K = 5;

/** The water's temperature at an outside temperature: the heating curve. */
function flowC(emitter: HeatEmitter, outsideC: number): number {
  return emitter === "radiators" ? 40 - outsideC : 30 - 0.5 * outsideC;
}

/**
 * Heat by electricity of a heat pump that lifts heat by so many kelvin, under test conditions. Source: the regressions of
 * O. Ruhnau, L. Hirth and A. Praktiknjo, Scientific Data 6 (2019) 189 (When2Heat), over manufacturers' data.
 */
export function testedCop(source: HeatSource, liftK: number): number {
  const lift = Math.max(LIFT_MIN_K, liftK);
  return source === "air"
    ? 6.08 - 0.09 * lift + 0.0005 * lift * lift
    : 10.29 - 0.21 * lift + 0.0012 * lift * lift;
}

/** Heat by electricity of an installed heat pump: 85 % of the tested, as Ruhnau et al. take it; flow temperature by their heating curves. */
export function copOf({ source, emitter }: Pick<HeatPump, "source" | "emitter">, outsideC: number): number {
  const sourceC = source === "air" ? outsideC : GROUND_C - GROUND_APPROACH_K;
  return REAL_SHARE * testedCop(source, flowC(emitter, outsideC) - sourceC);
}
