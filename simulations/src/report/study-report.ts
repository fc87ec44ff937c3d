import type { Check } from "@commonwatt/vpp-core";
import { KPI_GROUPS } from "../kpis/kpis.ts";
import { rowBars } from "./chart/row-chart.ts";
import { type Figure, figureHtml, figureOf, tableHtml } from "./figure.ts";
import { element, printedNumber, textElement } from "./markup.ts";
import { factsHtml, pageHtml } from "./page.ts";
import { checksHtml } from "./run-report.ts";

/** Figures over runs that differ in their seed alone. */
export interface ComparedGroup {
  readonly name: string;
  readonly figures: Readonly<
    Record<
      string,
      { readonly count: number; readonly mean: number; readonly student: Interval | null } | null
    >
  >;
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What a report of several runs shows. */
export interface StudyReport {
  readonly title: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
  /** What a group is, e.g. `mechanism`. */
  readonly groupName: string;
  readonly groups: readonly ComparedGroup[];
  /** A table of words about each group, where there is something to say. */
  readonly notes: {
    readonly headings: readonly string[];
    readonly rows: readonly (readonly string[])[];
  } | null;
}

/** What people compare, with the words under the picture. */
const PICTURES: readonly { readonly kpi: string; readonly title: string; readonly text: string }[] = [
  {
    kpi: "welfareShare",
    title: "Welfare, as a share of the best",
    text: "What the trades are worth to all, of what the same orders allowed.",
  },
  {
    kpi: "regretMost",
    title: "The most that a lie would have gained",
    text: "In the books that were looked into, as they were, with any lie about price or energy.",
  },
  {
    kpi: "regretPromised",
    title: "The same where the mechanism promises that no lie pays",
    text: "Must be zero. No bar: it promises that to nobody.",
  },
  {
    kpi: "operatorBalance",
    title: "What stays with the operator",
    text: "Between what buyers pay and sellers get; to the left of zero the operator pays.",
  },
  {
    kpi: "savingsPerHome",
    title: "Savings per home",
    text: "Mean over homes, against the same homes with nobody trading.",
  },
  { kpi: "gini", title: "Gini coefficient of gains", text: "0: all homes gain the same by trading." },
  { kpi: "jain", title: "Jain's index of gains", text: "1: all homes gain the same by trading." },
  {
    kpi: "localShare",
    title: "Local share",
    text: "Of what homes took from their meters, what neighbours sold.",
  },
  { kpi: "selfSufficiency", title: "Self-sufficiency", text: "Of the whole community." },
  {
    kpi: "loadPinball",
    title: "How well loads were foreseen",
    text: "Mean pinball loss over the quantiles 0.1, 0.5 and 0.9: the shorter the better.",
  },
  { kpi: "pvPinball", title: "How well the sun was foreseen", text: "The same for homes with modules." },
];

const WHISKERS =
  "Each whisker is the 95 % interval of the mean over seeds, by Student's t; where two overlap, more seeds may tell them apart.";

/** The report of several runs, side by side, as a page of its own. */
export function studyReportHtml(report: StudyReport): string {
  const { title, facts, checks, groupName, groups, notes } = report;
  return pageHtml(title, [
    factsHtml(facts),
    checksHtml(checks),
    ...PICTURES.map((picture) => figureHtml(comparison(picture, groupName, groups))),
    ...(notes === null
      ? []
      : [element("section", {}, textElement("h2", {}, "What each promises"), tableHtml(notes, "Promises"))]),
    allFigures(groupName, groups),
  ]);
}

function comparison(
  { kpi, title, text }: (typeof PICTURES)[number],
  groupName: string,
  groups: readonly ComparedGroup[],
): Figure {
  const unit = KPI_GROUPS.flatMap(({ kpis }) => kpis).find(({ name }) => name === kpi)?.unit ?? "";
  const data = {
    rowName: groupName,
    rows: groups.map(({ name }) => name),
    unit,
    series: [
      {
        name: kpi,
        colour: 0,
        values: groups.map(({ figures }) => figures[kpi]?.mean ?? null),
        spans: groups.map(({ figures }) => figures[kpi]?.student ?? null),
      },
    ],
  };
  const isUncertain = groups.some(({ figures }) => (figures[kpi]?.student ?? null) !== null);
  return figureOf({ id: kpi, title, text: isUncertain ? `${text} ${WHISKERS}` : text }, data, rowBars);
}

function allFigures(groupName: string, groups: readonly ComparedGroup[]): string {
  const rows = KPI_GROUPS.flatMap(({ kpis }) =>
    kpis.map(({ name, unit }) => [
      `${name}, ${unit}`,
      ...groups.map(({ figures }) => printedFigure(figures[name] ?? null)),
    ]),
  );
  const table = tableHtml({ headings: [groupName, ...groups.map(({ name }) => name)], rows }, "All figures");
  return element(
    "section",
    { id: "all-figures" },
    textElement("h2", {}, "All figures"),
    textElement(
      "p",
      {},
      "Means over seeds; behind ± half of the 95 % interval by Student's t, where there are two or more.",
    ),
    table,
  );
}

function printedFigure(figure: ComparedGroup["figures"][string]): string {
  if (figure === null || figure === undefined) return "–";
  const { mean, student } = figure;
  if (student === null) return printedNumber(mean);
  return `${printedNumber(mean)} ± ${printedNumber(Number(((student.high - student.low) / 2).toPrecision(3)))}`;
}
