import type { ForecastSpread } from "../forecasts/forecast.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { BiddingMoment } from "../strategies/bidding-moment.ts";
import type { ResultColumns } from "./columns.ts";

/** A forecast that names one number claims it for all quantiles: 10 times its losses at 0.1, 0.5 and 0.9. */
const POINT_TENTHS = 15;

/**
 * Ten times the pinball losses at 0.1, 0.5 and 0.9 (Koenker and Bassett 1978, Econometrica 46:33), a whole number:
 * a quantile τ costs τ for each Wh that reality is above it, and 1 − τ for each below.
 */
function pinballTenths(low: number, median: number, high: number, real: number): number {
  return (
    Math.max(real - low, 9 * (low - real)) +
    5 * Math.abs(real - median) +
    Math.max(9 * (real - high), high - real)
  );
}

/** Notes how far forecasts were off, for the homes `fromHome` to `toHome` − 1. */
export class ForecastScores {
  readonly #neighbourhood: Neighbourhood;
  readonly #columns: ResultColumns;
  readonly #spread: ForecastSpread | undefined;
  readonly #fromHome: number;
  readonly #toHome: number;
  #intervals = 0;

  constructor(
    neighbourhood: Neighbourhood,
    columns: ResultColumns,
    spread: ForecastSpread | undefined,
    fromHome: number,
    toHome: number,
  ) {
    this.#neighbourhood = neighbourhood;
    this.#columns = columns;
    this.#spread = spread;
    this.#fromHome = fromHome;
    this.#toHome = toHome;
  }

  /** Notes how far the forecast of interval `t` was off. */
  add(t: number, moment: BiddingMoment): void {
    const { siteIds, loadWh, pvWh } = this.#neighbourhood;
    const { loadErrorWh, pvErrorWh, netLoadErrorWh, netLoadBiasWh } = this.#columns.homes;
    const { loadBiasWh } = this.#columns.forecasts;
    const { expectedLoadWh, expectedPvWh } = moment;
    const base = t * siteIds.length;
    this.#intervals += 1;
    if (this.#spread !== undefined) this.#addSpread(t, moment, this.#spread);
    for (let home = this.#fromHome; home < this.#toHome; home++) {
      const load = (expectedLoadWh[home] as number) - (loadWh[base + home] as number);
      const pv = (expectedPvWh[home] as number) - (pvWh[base + home] as number);
      if (load === 0 && pv === 0) continue;
      loadErrorWh[home] = (loadErrorWh[home] as number) + Math.abs(load);
      pvErrorWh[home] = (pvErrorWh[home] as number) + Math.abs(pv);
      netLoadErrorWh[home] = (netLoadErrorWh[home] as number) + Math.abs(load - pv);
      netLoadBiasWh[home] = (netLoadBiasWh[home] as number) + (load - pv);
      loadBiasWh[home] = (loadBiasWh[home] as number) + load;
    }
  }

  #addSpread(t: number, { expectedLoadWh, expectedPvWh }: BiddingMoment, spread: ForecastSpread): void {
    const { siteIds, loadWh, pvWh } = this.#neighbourhood;
    const { loadLowWh, loadHighWh, pvLowWh, pvHighWh } = spread;
    const { loadPinballTenthsWh, pvPinballTenthsWh, loadInside, pvInside } = this.#columns.forecasts;
    const base = t * siteIds.length;
    for (let home = this.#fromHome; home < this.#toHome; home++) {
      const [loadLow, loadHigh] = [loadLowWh[home] as number, loadHighWh[home] as number];
      const [pvLow, pvHigh] = [pvLowWh[home] as number, pvHighWh[home] as number];
      const load = loadWh[base + home] as number;
      const pv = pvWh[base + home] as number;
      loadPinballTenthsWh[home] =
        (loadPinballTenthsWh[home] as number) +
        pinballTenths(loadLow, expectedLoadWh[home] as number, loadHigh, load);
      pvPinballTenthsWh[home] =
        (pvPinballTenthsWh[home] as number) + pinballTenths(pvLow, expectedPvWh[home] as number, pvHigh, pv);
      if (load >= loadLow && load <= loadHigh) loadInside[home] = (loadInside[home] as number) + 1;
      if (pv >= pvLow && pv <= pvHigh) pvInside[home] = (pvInside[home] as number) + 1;
    }
  }

  /** Writes what follows from the sums. */
  finish(): void {
    const { homes, forecasts } = this.#columns;
    for (let home = this.#fromHome; home < this.#toHome; home++) {
      const of = (column: Float64Array): number => column[home] as number;
      forecasts.intervals[home] = this.#intervals;
      forecasts.pvBiasWh[home] = of(forecasts.loadBiasWh) - of(homes.netLoadBiasWh);
      if (this.#spread !== undefined) continue;
      forecasts.loadPinballTenthsWh[home] = POINT_TENTHS * of(homes.loadErrorWh);
      forecasts.pvPinballTenthsWh[home] = POINT_TENTHS * of(homes.pvErrorWh);
    }
  }
}
