import { type Check, checkAtLeast, checkZero } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { RunOutcome } from "./run-outcome.ts";

/**
 * Verdicts over all runs of a study: how many keep what every run must keep, and for each mechanism that promises it
 * whether a lie paid. Under pay-as-bid lies must be found where they were searched: it shows that the search can find them.
 */
export function studyChecks(outcomes: readonly RunOutcome[]): readonly Check[] {
  const names = ["conserved", "operatorBeyondPromise", "welfareLost", "powerBalanceResidual"];
  const kept = names.flatMap((name): readonly Check[] => {
    const verdicts = outcomes.flatMap(({ checks }) => checks.filter((check) => check.name === name));
    if (verdicts.length === 0) return [];
    const value = verdicts.filter(({ holds }) => holds).length;
    return [{ name, value, target: `${verdicts.length}, every run`, holds: value === verdicts.length }];
  });
  const byMechanism = [...Map.groupBy(outcomes, ({ settings }) => settings.mechanism)];
  return [...kept, ...byMechanism.flatMap(([mechanism, runs]) => lieChecks(mechanism, runs))];
}

function lieChecks(mechanism: string, runs: readonly RunOutcome[]): readonly Check[] {
  const searched = runs.flatMap(({ lies }) => (lies === null ? [] : [lies]));
  const promised = searched.flatMap((lies) => (lies.promised === null ? [] : [lies.promised]));
  if (promised.length > 0) {
    return [
      checkZero(
        `liesThatPay/${mechanism}`,
        promised.reduce((sum, { paying }) => sum + paying, 0),
      ),
    ];
  }
  const hasBooks = searched.some(({ traded }) => traded.traders > 0);
  if (!hasBooks || namedMechanism(mechanism).name !== "pay-as-bid") return [];
  const paying = searched.reduce((sum, { traded }) => sum + traded.paying, 0);
  return [checkAtLeast(`liesThatPay/${mechanism}`, paying, 1)];
}
