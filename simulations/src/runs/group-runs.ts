import { bootstrapInterval, type MeanInterval, meanOf, studentInterval } from "./confidence.ts";
import type { Axis } from "./run-grid.ts";
import type { RunOutcome } from "./run-outcome.ts";

/** A figure over the seeds of a group. */
export interface GroupFigure {
  /** Runs in which it has a value. */
  readonly count: number;
  readonly mean: number;
  /** 95 % intervals of the mean; `null` for fewer than two values. */
  readonly student: MeanInterval | null;
  readonly bootstrap: MeanInterval | null;
}

/** Runs that differ in their seed alone. */
export interface RunGroup {
  /** What sets it apart, by axis. */
  readonly values: Readonly<Record<string, string>>;
  /** The same as words. */
  readonly name: string;
  readonly runs: readonly RunOutcome[];
  /** By name; `null` where no run has a value. */
  readonly figures: Readonly<Record<string, GroupFigure | null>>;
}

/** Puts runs that differ in their seed alone together, in the order of the first of each. */
export function groupsOf(outcomes: readonly RunOutcome[], axes: readonly Axis[]): readonly RunGroup[] {
  const names = axes.map(({ name }) => name).filter((name) => name !== "seed");
  const valuesOf = ({ plan }: RunOutcome): Readonly<Record<string, string>> =>
    Object.fromEntries(names.map((name) => [name, String(plan[name])]));
  const grouped = Map.groupBy(outcomes, (outcome) => JSON.stringify(valuesOf(outcome)));
  return [...grouped.values()].map((runs) => {
    const values = runs[0] === undefined ? {} : valuesOf(runs[0]);
    const kpis = Object.keys(runs[0]?.kpis ?? {});
    return {
      values,
      name: Object.values(values).join(", ") || "all",
      runs,
      figures: Object.fromEntries(kpis.map((kpi) => [kpi, figureOf(kpi, runs)])),
    };
  });
}

function figureOf(kpi: string, runs: readonly RunOutcome[]): GroupFigure | null {
  const values = runs.map(({ kpis }) => kpis[kpi] ?? null).filter((value) => value !== null);
  if (values.length === 0) return null;
  return {
    count: values.length,
    mean: meanOf(values),
    student: studentInterval(values),
    bootstrap: bootstrapInterval(values, kpi),
  };
}
