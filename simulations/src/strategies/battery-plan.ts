import assert from "node:assert/strict";
import type { Column, LinearSolver } from "@commonwatt/market";

/** What a plan for a home's battery starts from; the arrays by step. */
export interface PlanInput {
  /** Expected consumption less production of each step, in Wh. */
  readonly netLoadWh: readonly number[];
  /** Mean prices of each step, in micro per kWh. */
  readonly retailPrice: readonly number[];
  readonly feedInPrice: readonly number[];
  /** Most energy that a step moves, in Wh; what the battery may give can differ, as it shares its inverter. */
  readonly chargeMaxWh: number;
  readonly dischargeMaxWh: readonly number[];
  readonly importMaxWh: number;
  readonly exportMaxWh: number;
  /** Above what stays in the battery, in Wh. */
  readonly storedWh: number;
  readonly roomWh: number;
  /** Shares of the energy that reach the store, and that come out again. */
  readonly chargeEfficiency: number;
  readonly dischargeEfficiency: number;
}

/** What the battery does, and what it is worth. */
export interface BatteryPlan {
  /** Into the battery less out of it in each step, in Wh. */
  readonly chargedWh: readonly number[];
  /** What a kWh in the battery is worth now, in micro. */
  readonly storedPrice: number;
  /** What the home pays its retailer over the horizon, in nano, less what is left in the battery at the end. */
  readonly costNano: number;
}

/** Makes up for a house that is not served being worth nothing: many times any price. */
const SERVED_PRICE = 1e9;
/** Against moving energy for nothing, in micro per kWh. */
const WEAR_PRICE = 1;
const TOLERANCE_WH = 1e-3;

/**
 * The cheapest way for a home with a battery through the hours to come, alone with its retailer: a linear program that always has
 * a solution, as serving the house is a quantity too, worth far more than it can cost. What is left at the end is
 * worth the last feed-in price. The plan is checked against the battery before it is used.
 * @throws AssertionError when the solver's plan is none that the battery can follow.
 */
export function planBattery(input: PlanInput, solver: LinearSolver): BatteryPlan {
  const { netLoadWh, retailPrice, feedInPrice, dischargeMaxWh } = input;
  const steps = netLoadWh.length;
  const columns: Column[] = [];
  const add = (worth: number, max: number, entries: Column["entries"]): number =>
    columns.push({ worth, max, entries }) - 1;
  const endPrice = (feedInPrice.at(-1) ?? 0) * input.dischargeEfficiency;
  // Row k: the house in step k; row steps + k: the store in step k.
  add(0, input.storedWh, [[steps, 1]]);
  const moved = netLoadWh.map((loadWh, k) => {
    const [house, store] = [k, steps + k];
    if (loadWh > 0) add(SERVED_PRICE, loadWh, [[house, -1]]);
    else add(0, -loadWh, [[house, 1]]);
    add(-(retailPrice[k] as number), input.importMaxWh, [[house, 1]]);
    add(feedInPrice[k] as number, input.exportMaxWh, [[house, -1]]);
    const isLast = k === steps - 1;
    add(
      isLast ? endPrice : 0,
      input.roomWh,
      isLast
        ? [[store, -1]]
        : [
            [store, -1],
            [store + 1, 1],
          ],
    );
    return {
      charge: add(-WEAR_PRICE, input.chargeMaxWh, [
        [house, -1],
        [store, input.chargeEfficiency],
      ]),
      discharge: add(0, dischargeMaxWh[k] as number, [
        [house, 1],
        [store, -1 / input.dischargeEfficiency],
      ]),
    };
  });
  const { values, rowDuals, objective } = solver.solve({ rowCount: 2 * steps, columns });
  const chargedWh = moved.map(({ charge, discharge }) => (values[charge] ?? 0) - (values[discharge] ?? 0));
  checkPlan(input, chargedWh);
  const servedNano = SERVED_PRICE * netLoadWh.reduce((sum, loadWh) => sum + Math.max(0, loadWh), 0);
  return { chargedWh, storedPrice: -(rowDuals[steps] ?? 0), costNano: servedNano - objective };
}

/** Follows the plan through the battery. */
function checkPlan(input: PlanInput, chargedWh: readonly number[]): void {
  let storedWh = input.storedWh;
  for (const [k, energyWh] of chargedWh.entries()) {
    const most = energyWh > 0 ? input.chargeMaxWh : (input.dischargeMaxWh[k] as number);
    assert(Math.abs(energyWh) <= most + TOLERANCE_WH, "a plan moves no more than the battery can");
    storedWh += energyWh > 0 ? energyWh * input.chargeEfficiency : energyWh / input.dischargeEfficiency;
    assert(storedWh >= -TOLERANCE_WH, "a plan takes no more than is stored");
    storedWh = Math.min(storedWh, input.roomWh);
  }
}
