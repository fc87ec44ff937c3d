import type { ForecastSpread } from "../forecasts/forecast.ts";
import type { BiddingMoment } from "../strategies/bidding-moment.ts";
import type { ForecastColumns, HomeColumns } from "./simulation-result.ts";

/** Notes how good the forecast of an interval was for a home, by the definitions of the scores. */
export function scoreHome(
  homes: HomeColumns,
  scores: ForecastColumns,
  home: number,
  { expectedLoadWh, expectedPvWh }: BiddingMoment,
  spread: ForecastSpread | undefined,
  realLoadWh: number,
  realPvWh: number,
): void {
  const add = (column: Float64Array, value: number): void => {
    column[home] = (column[home] as number) + value;
  };
  const at = (column: Int32Array): number => column[home] as number;
  const [load, pv] = [at(expectedLoadWh), at(expectedPvWh)];
  const [loadLow, loadHigh] =
    spread === undefined ? [load, load] : [at(spread.loadLowWh), at(spread.loadHighWh)];
  const [pvLow, pvHigh] = spread === undefined ? [pv, pv] : [at(spread.pvLowWh), at(spread.pvHighWh)];
  add(homes.loadErrorWh, Math.abs(load - realLoadWh));
  add(homes.pvErrorWh, Math.abs(pv - realPvWh));
  add(homes.netLoadErrorWh, Math.abs(load - pv - realLoadWh + realPvWh));
  add(homes.netLoadBiasWh, load - pv - realLoadWh + realPvWh);
  add(scores.intervals, 1);
  add(scores.loadBiasWh, load - realLoadWh);
  add(scores.pvBiasWh, pv - realPvWh);
  add(scores.loadPinballTenthsWh, tenths([loadLow, load, loadHigh], realLoadWh));
  add(scores.pvPinballTenthsWh, tenths([pvLow, pv, pvHigh], realPvWh));
  if (spread === undefined) return;
  add(scores.loadInside, loadLow <= realLoadWh && realLoadWh <= loadHigh ? 1 : 0);
  add(scores.pvInside, pvLow <= realPvWh && realPvWh <= pvHigh ? 1 : 0);
}

function tenths(quantiles: readonly [number, number, number], real: number): number {
  return quantiles.reduce((sum, quantile, i) => {
    const share = [1, 5, 9][i] as number;
    return sum + (real >= quantile ? share * (real - quantile) : (10 - share) * (quantile - real));
  }, 0);
}
