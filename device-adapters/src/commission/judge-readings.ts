import type { Check, PointName } from "@commonwatt/vpp-core";
import { goodValues, mean, type Sample } from "./step-data.ts";

/** Noise of a sleeping inverter. */
const NIGHT_POWER_MAX_W = 20;
/** What meters and inverters that are read one after the other may differ by. */
const LOAD_TOLERANCE_W = 100;
/** Below this, an inverter's own use hides what it passes on. */
const PV_TELLING_W = 200;
const GRID_TELLING_W = 100;

/** Checks readings of a home without a commandable battery; what the devices do not report is left out. */
export function checksOnReadings(samples: readonly Sample[], isNight: boolean): readonly Check[] {
  return [
    ...pvChecks(samples, isNight),
    ...inverterChecks(samples),
    ...loadChecks(samples),
    ...counterChecks(samples),
  ];
}

function atLeast(name: string, value: number, target: number): Check {
  return { name, value, target: `>=${target}`, holds: value >= target };
}

function atMost(name: string, value: number, target: number): Check {
  return { name, value, target: `<=${target}`, holds: value <= target };
}

function pvChecks(samples: readonly Sample[], isNight: boolean): readonly Check[] {
  const pv = goodValues(samples, "pvPowerW");
  if (pv.length === 0) return [];
  const [rating = null] = goodValues(samples, "inverterPowerMaxW");
  return [
    atLeast("pvNotNegativeW", Math.min(...pv), 0),
    ...(isNight ? [atMost("pvAtNightW", Math.max(...pv), NIGHT_POWER_MAX_W)] : []),
    // Roofs are built larger than their inverter, but not by a factor of ten.
    ...(rating === null || rating <= 0 ? [] : [atMost("pvWithinRatingW", Math.max(...pv), 2 * rating)]),
  ];
}

/** Without a battery, what the sun gives comes out of the inverter. */
function inverterChecks(samples: readonly Sample[]): readonly Check[] {
  const pvW = mean(goodValues(samples, "pvPowerW"));
  const acW = mean(goodValues(samples, "inverterPowerW"));
  const hasBattery = goodValues(samples, "batteryPowerW").length > 0;
  if (hasBattery || pvW === null || acW === null || pvW < PV_TELLING_W) return [];
  const value = Number((acW / pvW).toFixed(2));
  return [{ name: "inverterPerPv", value, target: "0.8..1.1", holds: value >= 0.8 && value <= 1.1 }];
}

/** What flows into the house from grid and inverter together is its load: it cannot be negative. */
function loadChecks(samples: readonly Sample[]): readonly Check[] {
  const loads = samples.flatMap((sample) => {
    const [grid = null] = goodValues([sample], "gridPowerW");
    const [inverter = null] = goodValues([sample], "inverterPowerW");
    return grid === null || inverter === null ? [] : [grid + inverter];
  });
  return loads.length === 0 ? [] : [atLeast("houseLoadW", Math.min(...loads), -LOAD_TOLERANCE_W)];
}

function counterChecks(samples: readonly Sample[]): readonly Check[] {
  const counters: readonly PointName[] = ["gridImportWh", "gridExportWh"];
  const falls = counters.flatMap((name) => {
    const values = goodValues(samples, name);
    return values.length < 2 ? [] : [values.filter((value, at) => value < (values[at - 1] ?? value)).length];
  });
  if (falls.length === 0) return [];
  const fallen = falls.reduce((sum, each) => sum + each, 0);
  return [atMost("counterFalls", fallen, 0), ...directionChecks(samples)];
}

/** While a home imports, its export counter must stand still, and the other way round. */
function directionChecks(samples: readonly Sample[]): readonly Check[] {
  const grid = goodValues(samples, "gridPowerW");
  const imports = grid.length > 0 && grid.every((value) => value > GRID_TELLING_W);
  const exports = grid.length > 0 && grid.every((value) => value < -GRID_TELLING_W);
  if (!imports && !exports) return [];
  const values = goodValues(samples, imports ? "gridExportWh" : "gridImportWh");
  const [first = null, last = null] = [values.at(0) ?? null, values.at(-1) ?? null];
  if (first === null || last === null) return [];
  return [atMost(imports ? "exportedWhileImportingWh" : "importedWhileExportingWh", last - first, 1)];
}
