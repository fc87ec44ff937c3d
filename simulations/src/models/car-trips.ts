import { type Random, seededRandom } from "@commonwatt/vpp-core";
import { isWeekend, weekdayOf } from "./weekday.ts";

/** A car and who drives it. Plain data. */
export interface CarUse {
  readonly seed: string;
  /** From home to work, one way; `null`: nobody drives to work with it. */
  readonly commuteM: number | null;
  /** Of all distances over the usual; 1 is usual. */
  readonly distanceShare: number;
}

/** From leaving home until being back, in local ms, and how far it went. */
export interface Outing {
  readonly departMs: number;
  readonly returnMs: number;
  readonly distanceM: number;
  /** Of that time, on the road. */
  readonly drivingMs: number;
}

/** A distribution over classes: how likely each is, and its bounds. */
interface Classes {
  readonly weights: readonly number[];
  /** One more than weights: class i goes from bound i to bound i + 1. */
  readonly bounds: readonly number[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Cars on a day in Germany, as C. Gaete-Morales et al., Scientific Data 8 (2021) 152 (emobpy) draw them from the survey "Mobilität in
 * Deutschland 2017": how many trips one makes, how long a trip is, in km, and when trips begin, in blocks of hours. The longest
 * class is raised from 1.3 to 2.2 %, as a survey of single days misses journeys that odometers do not.
 */
const TRIPS_ON_WEEKDAYS = [0.3541, 0, 0.2987, 0.0833, 0.125, 0.1389];
const TRIPS_ON_WEEKENDS = [0.5068, 0, 0.2877, 0.0411, 0.0959, 0.0685];
const TRIP_KM: Classes = {
  weights: [0.0318, 0.0918, 0.259, 0.3161, 0.1368, 0.1238, 0.0274, 0.022],
  bounds: [0, 1, 2, 5, 10, 20, 50, 100, 400],
};
const HOURS = [5, 8, 10, 13, 16, 19, 22, 29];
const TO_WORK: Classes = { weights: [0.616, 0.168, 0.069, 0.069, 0.021, 0.021, 0.036], bounds: HOURS };
const OUT_ON_WEEKDAYS: Classes = {
  weights: [0.051, 0.228, 0.294, 0.24, 0.144, 0.033, 0.014],
  bounds: HOURS,
};
const OUT_ON_SATURDAYS: Classes = {
  weights: [0.039, 0.168, 0.288, 0.237, 0.186, 0.063, 0.021],
  bounds: HOURS,
};
const OUT_ON_SUNDAYS: Classes = {
  weights: [0.024, 0.144, 0.285, 0.315, 0.171, 0.051, 0.007],
  bounds: HOURS,
};
const AFTER_WORK: Classes = { weights: [0.5, 0.4, 0.1], bounds: [16, 19, 21, 22] };
/** Weekdays on which a commuter drives to work: about 220 of 261. */
const WORKING_SHARE = 0.84;
/** Evenings with another outing after that. */
const EVENING_SHARE = 0.4;
const WORK_HOURS = [7, 9] as const;
const STAY_HOURS = [0.5, 4] as const;
/** How often another hour is drawn when the first is taken. */
const ATTEMPTS = 8;
/** Shortest rest at home between two outings. */
const REST_MS = 15 * MINUTE_MS;
/**
 * Distances to work: half of all are above 10.5 km (W. Dauth and P. Haller, IAB-Kurzbericht 10/2018), the mean is about 17 km
 * (BBSR); a log-normal distribution has both with this spread.
 */
const COMMUTE_MEDIAN_M = 10_500;
const COMMUTE_SPREAD = 0.98;
const COMMUTE_MAX_M = 100_000;

function classOf(weights: readonly number[], random: Random): number {
  let choice = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, weight] of weights.entries()) {
    choice -= weight;
    if (choice < 0) return at;
  }
  return weights.length - 1;
}

function drawFrom({ weights, bounds }: Classes, random: Random): number {
  const at = classOf(weights, random);
  return random.between(bounds[at] ?? 0, bounds[at + 1] ?? 0);
}

/** How far somebody drives to work, one way. */
export function commuteOf(random: Random): number {
  const drawn = COMMUTE_MEDIAN_M * Math.exp(random.normal(0, COMMUTE_SPREAD));
  return Math.round(Math.min(COMMUTE_MAX_M, drawn));
}

/** How long a trip takes: short ones through streets, long ones on roads, 22 minutes for 15 km as in the survey. */
function driveMs(distanceM: number): number {
  const km = distanceM / 1_000;
  return Math.round((3 + (60 * km) / Math.min(100, 40 + 0.4 * km)) * MINUTE_MS);
}

/** An outing of so many trips: there and back are equally far, one in between has a length of its own. */
function leisure(use: CarUse, departMs: number, trips: number, random: Random): Outing {
  const trip = (): number => Math.round(drawFrom(TRIP_KM, random) * 1_000 * use.distanceShare);
  const there = trip();
  const legs = trips < 3 ? [there, there] : [there, trip(), there];
  const drivingMs = legs.reduce((sum, distanceM) => sum + driveMs(distanceM), 0);
  const staying = random.between(...STAY_HOURS) * HOUR_MS;
  return {
    departMs,
    returnMs: departMs + drivingMs + Math.round(staying),
    drivingMs,
    distanceM: legs.reduce((sum, distanceM) => sum + distanceM, 0),
  };
}

function work(commuteM: number, dayMs: number, random: Random): Outing {
  const departMs = Math.round(dayMs + drawFrom(TO_WORK, random) * HOUR_MS);
  const staying = Math.round(random.between(...WORK_HOURS) * HOUR_MS);
  const drivingMs = 2 * driveMs(commuteM);
  return { departMs, returnMs: departMs + drivingMs + staying, drivingMs, distanceM: 2 * commuteM };
}

/** Outings of a number of trips each, at hours that are still free; one that finds none stays undone. */
function leisureOf(
  use: CarUse,
  dayMs: number,
  hours: Classes,
  tripsOfOutings: readonly number[],
  busyUntilMs: number,
  random: Random,
): readonly Outing[] {
  const outings: Outing[] = [];
  let freeMs = busyUntilMs;
  for (const trips of tripsOfOutings) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const departMs = Math.round(dayMs + drawFrom(hours, random) * HOUR_MS);
      if (departMs < freeMs) continue;
      const outing = leisure(use, departMs, trips, random);
      outings.push(outing);
      freeMs = outing.returnMs + REST_MS;
      break;
    }
  }
  return outings;
}

function hoursOf(weekday: number): Classes {
  if (weekday === 0) return OUT_ON_SUNDAYS;
  return weekday === 6 ? OUT_ON_SATURDAYS : OUT_ON_WEEKDAYS;
}

/** What a car does on one local day, free from a time on. */
function outingsOfDay(use: CarUse, day: number, freeMs: number): readonly Outing[] {
  const random = seededRandom(`${use.seed}/${day}`);
  const dayMs = day * DAY_MS;
  if (use.commuteM !== null && !isWeekend(dayMs)) {
    if (random.next() >= WORKING_SHARE) return [];
    const shift = work(Math.round(use.commuteM * use.distanceShare), dayMs, random);
    if (shift.departMs < freeMs) return [];
    const evenings = random.next() < EVENING_SHARE ? [2] : [];
    return [shift, ...leisureOf(use, dayMs, AFTER_WORK, evenings, shift.returnMs + REST_MS, random)];
  }
  const trips = classOf(isWeekend(dayMs) ? TRIPS_ON_WEEKENDS : TRIPS_ON_WEEKDAYS, random);
  const outings = [[], [], [2], [3], [2, 2], [3, 2]][trips] ?? [];
  return leisureOf(use, dayMs, hoursOf(weekdayOf(dayMs)), outings, freeMs, random);
}

/** Everything that a car does from one local time to another, in order and without overlaps; an outing may reach beyond. */
export function outingsOf(use: CarUse, fromMs: number, toMs: number): readonly Outing[] {
  const outings: Outing[] = [];
  let freeMs = Number.NEGATIVE_INFINITY;
  for (let day = Math.floor(fromMs / DAY_MS) - 1; day * DAY_MS < toMs; day++) {
    for (const outing of outingsOfDay(use, day, freeMs)) {
      outings.push(outing);
      freeMs = outing.returnMs + REST_MS;
    }
  }
  return outings.filter(({ departMs, returnMs }) => returnMs > fromMs && departMs < toMs);
}
