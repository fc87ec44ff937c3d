import { epochMs, type Forecaster, roundToWatts, wattHours } from "@commonwatt/vpp-core";
import { forecastPvW, measuredSkyIndex, typicalLoadW } from "./forecast.ts";
import type { StreetHome } from "./street.ts";

/** How much of a recent deviation from the typical load is expected to last into the next interval. */
const LOAD_PERSISTENCE = 0.5;
/** Points of an interval at which the forecast is taken. */
const SAMPLES = 3;

/**
 * Forecasts a home's intervals: the sky as it was lately, moved along with the sun; the load halfway between
 * what it has been lately and what is typical at that time.
 */
export function streetForecaster(home: StreetHome): Forecaster {
  return (interval, recent) => {
    const lengthMs = interval.endMs - interval.startMs;
    const skyIndex = measuredSkyIndex(home, recent.takenAtMs, roundToWatts(recent.pvPowerW));
    const deviationW = recent.loadPowerW - typicalLoadW(home, recent.takenAtMs);
    let pvW = 0;
    let loadW = 0;
    for (let i = 0; i < SAMPLES; i++) {
      const time = epochMs(interval.startMs + ((i + 0.5) / SAMPLES) * lengthMs);
      pvW += forecastPvW(home, time, skyIndex) / SAMPLES;
      loadW += Math.max(0, typicalLoadW(home, time) + LOAD_PERSISTENCE * deviationW) / SAMPLES;
    }
    const hours = lengthMs / 3_600_000;
    return { pvWh: wattHours(Math.round(pvW * hours)), loadWh: wattHours(Math.round(loadW * hours)) };
  };
}
