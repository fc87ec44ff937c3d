import { CommonwattError, isoTime } from "@commonwatt/vpp-core";
import type { Quantity } from "./raw-series.ts";

/** What can be wrong in measured data. */
export type DataProblem =
  | "missing"
  | "duplicated"
  | "negative"
  | "out-of-range"
  | "register-step-back"
  | "off-step"
  | "clock-forward"
  | "clock-back"
  | "estimated"
  | "outside-common-time";

/** One kind of problem in one column of one site, and what was done about it. */
export interface DataFinding {
  /** `*`: the whole file. */
  readonly site: string;
  readonly quantity: Quantity | "time";
  readonly problem: DataProblem;
  /** The rule that handled it, e.g. `linear`. */
  readonly rule: string;
  readonly count: number;
  /** Where it was found first: ISO times, at most three. */
  readonly first: readonly string[];
}

/** What was found in a data set, and what was taken for granted because the data does not say it. */
export interface DataReport {
  /** The format, e.g. `citylearn`. */
  readonly format: string;
  readonly path: string;
  readonly findings: readonly DataFinding[];
  readonly assumptions: readonly string[];
}

/** Where findings are put together. */
export interface FindingCollector {
  /**
   * Counts a problem.
   * @throws CommonwattError `IMPORT_REJECTED` when the rule is `reject`.
   */
  add(site: string, quantity: Quantity | "time", problem: DataProblem, rule: string, timeMs: number): void;
  /** All findings, by site, quantity, problem and rule. */
  findings(): readonly DataFinding[];
}

const PLACES_MAX = 3;

/** Makes an empty collector. */
export function collectFindings(): FindingCollector {
  const found = new Map<
    string,
    { finding: Omit<DataFinding, "count" | "first">; timesMs: number[]; count: number }
  >();
  return {
    add(site, quantity, problem, rule, timeMs) {
      if (rule === "reject") {
        throw new CommonwattError(
          "IMPORT_REJECTED",
          `${site}: ${quantity}: ${problem} at ${isoTime(timeMs)}; the rule for it is "reject"`,
          { details: { site, quantity, problem, time: isoTime(timeMs) } },
        );
      }
      const key = [site, quantity, problem, rule].join("\n");
      const known = found.get(key) ?? { finding: { site, quantity, problem, rule }, timesMs: [], count: 0 };
      known.count += 1;
      if (known.timesMs.length < PLACES_MAX) known.timesMs.push(timeMs);
      found.set(key, known);
    },
    findings: () =>
      [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { finding, timesMs, count }]) => ({ ...finding, count, first: timesMs.map(isoTime) })),
  };
}
