import { none } from "./none.ts";
import { selfConsumption } from "./self-consumption.ts";
import type { Strategy } from "./strategy.ts";
import type { StrategyName } from "./strategy-name.ts";
import { truthful } from "./truthful.ts";

/** Every strategy by its name. A new one has its line here. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  none,
  "self-consumption": selfConsumption,
  truthful,
};
