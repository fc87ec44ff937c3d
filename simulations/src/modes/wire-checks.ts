import { type Check, checkAtMost, checkTrue } from "@commonwatt/vpp-core";
import type { ModeFigures } from "./mode-figures.ts";
import type { WireRun } from "./wire.ts";

/** How far energy on the wire may be from that of the fast run, in percent. */
const DISTANCE_MAX_PERCENT = 2;

/** Verdicts of a run on the wire alone: every interval was traded and paid, and money is conserved. */
export function communityChecks({ intervals, conserved, summary }: WireRun): readonly Check[] {
  const counted = (name: string, value: number): Check => {
    return { name, value, target: String(intervals), holds: value === intervals };
  };
  return [
    checkTrue("wireConserved", conserved),
    counted("wireIntervals", summary.intervals),
    counted("wireBatchesFinal", summary.batchesFinalized),
  ];
}

/** Verdicts of a run on the wire beside the fast one of the same scenario. */
export function wireChecks(fast: ModeFigures, wire: WireRun): readonly Check[] {
  return [
    checkAtMost("wireTradedPercentOff", percentOff(fast.tradedWh, wire.tradedWh), DISTANCE_MAX_PERCENT),
    checkAtMost("wireSettledPercentOff", percentOff(fast.settledWh, wire.settledWh), DISTANCE_MAX_PERCENT),
    ...communityChecks(wire),
  ];
}

/** Infinite when something was found where nothing was expected. */
function percentOff(expected: number, found: number): number {
  return expected === found ? 0 : (100 * Math.abs(found - expected)) / expected;
}
