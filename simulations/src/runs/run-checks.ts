import type { Mechanism, MechanismPromises } from "@commonwatt/market";
import { type Check, checkZero } from "@commonwatt/vpp-core";
import type { IntervalColumns, SimulationResult } from "../engine/simulation-result.ts";
import type { RegretSample } from "../kpis/regret-sample.ts";

/** Verdicts of a run: money is conserved, and the mechanism keeps what it promises, interval by interval. */
export function checksOf(
  { promises }: Pick<Mechanism, "promises">,
  { conserved, intervals }: SimulationResult,
  regret: RegretSample | null,
): readonly Check[] {
  return [
    { name: "conserved", value: Number(conserved), target: "1", holds: conserved },
    checkZero("operatorBeyondPromise", intervalsBeyond(intervals, promises.operator)),
    ...(promises.efficient ? [checkZero("welfareLost", welfareLost(intervals))] : []),
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

function welfareLost({ welfareNano, bestWelfareNano }: IntervalColumns): number {
  return welfareNano.reduce((count, nano, t) => (nano === bestWelfareNano[t] ? count : count + 1), 0);
}
