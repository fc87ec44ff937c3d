import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { quantile } from "../runs/confidence.ts";
import { type Forecast, type ForecastRun, type ForecastSpread, firstKnownDay } from "./forecast.ts";

const MINUTES_PER_DAY = 1_440;
/** Where times like this one are looked for: so many days back, at most so many intervals earlier or later. */
const DAYS_BACK = 28;
const SHIFT = 1;
/** What makes a time alike: the last intervals before it. The weights are 1, 1/2 and 1/3, as whole numbers. */
const WEIGHTS = [6, 3, 2] as const;
/** As many are taken; with fewer than the least the last interval is all there is. */
const NEAREST = 15;
const NEAREST_LEAST = 3;

/**
 * What came after times like this one, an analogue ensemble (Delle Monache and others 2013, Monthly Weather Review
 * 141:3498; nearest neighbours of a path: Yakowitz 1987, Journal of Time Series Analysis 8:235). Of the last four weeks,
 * about this time of day, it takes the fifteen moments before which the home's last three intervals were most
 * like now, and what each was followed by. Half of what now is above or below such a moment is added, and half of that
 * again with each interval further ahead. The median is expected; the quantiles 0.1 and 0.9 say how sure it is.
 * It keeps nothing: the columns up to `now` are its memory.
 */
export const analogue: Forecast = {
  name: "analogue",
  begin: (neighbourhood) => new AnalogueRun(neighbourhood),
};

class AnalogueRun implements ForecastRun {
  readonly spread: ForecastSpread;
  readonly #neighbourhood: Neighbourhood;
  readonly #perDay: number;
  /** The nearest so far, nearest first: how far each is, and what followed it. */
  readonly #distances = new Float64Array(NEAREST);
  readonly #followers = new Float64Array(NEAREST);
  #count = 0;

  constructor(neighbourhood: Neighbourhood) {
    const column = (): Int32Array => new Int32Array(neighbourhood.siteIds.length);
    this.#neighbourhood = neighbourhood;
    this.#perDay = MINUTES_PER_DAY / neighbourhood.intervalMinutes;
    this.spread = { loadLowWh: column(), loadHighWh: column(), pvLowWh: column(), pvHighWh: column() };
  }

  expect(
    now: number,
    of: number,
    fromHome: number,
    toHome: number,
    expectedLoadWh: Int32Array,
    expectedPvWh: Int32Array,
  ): boolean {
    if (now === 0) return false;
    const { loadWh, pvWh } = this.#neighbourhood;
    const { loadLowWh, loadHighWh, pvLowWh, pvHighWh } = this.spread;
    for (let home = fromHome; home < toHome; home++) {
      this.#findNearest(loadWh, home, now, of);
      expectedLoadWh[home] = this.#quantile(0.5);
      if (of === now) {
        loadLowWh[home] = this.#quantile(0.1);
        loadHighWh[home] = this.#quantile(0.9);
      }
      this.#findNearest(pvWh, home, now, of);
      expectedPvWh[home] = this.#quantile(0.5);
      if (of === now) {
        pvLowWh[home] = this.#quantile(0.1);
        pvHighWh[home] = this.#quantile(0.9);
      }
    }
    return true;
  }

  /** Finds what followed the moments most like `now`, and leaves it rising. */
  #findNearest(column: Int32Array, home: number, now: number, of: number): void {
    const homes = this.#neighbourhood.siteIds.length;
    const perDay = this.#perDay;
    const at = (interval: number): number => column[interval * homes + home] as number;
    const last = at(now - 1);
    const [second, third] = now < WEIGHTS.length ? [last, last] : [at(now - 2), at(now - 3)];
    const lead = of - now;
    const follow = 0.5 ** (lead + 1);
    const first = firstKnownDay(now, of, perDay);
    this.#count = 0;
    for (let day = first; day < first + DAYS_BACK; day++) {
      for (let shift = -SHIFT; shift <= SHIFT; shift++) {
        const followed = of - day * perDay + shift;
        const moment = followed - lead;
        if (followed >= now || moment < WEIGHTS.length) continue;
        const before = at(moment - 1);
        const distance =
          WEIGHTS[0] * Math.abs(last - before) +
          WEIGHTS[1] * Math.abs(second - at(moment - 2)) +
          WEIGHTS[2] * Math.abs(third - at(moment - 3));
        this.#offer(distance, at(followed) + (last - before) * follow);
      }
    }
    if (this.#count >= NEAREST_LEAST) this.#sort();
    else {
      this.#followers[0] = last;
      this.#count = 1;
    }
  }

  /** Takes a moment among the nearest, if it is one. Of two equally near the one that was found first is nearer. */
  #offer(distance: number, follower: number): void {
    const [distances, followers] = [this.#distances, this.#followers];
    let to = this.#count;
    if (to === NEAREST) {
      if (distance >= (distances[NEAREST - 1] as number)) return;
      to = NEAREST - 1;
    } else this.#count += 1;
    for (; to > 0 && (distances[to - 1] as number) > distance; to--) {
      distances[to] = distances[to - 1] as number;
      followers[to] = followers[to - 1] as number;
    }
    distances[to] = distance;
    followers[to] = follower;
  }

  /** Puts what followed in rising order; of so few by insertion. */
  #sort(): void {
    const followers = this.#followers;
    for (let from = 1; from < this.#count; from++) {
      const follower = followers[from] as number;
      let to = from;
      for (; to > 0 && (followers[to - 1] as number) > follower; to--)
        followers[to] = followers[to - 1] as number;
      followers[to] = follower;
    }
  }

  #quantile(share: number): number {
    return Math.max(0, Math.round(quantile(this.#followers, share, this.#count)));
  }
}
