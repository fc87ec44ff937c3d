import type { Check } from "@commonwatt/vpp-core";
import type { KpiValue } from "../kpis/kpi.ts";
import type { RegretSample } from "../kpis/regret-sample.ts";
import { figuresOf, type ModeFigures } from "../modes/mode-figures.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { RunStudy } from "./study-run.ts";

/** What a run came to, in short. */
export interface RunSummary extends ModeFigures {
  readonly mode: "fast";
  readonly community: string;
  readonly homes: number;
  readonly intervals: number;
  readonly intervalMinutes: number;
  readonly resultHash: string;
  /** By name; `null` where there is none, and then the reason is in `missing`. */
  readonly kpis: Readonly<Record<string, number | null>>;
  readonly missing: Readonly<Record<string, string>>;
  /** What lies would have gained in the books that were looked into; `null` when none were searched. */
  readonly lies: RegretSample | null;
  readonly checks: readonly Check[];
}

/** Sums up a run. */
export function summaryOf(
  neighbourhood: Neighbourhood,
  { result, kpis, regret, checks }: RunStudy,
): RunSummary {
  return {
    mode: "fast",
    community: neighbourhood.community,
    homes: neighbourhood.siteIds.length,
    intervals: neighbourhood.intervals,
    intervalMinutes: neighbourhood.intervalMinutes,
    ...figuresOf(result),
    resultHash: result.hash,
    kpis: Object.fromEntries(kpis.map(({ name, value }) => [name, value])),
    missing: missingOf(kpis),
    lies: regret,
    checks,
  };
}

function missingOf(kpis: readonly KpiValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(kpis.flatMap(({ name, reason }) => (reason === null ? [] : [[name, reason]])));
}
