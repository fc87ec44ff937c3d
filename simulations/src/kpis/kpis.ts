import { CLIMATE } from "./climate.ts";
import { ENERGY } from "./energy.ts";
import { FAIRNESS } from "./fairness.ts";
import { FLEXIBILITY } from "./flexibility.ts";
import { FORECASTS } from "./forecasts.ts";
import { GRID } from "./grid.ts";
import { INCENTIVES } from "./incentives.ts";
import type { KpiGroup, KpiInput, KpiValue } from "./kpi.ts";
import { MARKET } from "./market.ts";
import { SAVINGS } from "./savings.ts";
import { STORAGE } from "./storage.ts";

/** Every figure, in the order in which reports show them. A new group has its line here. */
export const KPI_GROUPS: readonly KpiGroup[] = [
  ENERGY,
  MARKET,
  INCENTIVES,
  SAVINGS,
  FAIRNESS,
  GRID,
  STORAGE,
  FLEXIBILITY,
  FORECASTS,
  CLIMATE,
];

/** All figures of a run. */
export function kpisOf(input: KpiInput): readonly KpiValue[] {
  return KPI_GROUPS.flatMap(({ kpis }) =>
    kpis.map(({ name, unit, of }) => {
      const found = of(input);
      return typeof found === "number"
        ? { name, unit, value: found, reason: null }
        : { name, unit, value: null, reason: found.reason };
    }),
  );
}
