import { MILLIJOULES_PER_WH } from "./battery.ts";
import { type Building, buildingAt, heatFor, insideC, stepBuilding } from "./building.ts";
import { type FlexibleControl, type HouseCourse, sumsBefore, surplusWh } from "./flexible-control.ts";
import { copOf, type HeatPump } from "./heat-pump.ts";

/** A house that a heat pump keeps warm. Plain data. */
export interface HeatedHouse {
  readonly building: Building;
  readonly pump: HeatPump;
  /** What the thermostat is set to, and how far below and above its people put up with. */
  readonly setC: number;
  readonly bandK: number;
  readonly control: FlexibleControl;
}

/** The weather of each interval. */
export interface WeatherCourse {
  readonly outsideC: ArrayLike<number>;
  /** On flat ground. */
  readonly globalWm2: ArrayLike<number>;
}

/** What heating came to. Energies of heat are in thousandths of a joule and balance exactly. */
export interface HeatingCourse {
  /** What the pump drew in each interval, in whole Wh. */
  readonly loadWh: Int32Array;
  readonly electricWh: number;
  readonly heatMillijoules: number;
  readonly gainsMillijoules: number;
  readonly lostMillijoules: number;
  readonly ventedMillijoules: number;
  /** Of the building, from the first interval to after the last. */
  readonly storedChangeMillijoules: number;
  /** How many intervals ended colder than the band allows. */
  readonly coldIntervals: number;
}

/** Of a temperature that was aimed at. */
const TOLERANCE_K = 0.01;
const DAY_MS = 86_400_000;

/** Whether an interval is cheaper than the mean of the day that begins with it (1), dearer (−1), or neither. */
function cheapness({ retailPrice, intervalMs }: HouseCourse, pricesBefore: Float64Array, t: number): number {
  const to = Math.min(retailPrice.length, t + DAY_MS / intervalMs);
  const sum = (pricesBefore[to] as number) - (pricesBefore[t] as number);
  return Math.sign(sum - (retailPrice[t] as number) * (to - t));
}

/** From which temperature to which one it may be at the end of an interval, as its control has it: what is needed, and what is welcome. */
function aimsC(
  { control, setC, bandK }: HeatedHouse,
  course: HouseCourse,
  pricesBefore: Float64Array,
  t: number,
): readonly [number, number] {
  if (control === "at-once") return [setC, setC];
  if (control === "surplus") return [setC - bandK, setC + bandK];
  const aim = setC + bandK * cheapness(course, pricesBefore, t);
  return [aim, aim];
}

/**
 * Heats a house through all intervals: the pump draws, in whole Wh, what brings the building to where its control wants it by
 * the end of the interval, as far as its power goes; what it draws becomes heat by its {@link copOf}. A surplus of the sun warms the
 * house to the top of its band. Only space heating; no hot water, no heating rod.
 */
export function runHeating(house: HeatedHouse, course: HouseCourse, weather: WeatherCourse): HeatingCourse {
  const { building, pump, setC, bandK } = house;
  const { intervalMs } = course;
  const intervals = course.loadWh.length;
  const mostWh = Math.floor((pump.powerMaxW * intervalMs) / 3_600_000);
  const loadWh = new Int32Array(intervals);
  const pricesBefore = sumsBefore(course.retailPrice);
  const start = buildingAt(building, setC);
  let state = start;
  let [electricWh, heat, gains, lost, vented, coldIntervals] = [0, 0, 0, 0, 0, 0];
  for (let t = 0; t < intervals; t++) {
    const outsideC = weather.outsideC[t] as number;
    const sunW = building.solarApertureM2 * (weather.globalWm2[t] as number);
    const gainsMillijoules = Math.round((building.internalGainW + sunW) * intervalMs);
    const perWh = copOf(pump, outsideC) * MILLIJOULES_PER_WH;
    const whTo = (targetC: number): number =>
      Math.ceil(heatFor(building, state, { outsideC, gainsMillijoules }, targetC, intervalMs) / perWh);
    const [neededC, welcomeC] = aimsC(house, course, pricesBefore, t);
    const welcomeWh = welcomeC > neededC ? Math.min(whTo(welcomeC), surplusWh(course, t)) : 0;
    const drawnWh = Math.min(mostWh, Math.max(whTo(neededC), welcomeWh));
    const heatMillijoules = Math.floor(drawnWh * perWh);
    const step = stepBuilding(building, state, { outsideC, gainsMillijoules, heatMillijoules }, intervalMs);
    state = step.state;
    loadWh[t] = drawnWh;
    electricWh += drawnWh;
    heat += heatMillijoules;
    gains += gainsMillijoules;
    lost += step.lostMillijoules;
    vented += step.ventedMillijoules;
    if (insideC(building, state) < setC - bandK - TOLERANCE_K) coldIntervals += 1;
  }
  return {
    loadWh,
    electricWh,
    heatMillijoules: heat,
    gainsMillijoules: gains,
    lostMillijoules: lost,
    ventedMillijoules: vented,
    storedChangeMillijoules: state.storedMillijoules - start.storedMillijoules,
    coldIntervals,
  };
}
