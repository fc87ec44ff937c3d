import { epochMs, seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { householdLoad, type LoadProfile } from "./household-load.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const HOMES = 1_000;
const SAMPLES_PER_HOUR = 6;
const SAMPLES = 24 * SAMPLES_PER_HOUR;
const YEAR = 2026;

type Season = "winter" | "transition" | "summer";
type Kind = "workday" | "saturday" | "sunday";

/**
 * The standard profile H0 of households: means of each hour, in W, for a household of 1,000 kWh a year, before it is made dynamic (VDEW, Repräsentative
 * VDEW-Lastprofile, 1999; published by BDEW as "Standardlastprofile Strom").
 */
const H0: Readonly<Record<Season, Readonly<Record<Kind, readonly number[]>>>> = {
  winter: {
    workday: [
      58.3, 43.2, 39.5, 38.5, 39.1, 46.8, 90.1, 129.4, 133.5, 123.2, 116.2, 118.3, 130.7, 129.5, 115.3, 104.8,
      105.2, 128.7, 166.2, 187.1, 168.2, 141.0, 116.7, 86.4,
    ],
    saturday: [
      67.0, 52.9, 42.1, 39.7, 38.5, 40.1, 53.1, 81.9, 119.7, 141.7, 147.9, 155.0, 166.6, 165.8, 153.4, 143.8,
      144.7, 180.5, 209.4, 210.1, 172.0, 134.1, 122.5, 103.9,
    ],
    sunday: [
      78.2, 56.3, 45.1, 41.1, 38.7, 38.6, 41.0, 50.0, 88.5, 138.5, 174.2, 202.8, 206.7, 173.0, 136.1, 116.6,
      106.7, 125.7, 156.4, 176.3, 160.1, 135.5, 114.8, 84.6,
    ],
  },
  transition: {
    workday: [
      66.6, 49.2, 44.3, 43.1, 44.1, 52.6, 92.9, 129.7, 137.5, 136.0, 132.0, 133.3, 149.6, 145.7, 126.8, 113.4,
      106.1, 116.3, 144.8, 171.9, 168.1, 156.0, 135.7, 100.3,
    ],
    saturday: [
      73.1, 56.3, 46.5, 43.8, 43.1, 45.2, 58.6, 93.3, 129.7, 150.4, 163.3, 171.8, 181.4, 177.4, 161.3, 148.6,
      146.5, 159.4, 183.3, 198.0, 180.4, 147.3, 138.6, 116.5,
    ],
    sunday: [
      84.3, 62.2, 48.9, 44.3, 43.1, 43.3, 45.8, 65.6, 111.2, 159.5, 185.1, 205.2, 207.8, 168.6, 136.2, 121.0,
      107.3, 111.8, 137.6, 160.9, 154.7, 143.9, 127.7, 94.0,
    ],
  },
  summer: {
    workday: [
      73.7, 54.8, 49.8, 46.9, 48.8, 59.3, 97.9, 129.7, 141.6, 144.1, 139.2, 142.0, 157.8, 152.7, 131.8, 118.8,
      114.8, 122.5, 142.2, 165.2, 166.6, 157.5, 144.5, 112.1,
    ],
    saturday: [
      83.0, 64.3, 52.3, 50.0, 50.5, 51.6, 63.7, 93.1, 128.4, 155.8, 164.9, 171.1, 182.1, 176.0, 157.2, 148.4,
      144.9, 149.0, 166.5, 180.4, 172.9, 153.8, 148.6, 124.7,
    ],
    sunday: [
      89.6, 66.7, 54.5, 50.6, 50.0, 48.8, 51.3, 69.5, 112.5, 160.2, 186.6, 205.7, 209.4, 175.4, 144.1, 124.4,
      108.4, 109.6, 126.6, 152.0, 159.4, 150.5, 140.2, 108.1,
    ],
  },
};

/** What makes H0 dynamic: a factor for each day of the year (BDEW, "Anwendungshilfe Standardlastprofile"). */
function dynamics(dayOfYear: number): number {
  const t = dayOfYear;
  return -3.92e-10 * t ** 4 + 3.2e-7 * t ** 3 - 7.02e-5 * t ** 2 + 2.1e-3 * t + 1.24;
}

/** The seasons of the profile: winter from 1 November to 20 March, summer from 15 May to 14 September. */
function seasonOf(timeMs: number): Season {
  const date = new Date(timeMs);
  const day = (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
  if (day >= 1_101 || day <= 320) return "winter";
  return day >= 515 && day <= 914 ? "summer" : "transition";
}

function kindOf(timeMs: number): Kind {
  const weekday = new Date(timeMs).getUTCDay();
  if (weekday === 0) return "sunday";
  return weekday === 6 ? "saturday" : "workday";
}

/** Midnights of the year by their number, in local time as if it were UTC. */
const DAYS = Array.from({ length: 365 }, (_, day) => Date.UTC(YEAR, 0, 1) + day * DAY_MS);
/** Summer time, by which clocks and the profile go: from 29 March to 25 October. */
const offsetMs = (localMs: number): number =>
  localMs >= Date.UTC(YEAR, 2, 29) && localMs < Date.UTC(YEAR, 9, 25) ? 2 * HOUR_MS : HOUR_MS;

/** Households of one to five as there are in Germany (Statistisches Bundesamt, Mikrozensus 2023: 41, 34, 12, 10 and 3 %). */
function homeOf(at: number): LoadProfile {
  const random = seededRandom(`h0-${at}`);
  const draw = random.next();
  const occupants = 1 + [0.41, 0.75, 0.87, 0.97].filter((limit) => draw >= limit).length;
  return {
    seed: `h0-${at}`,
    occupants,
    baseW: Math.max(40, Math.round(random.normal(90, 30))),
    fridgeW: random.integer(70, 120),
    fridgePeriodMs: random.integer(35, 60) * 60_000,
    applianceShare: 1,
    utcOffsetMs: 0,
  };
}

/** Mean power of a thousand homes in each hour, each on a day of its own, in W. */
function modelled(season: Season, kind: Kind): readonly number[] {
  const days = DAYS.filter((day) => seasonOf(day) === season && kindOf(day) === kind);
  const hours = new Array<number>(24).fill(0);
  for (let home = 0; home < HOMES; home++) {
    const localMs = days[(home * 7) % days.length] ?? 0;
    const utcOffsetMs = offsetMs(localMs);
    const load = householdLoad({ ...homeOf(home), utcOffsetMs });
    for (let sample = 0; sample < SAMPLES; sample++) {
      const time = epochMs(localMs - utcOffsetMs + ((sample + 0.5) * DAY_MS) / SAMPLES);
      const hour = Math.floor(sample / SAMPLES_PER_HOUR);
      hours[hour] = (hours[hour] ?? 0) + load(time) / SAMPLES_PER_HOUR / HOMES;
    }
  }
  return hours;
}

/** The dynamic profile, as a mean over the days of a season. */
function published(season: Season, kind: Kind): readonly number[] {
  const factors = DAYS.flatMap((day, at) => (seasonOf(day) === season ? [dynamics(at + 1)] : []));
  const factor = factors.reduce((sum, value) => sum + value, 0) / factors.length;
  return H0[season][kind].map((powerW) => powerW * factor);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [meanOf(one), meanOf(other)];
  const product = (x: readonly number[], y: readonly number[], p: number, q: number): number =>
    x.reduce((sum, value, at) => sum + (value - p) * ((y[at] ?? 0) - q), 0);
  return product(one, other, a, b) / Math.sqrt(product(one, one, a, a) * product(other, other, b, b));
}

describe("a thousand households together", () => {
  const cases = (["winter", "transition", "summer"] as const).flatMap((season) =>
    (["workday", "saturday", "sunday"] as const).map((kind) => {
      return { season, kind, homes: modelled(season, kind), profile: published(season, kind) };
    }),
  );
  /** One factor for all seasons and days: how much such a household takes in a year. */
  const weight = (kind: Kind): number => (kind === "workday" ? 5 : 1);
  const total = (which: "homes" | "profile"): number =>
    cases.reduce((sum, one) => sum + weight(one.kind) * meanOf(one[which]), 0);
  const scale = total("homes") / total("profile");

  test.each(cases)("are used as the standard profile H0 says: $season, $kind", ({ homes, profile }) => {
    const expected = profile.map((powerW) => powerW * scale);
    const deviation = meanOf(homes.map((powerW, hour) => Math.abs(powerW - (expected[hour] ?? 0))));
    expect(correlation(homes, expected)).toBeGreaterThan(0.98);
    expect(deviation / meanOf(expected)).toBeLessThan(0.07);
    expect(Math.abs(meanOf(homes) / meanOf(expected) - 1)).toBeLessThan(0.05);
  });

  test("take what a household does in a year: 2,500 to 3,500 kWh", () => {
    expect(scale * 1_000).toBeGreaterThan(2_500);
    expect(scale * 1_000).toBeLessThan(3_500);
  });
});
