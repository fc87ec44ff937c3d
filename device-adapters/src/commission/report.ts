import { type EpochMs, isoTime } from "@commonwatt/vpp-core";
import type { CommissionReport } from "./commission.ts";
import { QUANTITIES } from "./step-data.ts";

const NAMES = { battery: "battery", inverter: "inverter AC", meter: "grid meter" } as const;

/** A report as tables of words: rows of cells, for a terminal or for Markdown. */
interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function signed(value: number | null): string {
  if (value === null) return "-";
  return `${value > 0 ? "+" : ""}${value} W`;
}

function verdictTable({ verdicts }: CommissionReport): Table {
  return {
    head: ["quantity", "should move", "moved", "verdict"],
    rows: verdicts.map(({ quantity, expectedW, movedW, toleranceW, verdict, reason }) => [
      NAMES[quantity],
      signed(expectedW),
      movedW === null ? "-" : `${signed(movedW)} ± ${toleranceW} W`,
      reason === null ? verdict : `${verdict}: ${reason}`,
    ]),
  };
}

function phaseTable({ phases }: CommissionReport): Table {
  return {
    head: ["phase", "applied", ...QUANTITIES.map((quantity) => NAMES[quantity]), "readings"],
    rows: phases.map(({ kind, appliedPowerW, averagesW, readings }) => [
      kind,
      signed(appliedPowerW),
      ...QUANTITIES.map((quantity) => signed(averagesW[quantity])),
      String(readings),
    ]),
  };
}

function checkTable({ checks }: CommissionReport): Table {
  return {
    head: ["check", "value", "target", ""],
    rows: checks.map(({ name, value, target, holds }) => [
      name,
      String(value),
      target,
      holds ? "holds" : "FAILS",
    ]),
  };
}

function headline({ identity, kind, powerW, seconds, repeats, statePercent }: CommissionReport): string {
  const { manufacturer, model, serialNumber, address } = identity;
  const name = `${manufacturer} ${model}, serial number ${serialNumber}, at ${address}`;
  if (kind === "readings") return `${name}: readings of ${seconds} s; there is no battery to move`;
  return `${name}: ${repeats} times ${powerW} W each way for ${seconds} s, battery at ${statePercent} %`;
}

/** How it ended, in sentences. */
function endLines({ stopped, isNeutral, leaseEndsAtMs, advice }: CommissionReport): readonly string[] {
  const ends = leaseEndsAtMs === null ? "" : isoTime(leaseEndsAtMs as EpochMs);
  return [
    ...advice,
    ...(stopped === null ? [] : [`Stopped before the end: ${stopped.code}: ${stopped.message}`]),
    ...(isNeutral === true ? ["The battery is back in its own mode."] : []),
    ...(isNeutral === false
      ? [
          `COMMISSION_NOT_NEUTRAL: the battery did not confirm its own mode; its last command ends by itself at ${ends}.`,
        ]
      : []),
  ];
}

function tablesOf(report: CommissionReport): readonly Table[] {
  return report.kind === "step" ? [verdictTable(report), phaseTable(report)] : [checkTable(report)];
}

/** The report for a terminal. */
export function reportText(report: CommissionReport): string {
  const tables = tablesOf(report).map((table) => aligned(table));
  return [headline(report), ...tables, endLines(report).join("\n")]
    .filter((part) => part !== "")
    .join("\n\n");
}

function aligned({ head, rows }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

/** The report as a page of Markdown, to keep. */
export function reportMarkdown(report: CommissionReport, atMs: EpochMs): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const tables = tablesOf(report).map(({ head, rows }) =>
    [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n"),
  );
  const parts = [
    `# Commissioning of ${report.identity.model}`,
    `${isoTime(atMs)}. ${headline(report)}.`,
    ...tables,
    endLines(report).join("\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
