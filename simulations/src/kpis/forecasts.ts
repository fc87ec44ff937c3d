import type { ForecastColumns, HomeColumns } from "../engine/simulation-result.ts";
import { type Kpi, type KpiGroup, type KpiInput, type Missing, totalOf } from "./kpi.ts";

/** Pinball losses are summed up ten times, over three quantiles. */
export const PINBALL_TENTHS = 30;

const KOENKER = "Koenker and Bassett 1978, Econometrica 46:33";
const NOTHING = "nothing was expected of any interval";
const NO_PV = "no home has modules";
const NO_SPREAD = "the forecast names one number, and no spread";

/** Of which homes: all, or those with modules. */
type Of = "load" | "pv";
type Columns = Omit<HomeColumns, "siteIds"> & Omit<ForecastColumns, "intervals">;

const WHOSE = {
  load: "over homes and the intervals that they bid for",
  pv: "over homes with modules and the intervals that they bid for",
} as const;

/** How good the forecasts were that homes bid by. */
export const FORECASTS: KpiGroup = {
  title: "Forecasts",
  kpis: [
    error("loadMae", "load", "loadErrorWh"),
    bias("loadBias", "load", "loadBiasWh"),
    pinball("loadPinball", "load", "loadPinballTenthsWh"),
    inside("loadInside", "load", "loadInside"),
    error("pvMae", "pv", "pvErrorWh"),
    bias("pvBias", "pv", "pvBiasWh"),
    pinball("pvPinball", "pv", "pvPinballTenthsWh"),
    inside("pvInside", "pv", "pvInside"),
  ],
};

function error(name: string, of: Of, column: keyof Columns): Kpi {
  const definition = `Mean ${WHOSE[of]} of how far reality was from what was expected, from \`${column}\`.`;
  return { name, unit: "Wh", definition, source: "–", of: (input) => mean(input, of, column) };
}

function bias(name: string, of: Of, column: keyof Columns): Kpi {
  const definition = `Mean ${WHOSE[of]} of expected − real; above 0 too much was expected.`;
  return { name, unit: "Wh", definition, source: "–", of: (input) => mean(input, of, column) };
}

function pinball(name: string, of: Of, column: keyof Columns): Kpi {
  const definition =
    `Mean ${WHOSE[of]}, and over the quantiles τ of 0.1, 0.5 and 0.9, of the pinball loss: τ for each Wh that reality ` +
    "lies above the quantile, 1 − τ for each below. A forecast that names one number claims it for all three, and has half its MAE.";
  return {
    ...{ name, unit: "Wh", definition, source: KOENKER },
    of: (input) => mean(input, of, column, PINBALL_TENTHS),
  };
}

function inside(name: string, of: Of, column: keyof Columns): Kpi {
  const definition = `How often, ${WHOSE[of]}, reality lay between the quantiles 0.1 and 0.9; 0.8 is meant.`;
  return {
    ...{ name, unit: "share", definition, source: "–" },
    of: (input) => {
      const isPoint =
        totalOf(input.result.forecasts.loadInside) + totalOf(input.result.forecasts.pvInside) === 0n;
      return isPoint ? { reason: NO_SPREAD } : mean(input, of, column);
    },
  };
}

function mean({ result }: KpiInput, of: Of, column: keyof Columns, times = 1): number | Missing {
  const { intervals, ...scores } = result.forecasts;
  const sums = { ...result.homes, ...scores }[column];
  let [sum, count] = [0, 0];
  for (let home = 0; home < sums.length; home++) {
    if (of === "pv" && result.homes.pvWh[home] === 0) continue;
    sum += sums[home] as number;
    count += intervals[home] as number;
  }
  if (count > 0) return sum / (times * count);
  return { reason: of === "pv" && totalOf(result.homes.pvWh) === 0n ? NO_PV : NOTHING };
}
