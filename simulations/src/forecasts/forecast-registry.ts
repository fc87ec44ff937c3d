import { analogue } from "./analogue.ts";
import type { Forecast, ForecastName } from "./forecast.ts";
import { perfect } from "./perfect.ts";
import { persistence } from "./persistence.ts";
import { seasonal } from "./seasonal.ts";

/** Every forecast by its name. A new one has its line here. */
export const FORECASTS: Readonly<Record<ForecastName, Forecast>> = {
  perfect,
  persistence,
  seasonal,
  analogue,
};
