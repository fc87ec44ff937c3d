import { linearRamp } from "./linear-ramp.ts";
import { none } from "./none.ts";
import { optimiser } from "./optimiser.ts";
import { outside } from "./outside.ts";
import { selfConsumption } from "./self-consumption.ts";
import type { Strategy } from "./strategy.ts";
import type { StrategyName } from "./strategy-name.ts";
import { timeOfUse } from "./time-of-use.ts";
import { truthful } from "./truthful.ts";
import { ziC } from "./zi-c.ts";
import { ziU } from "./zi-u.ts";
import { zip } from "./zip.ts";

/** Every strategy by its name. A new one has its line here. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  none,
  "self-consumption": selfConsumption,
  "time-of-use": timeOfUse,
  "zi-u": ziU,
  "zi-c": ziC,
  zip,
  "linear-ramp": linearRamp,
  truthful,
  optimiser,
  outside,
};
