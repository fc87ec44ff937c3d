import { CommonwattError, INTERVAL_MINUTES, intervalLength } from "@commonwatt/vpp-core";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import type { BatteryColumns, Neighbourhood } from "./neighbourhood.ts";

/** Most energy that one home may move in an interval, in Wh: with any price, a year of it stays exact. */
const HOME_ENERGY_MAX_WH = 1_000_000;
/** Money and energy are counted exactly up to here; what a run could come to at most must stay below. */
const EXACT_MAX = Number.MAX_SAFE_INTEGER;
/** The most that a price may be, either way: 100 per kWh. */
const PRICE_MAX = 100_000_000;

/** What was found sound; nobody writes into a neighbourhood's columns after it was made. */
const sound = new WeakSet<Neighbourhood>();

/**
 * Checks that a neighbourhood is one and that everything it can come to is counted exactly. Throws a
 * `CommonwattError` `SIMULATION_NEIGHBOURHOOD_INVALID` that says which column is wrong where.
 */
export function checkNeighbourhood(neighbourhood: Neighbourhood): void {
  if (sound.has(neighbourhood)) return;
  const { siteIds, intervals, intervalMinutes, startMs, feePpm } = neighbourhood;
  const homes = siteIds.length;
  require(homes > 0, "siteIds", "there must be a home");
  require(INTERVAL_MINUTES.includes(
    intervalMinutes,
  ), "intervalMinutes", `must be one of ${INTERVAL_MINUTES.join(", ")}, got ${intervalMinutes}`);
  require(startMs % intervalLength(intervalMinutes) ===
    0, "startMs", "must be on the boundary of an interval");
  require(Number.isSafeInteger(intervals) &&
    intervals > 0, "intervals", `must be an integer above 0, got ${intervals}`);
  require(Number.isInteger(feePpm) &&
    feePpm >= 0 &&
    feePpm <= 1_000_000, "feePpm", `must be an integer of 0 to 1000000, got ${feePpm}`);
  for (let home = 1; home < homes; home++) {
    const [before, id] = [siteIds[home - 1] as string, siteIds[home] as string];
    require(before < id, "siteIds", before === id
      ? `two homes are called ${id}`
      : `must ascend, but ${id} follows ${before}`);
  }
  require(neighbourhood.strategies.length ===
    homes, "strategies", `must hold one for each of ${homes} homes`);
  for (const name of neighbourhood.strategies) {
    require(Object.hasOwn(
      STRATEGIES,
      name,
    ), "strategies", `no strategy is called ${name}; there are ${Object.keys(STRATEGIES).join(", ")}`);
  }
  const loadMaxWh = checkColumn("loadWh", neighbourhood.loadWh, intervals * homes, 0, HOME_ENERGY_MAX_WH);
  const pvMaxWh = checkColumn("pvWh", neighbourhood.pvWh, intervals * homes, 0, HOME_ENERGY_MAX_WH);
  const powerMaxW = (HOME_ENERGY_MAX_WH * 60) / intervalMinutes;
  checkColumn("importPowerMaxW", neighbourhood.importPowerMaxW, homes, 0, powerMaxW);
  checkColumn("exportPowerMaxW", neighbourhood.exportPowerMaxW, homes, 0, powerMaxW);
  const priceMax = Math.max(
    checkColumn("retailPrice", neighbourhood.retailPrice, intervals, -PRICE_MAX, PRICE_MAX),
    checkColumn("feedInPrice", neighbourhood.feedInPrice, intervals, -PRICE_MAX, PRICE_MAX),
  );
  for (let t = 0; t < intervals; t++) {
    const isTariff = (neighbourhood.feedInPrice[t] as number) <= (neighbourhood.retailPrice[t] as number);
    require(isTariff, `feedInPrice[${t}]`, "must not be above the retail price: energy could be sold in a circle");
  }
  const { carbonGPerKwh } = neighbourhood;
  if (carbonGPerKwh !== null)
    require(carbonGPerKwh.length === intervals, "carbonGPerKwh", `must hold ${intervals} values`);
  const batteryMaxW = checkBatteries(neighbourhood.batteries, homes, powerMaxW);
  checkExact(neighbourhood, loadMaxWh + pvMaxWh + (batteryMaxW * intervalMinutes) / 60, priceMax);
  sound.add(neighbourhood);
}

/** Answers the highest power that any of them has. */
function checkBatteries(batteries: BatteryColumns, homes: number, powerMaxW: number): number {
  const capacityMax = 100 * HOME_ENERGY_MAX_WH;
  for (const name of ["capacityWh", "storedMinWh", "storedMaxWh", "startStoredWh", "reserveWh"] as const) {
    checkColumn(`batteries.${name}`, batteries[name], homes, 0, capacityMax);
  }
  let highestW = 0;
  for (const name of ["chargePowerMaxW", "dischargePowerMaxW", "inverterPowerMaxW"] as const) {
    highestW = Math.max(highestW, checkColumn(`batteries.${name}`, batteries[name], homes, 0, powerMaxW));
  }
  for (const name of ["chargeEfficiencyPermille", "dischargeEfficiencyPermille"] as const) {
    checkColumn(`batteries.${name}`, batteries[name], homes, 1, 1_000);
  }
  for (const name of ["standbyLossW", "workingLossW", "fullPowerLossW"] as const) {
    checkColumn(`batteries.${name}`, batteries[name], homes, 0, powerMaxW);
  }
  checkColumn("batteries.cellTemperatureC", batteries.cellTemperatureC, homes, -50, 100);
  checkColumn("batteries.replacementPricePerKwh", batteries.replacementPricePerKwh, homes, 0, 1_000_000);
  for (let home = 0; home < homes; home++) {
    const [capacityWh, minWh, maxWh, startWh, reserveWh] = [
      batteries.capacityWh,
      batteries.storedMinWh,
      batteries.storedMaxWh,
      batteries.startStoredWh,
      batteries.reserveWh,
    ].map((column) => column[home] as number) as [number, number, number, number, number];
    require(minWh <= maxWh &&
      maxWh <= capacityWh, `batteries[${home}]`, "storedMinWh ≤ storedMaxWh ≤ capacityWh must hold");
    require(startWh <= capacityWh &&
      reserveWh <=
        capacityWh, `batteries[${home}]`, "startStoredWh and reserveWh must not be above capacityWh");
  }
  return highestW;
}

/** What everybody moves in the worst interval, and one home in all of them, at the highest price. */
function checkExact({ siteIds, intervals }: Neighbourhood, homeMaxWh: number, priceMax: number): void {
  const mostNano = 4 * homeMaxWh * Math.max(1, priceMax) * Math.max(siteIds.length, intervals);
  const isExact = mostNano < EXACT_MAX;
  require(isExact, "loadWh, pvWh, batteries and prices", "together could come to sums that are no longer exact");
}

/** Answers the largest magnitude in the column. */
function checkColumn(name: string, column: Int32Array, length: number, min: number, max: number): number {
  require(column.length === length, name, `must hold ${length} values, got ${column.length}`);
  let [lowest, highest] = [max, min];
  for (let i = 0; i < length; i++) {
    const value = column[i] as number;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (lowest < min || highest > max) {
    const at = column.findIndex((value) => value < min || value > max);
    require(false, `${name}[${at}]`, `must be ${min} to ${max}, got ${column[at]}`);
  }
  return Math.max(Math.abs(lowest), Math.abs(highest));
}

function require(holds: boolean, where: string, what: string): void {
  if (holds) return;
  throw new CommonwattError("SIMULATION_NEIGHBOURHOOD_INVALID", `${where}: ${what}`, { details: { where } });
}
