import { type EpochMs, type Random, seededRandom } from "@commonwatt/vpp-core";
import { APPLIANCES, type Appliance, runsPerDay } from "./appliances.ts";
import { darkW, occupantW, seasonShare } from "./household-rhythm.ts";
import type { GeoLocation } from "./sun-position.ts";
import { createValueNoise } from "./value-noise.ts";

/** What makes one household's consumption differ from another's. Plain data. */
export interface LoadProfile {
  readonly seed: string;
  readonly occupants: number;
  /** What never sleeps: router, stand-by, ventilation. */
  readonly baseW: number;
  readonly fridgeW: number;
  /** Length of the fridge's on-and-off cycle; it runs for a third of it. */
  readonly fridgePeriodMs: number;
  /** Power of this home's appliances over the usual. */
  readonly applianceShare: number;
  /** Local time minus UTC. */
  readonly utcOffsetMs: number;
  /** For seasons and nights; left out: the middle of Europe. */
  readonly location?: GeoLocation;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FRIDGE_DUTY = 1 / 3;
/** Spacing of the wobble of light and electronics around their rhythm. */
const WOBBLE_SPACING_MS = 20 * MINUTE_MS;
/** A run of an appliance, as one stretch of constant power after another. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly powerW: number;
}

/** What the household takes on average beside fridge and named appliances, in W; local time in ms. */
export function everydayW(profile: LoadProfile, localMs: number, wobble = 1): number {
  const { baseW, occupants, utcOffsetMs, location } = profile;
  const busyW = occupantW(localMs) * wobble * seasonShare(localMs, location);
  return baseW + occupants * (busyW + darkW(localMs, utcOffsetMs, location));
}

/** What the fridge takes on average, in W. */
export function fridgeMeanW(profile: LoadProfile): number {
  return profile.fridgeW * FRIDGE_DUTY;
}

function startOf(appliance: Appliance, random: Random): number {
  let choice = random.next();
  let hour = 0;
  for (const window of appliance.starts) {
    hour = random.between(window.fromHour, window.toHour);
    choice -= window.share;
    if (choice < 0) break;
  }
  return hour * HOUR_MS;
}

/** Everything that is switched on in one local day, in local ms. */
function stretchesOf(profile: LoadProfile, day: number): Stretch[] {
  const stretches: Stretch[] = [];
  const season = seasonShare((day + 0.5) * DAY_MS, profile.location);
  for (const appliance of APPLIANCES) {
    const random = seededRandom(`${profile.seed}/${appliance.name}/${day}`);
    const mean = runsPerDay(appliance, profile.occupants) * season;
    const runs = Math.floor(mean) + (random.next() < mean % 1 ? 1 : 0);
    for (let run = 0; run < runs; run++) {
      let fromMs = day * DAY_MS + startOf(appliance, random);
      for (const phase of appliance.phases) {
        const toMs = fromMs + phase.minutes * MINUTE_MS;
        if (phase.powerW > 0) {
          stretches.push({ fromMs, toMs, powerW: phase.powerW * profile.applianceShare });
        }
        fromMs = toMs;
      }
    }
  }
  return stretches;
}

/**
 * A household's consumption in W, not rounded, as a pure function of time: any time can be asked in any
 * order. What a day holds is drawn from the seed and the day, and kept while the same day is asked again.
 */
export function householdLoad(profile: LoadProfile): (time: EpochMs) => number {
  const days = new Map<number, readonly Stretch[]>();
  const fridgePhaseMs = seededRandom(`${profile.seed}/fridge`).between(0, profile.fridgePeriodMs);
  const wobbleAt = createValueNoise(`${profile.seed}/wobble`, WOBBLE_SPACING_MS);
  /** A run may end after midnight, so a day consists of its own runs and those of the day before. */
  const dayOf = (day: number): readonly Stretch[] => {
    let stretches = days.get(day);
    if (stretches === undefined) {
      if (days.size > 2) days.clear();
      stretches = [...stretchesOf(profile, day - 1), ...stretchesOf(profile, day)].filter(
        (stretch) => stretch.toMs > day * DAY_MS,
      );
      days.set(day, stretches);
    }
    return stretches;
  };
  return (time) => {
    const localMs = time + profile.utcOffsetMs;
    const cycle = ((localMs + fridgePhaseMs) / profile.fridgePeriodMs) % 1;
    const wobble = 0.5 + wobbleAt(localMs);
    let powerW = everydayW(profile, localMs, wobble);
    if (cycle < FRIDGE_DUTY) powerW += profile.fridgeW;
    for (const stretch of dayOf(Math.floor(localMs / DAY_MS))) {
      if (localMs >= stretch.fromMs && localMs < stretch.toMs) powerW += stretch.powerW;
    }
    return powerW;
  };
}
