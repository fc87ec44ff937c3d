import type { Mechanism, MechanismPromises } from "@commonwatt/market";
import { type Check, checkAtMost, checkTrue, checkZero } from "@commonwatt/vpp-core";
import type { HomeColumns, IntervalColumns, SimulationResult } from "../engine/simulation-result.ts";
import type { FeederResult } from "../grid/feeder-run.ts";
import type { RegretSample } from "../kpis/regret-sample.ts";
import { figuresOf } from "../modes/mode-figures.ts";

/** How far a power flow may be from balance, as a share of what homes take and give. */
const RESIDUAL_MAX = 1e-6;

/**
 * Verdicts of a run: money is conserved, and the mechanism keeps what it promises, interval by interval. What a mechanism
 * promises of the operator holds of any part of its trades, but where members share the grid's bill: there it is about
 * all of them, so it is only judged when all that was cleared was delivered and taken.
 */
export function checksOf(
  { promises }: Pick<Mechanism, "promises">,
  result: SimulationResult,
  regret: RegretSample | null,
  feeder: FeederResult | null,
): readonly Check[] {
  const { intervals, homes } = result;
  const isJudged = promises.operator !== "rounding" || isAllSettled(homes);
  return [
    checkTrue("conserved", figuresOf(result).conserved),
    ...(isJudged ? [checkZero("operatorBeyondPromise", intervalsBeyond(intervals, promises.operator))] : []),
    ...(promises.efficient ? [checkZero("welfareLost", welfareLost(intervals))] : []),
    ...(feeder === null ? [] : [checkAtMost("powerBalanceResidual", feeder.residual, RESIDUAL_MAX)]),
    ...(regret?.promised == null ? [] : [checkZero("regretPromisedNano", regret.promised.mostNano)]),
  ];
}

const WITHIN: Readonly<
  Record<MechanismPromises["operator"], (operatorNano: number, filledWh: number) => boolean>
> = {
  zero: (nano) => nano === 0,
  rounding: (nano, filledWh) => nano >= 0 && nano <= filledWh,
  surplus: (nano) => nano >= 0,
  deficit: (nano) => nano <= 0,
};

/** In how many intervals the operator kept or paid what the mechanism says it never does. */
function intervalsBeyond(
  { operatorNano, demandWh, supplyWh }: IntervalColumns,
  promise: MechanismPromises["operator"],
): number {
  return operatorNano.reduce((count, nano, t) => {
    const orderedWh = (demandWh[t] as number) + (supplyWh[t] as number);
    return WITHIN[promise](nano, orderedWh) ? count : count + 1;
  }, 0);
}

function isAllSettled({ soldWh, boughtWh, settledSoldWh, settledBoughtWh }: HomeColumns): boolean {
  return soldWh.every(
    (sold, home) => sold === settledSoldWh[home] && boughtWh[home] === settledBoughtWh[home],
  );
}

function welfareLost({ welfareNano, bestWelfareNano }: IntervalColumns): number {
  return welfareNano.reduce((count, nano, t) => (nano === bestWelfareNano[t] ? count : count + 1), 0);
}
