import type { RunGroup } from "./group-runs.ts";
import type { RunOutcome } from "./run-outcome.ts";
import type { Column, Table } from "./table.ts";

/** Every run of a study, one a row: what was run, its hashes, and its figures. */
export function runTable(outcomes: readonly RunOutcome[]): Table {
  const text = (name: string, of: (outcome: RunOutcome) => string): Column => ({
    name,
    type: "STRING",
    values: outcomes.map(of),
  });
  const kpis = Object.keys(outcomes[0]?.kpis ?? {});
  return {
    rows: outcomes.length,
    columns: [
      text("mechanism", ({ settings }) => settings.mechanism),
      text("strategy", ({ plan }) => plan.strategy ?? ""),
      text("forecast", ({ settings }) => settings.forecast),
      text("days", ({ plan }) => (plan.days === null ? "" : String(plan.days))),
      text("seed", ({ settings }) => settings.seed),
      text("inputHash", ({ inputHash }) => inputHash),
      text("resultHash", ({ resultHash }) => resultHash),
      ...kpis.map(
        (kpi): Column => ({
          name: kpi,
          type: "DOUBLE",
          values: outcomes.map((outcome) => outcome.kpis[kpi] ?? null),
        }),
      ),
    ],
  };
}

/** Every figure of every group, one a row, with its 95 % intervals. */
export function groupTable(groups: readonly RunGroup[]): Table {
  const rows = groups.flatMap(({ values, figures }) =>
    Object.entries(figures).map(([kpi, figure]) => ({ values, kpi, figure })),
  );
  const numbers = (name: string, of: (row: (typeof rows)[number]) => number | null): Column => ({
    name,
    type: "DOUBLE",
    values: rows.map(of),
  });
  const axes = Object.keys(groups[0]?.values ?? {});
  return {
    rows: rows.length,
    columns: [
      ...axes.map(
        (axis): Column => ({
          name: axis,
          type: "STRING",
          values: rows.map(({ values }) => values[axis] ?? ""),
        }),
      ),
      { name: "kpi", type: "STRING", values: rows.map(({ kpi }) => kpi) },
      { name: "runs", type: "INT32", values: rows.map(({ figure }) => figure?.count ?? 0) },
      numbers("mean", ({ figure }) => figure?.mean ?? null),
      numbers("studentLow", ({ figure }) => figure?.student?.low ?? null),
      numbers("studentHigh", ({ figure }) => figure?.student?.high ?? null),
      numbers("bootstrapLow", ({ figure }) => figure?.bootstrap?.low ?? null),
      numbers("bootstrapHigh", ({ figure }) => figure?.bootstrap?.high ?? null),
    ],
  };
}
