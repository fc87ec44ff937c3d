import type { Outing } from "./car-trips.ts";
import { type FlexibleControl, type HouseCourse, sumsBefore, surplusWh } from "./flexible-control.ts";

/** An electric car at its charger. Plain data, whole numbers. */
export interface ElectricCar {
  readonly capacityWh: number;
  /** At the charger. */
  readonly chargePowerMaxW: number;
  /** Thousandths of what the charger takes that reach the battery. */
  readonly efficiencyPermille: number;
  readonly whPerKm: number;
  /** It is filled up to here, and what it has at the start, in Wh. */
  readonly targetWh: number;
  readonly startWh: number;
  readonly control: FlexibleControl;
}

/** What driving and charging came to. Energies balance exactly, in thousandths of a Wh where a Wh is too coarse. */
export interface ChargingCourse {
  /** What the charger took in each interval, in whole Wh. */
  readonly loadWh: Int32Array;
  readonly chargedWh: number;
  /** What of that was lost in charging. */
  readonly lostMilliWh: number;
  readonly drivenMilliWh: number;
  readonly distanceM: number;
  readonly outings: number;
  /** Outings for which the battery held too little, and what they had to take elsewhere. */
  readonly unmetOutings: number;
  readonly unmetMilliWh: number;
  readonly storedChangeMilliWh: number;
}

const MILLI = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A driver who watches prices or the sun wants so much more than the next outing takes, of the battery. */
const SPARE_SHARE = 0.1;

/** How long a car is at home in each interval, in ms; times since the first interval began. */
function homeMs(outings: readonly Outing[], intervals: number, intervalMs: number): Float64Array {
  const home = new Float64Array(intervals).fill(intervalMs);
  for (const { departMs, returnMs } of outings) {
    const last = Math.min(intervals - 1, Math.floor(returnMs / intervalMs));
    for (let t = Math.max(0, Math.floor(departMs / intervalMs)); t <= last; t++) {
      const awayMs = Math.min(returnMs, (t + 1) * intervalMs) - Math.max(departMs, t * intervalMs);
      home[t] = Math.max(0, (home[t] as number) - Math.max(0, awayMs));
    }
  }
  return home;
}

/** What charging knows of the time to come. */
interface Ahead {
  /** The most that the charger can take in each interval, in whole Wh, and in all intervals before. */
  readonly mostWh: Float64Array;
  readonly mostBeforeWh: Float64Array;
  /** The interval in which the car leaves next; that of the end when it stays. */
  readonly leaves: number;
  /** What the battery must hold then, in thousandths of a Wh. */
  readonly neededMilliWh: number;
}

/** What the charger takes in an interval so that the car will be full enough, and no more of the rest than its control wants. */
function chargeWh(
  car: ElectricCar,
  course: HouseCourse,
  t: number,
  storedMilliWh: number,
  ahead: Ahead,
): number {
  const roomWh = Math.floor((car.targetWh * MILLI - storedMilliWh) / car.efficiencyPermille);
  const mostWh = Math.min(ahead.mostWh[t] as number, Math.max(0, roomWh));
  if (mostWh === 0 || car.control === "at-once") return mostWh;
  if (car.control === "cheapest") return Math.max(0, Math.min(mostWh, roomWh - cheaperWh(course, t, ahead)));
  const { mostBeforeWh, leaves } = ahead;
  const laterWh = leaves <= t ? 0 : (mostBeforeWh[leaves + 1] as number) - (mostBeforeWh[t + 1] as number);
  const missingWh = Math.ceil((ahead.neededMilliWh - storedMilliWh) / car.efficiencyPermille);
  return Math.min(mostWh, Math.max(missingWh - laterWh, surplusWh(course, t)));
}

/** What can still be charged at better prices until the car leaves, within a day; of equal prices the first is best. */
function cheaperWh({ retailPrice, intervalMs }: HouseCourse, t: number, { mostWh, leaves }: Ahead): number {
  const price = retailPrice[t] as number;
  const to = Math.min(leaves, t + DAY_MS / intervalMs - 1, retailPrice.length - 1);
  let energyWh = 0;
  for (let at = t + 1; at <= to; at++) {
    if ((retailPrice[at] as number) < price) energyWh += mostWh[at] as number;
  }
  return energyWh;
}

/**
 * Drives a car through its outings and charges it between them. Outings are in ms since the first interval began. It
 * takes its energy when it begins; what the battery does not hold then is charged on the way, and counted as unmet.
 */
export function runCharging(
  car: ElectricCar,
  outings: readonly Outing[],
  course: HouseCourse,
): ChargingCourse {
  const { intervalMs } = course;
  const intervals = course.loadWh.length;
  const mostWh = homeMs(outings, intervals, intervalMs).map((ms) =>
    Math.floor((car.chargePowerMaxW * ms) / HOUR_MS),
  );
  const needOf = ({ distanceM }: Outing): number => Math.round(distanceM * car.whPerKm);
  const future = outings.filter(({ departMs }) => departMs >= 0);
  const mostBeforeWh = sumsBefore(mostWh);
  const spareMilliWh = Math.round(car.capacityWh * MILLI * SPARE_SHARE);
  const loadWh = new Int32Array(intervals);
  const startMilliWh = car.startWh * MILLI;
  let storedMilliWh = startMilliWh;
  let [chargedWh, drivenMilliWh, distanceM, unmetOutings, unmetMilliWh, next] = [0, 0, 0, 0, 0, 0];
  for (let t = 0; t < intervals; t++) {
    const coming = future[next];
    const wishedMilliWh = spareMilliWh + (coming === undefined ? 0 : needOf(coming));
    const drawnWh = chargeWh(car, course, t, storedMilliWh, {
      ...{ mostWh, mostBeforeWh, neededMilliWh: Math.min(car.targetWh * MILLI, wishedMilliWh) },
      leaves:
        coming === undefined
          ? intervals - 1
          : Math.min(intervals - 1, Math.floor(coming.departMs / intervalMs)),
    });
    loadWh[t] = drawnWh;
    chargedWh += drawnWh;
    storedMilliWh += drawnWh * car.efficiencyPermille;
    for (
      let outing = coming;
      outing !== undefined && outing.departMs < (t + 1) * intervalMs;
      outing = future[next]
    ) {
      const unmet = Math.max(0, needOf(outing) - storedMilliWh);
      if (unmet > 0) unmetOutings += 1;
      unmetMilliWh += unmet;
      drivenMilliWh += needOf(outing);
      distanceM += outing.distanceM;
      storedMilliWh += unmet - needOf(outing);
      next += 1;
    }
  }
  return {
    loadWh,
    chargedWh,
    lostMilliWh: chargedWh * (MILLI - car.efficiencyPermille),
    drivenMilliWh,
    distanceM,
    outings: next,
    unmetOutings,
    unmetMilliWh,
    storedChangeMilliWh: storedMilliWh - startMilliWh,
  };
}
