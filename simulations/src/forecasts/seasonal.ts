import { isWeekend } from "../models/weekday.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { type Forecast, type ForecastRun, firstKnownDay } from "./forecast.ts";

const MINUTES_PER_DAY = 1_440;
const MINUTE_MS = 60_000;
/** So many days are averaged, found among so many before. */
const DAYS = 7;
const DAYS_BACK = 28;

/**
 * The mean of the same time of day: of the load over the last seven days of the kind, weekday or weekend, in four
 * weeks; of PV over the last seven days. Before a day of the kind is known any day counts, and on the first day
 * the last interval.
 */
export const seasonal: Forecast = {
  name: "seasonal",
  begin: (neighbourhood) => new SeasonalRun(neighbourhood),
};

class SeasonalRun implements ForecastRun {
  readonly #neighbourhood: Neighbourhood;
  readonly #perDay: number;
  /** The intervals that the last one was averaged over. */
  readonly #ofKind: number[] = [];
  readonly #ofAnyKind: number[] = [];

  constructor(neighbourhood: Neighbourhood) {
    this.#neighbourhood = neighbourhood;
    this.#perDay = MINUTES_PER_DAY / neighbourhood.intervalMinutes;
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
    this.#lookBack(now, of);
    const [ofKind, ofAnyKind] = [this.#ofKind, this.#ofAnyKind];
    this.#mean(loadWh, ofKind, fromHome, toHome, expectedLoadWh);
    this.#mean(pvWh, ofAnyKind, fromHome, toHome, expectedPvWh);
    return true;
  }

  #lookBack(now: number, of: number): void {
    const [ofKind, ofAnyKind, perDay] = [this.#ofKind, this.#ofAnyKind, this.#perDay];
    ofKind.length = 0;
    ofAnyKind.length = 0;
    const first = firstKnownDay(now, of, perDay);
    const isWeekend = this.#isWeekend(of);
    for (let day = first; day < first + DAYS_BACK && ofKind.length < DAYS; day++) {
      const before = of - day * perDay;
      if (before < 0) break;
      if (ofAnyKind.length < DAYS) ofAnyKind.push(before);
      if (this.#isWeekend(before) === isWeekend) ofKind.push(before);
    }
    if (ofAnyKind.length === 0) ofAnyKind.push(now - 1);
    if (ofKind.length === 0) ofKind.push(...ofAnyKind);
  }

  /** Whether an interval begins on a Saturday or Sunday of the homes' clock. */
  #isWeekend(interval: number): boolean {
    const { startMs, intervalMinutes, utcOffsetMinutes } = this.#neighbourhood;
    return isWeekend(startMs + (interval * intervalMinutes + utcOffsetMinutes) * MINUTE_MS);
  }

  #mean(
    column: Int32Array,
    over: readonly number[],
    fromHome: number,
    toHome: number,
    expectedWh: Int32Array,
  ): void {
    const homes = this.#neighbourhood.siteIds.length;
    expectedWh.fill(0, fromHome, toHome);
    for (const interval of over) {
      const base = interval * homes;
      for (let home = fromHome; home < toHome; home++) {
        expectedWh[home] = (expectedWh[home] as number) + (column[base + home] as number);
      }
    }
    for (let home = fromHome; home < toHome; home++) {
      expectedWh[home] = Math.round((expectedWh[home] as number) / over.length);
    }
  }
}
