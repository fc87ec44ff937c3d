import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { REPOSITORY, runForge } from "./forge.ts";

/** What the tests ran of one source file. */
export interface SourceCoverage {
  /** Path below the contracts' folder, without extension. */
  readonly source: string;
  readonly lines: number;
  readonly linesRun: number;
  /** Bodies of `if` and `else`: each condition that can lead somewhere of its own. */
  readonly branches: number;
  readonly branchesRun: number;
}

const CONTRACTS = "settlement/contracts";
const REPORT = "settlement/cache/coverage.lcov";
/** Folders without code of the product that runs. */
const CODELESS = ["interfaces", "test", "types"];
/**
 * Gas is not measured in code that is not optimised, and random streets take long and are not needed: single cases
 * must reach every line.
 */
const LEFT_OUT = "GasTest|InvariantsTest|MutationsTest|HonestStreetsTest";
const FEW_RUNS = { FOUNDRY_FUZZ_RUNS: "32" };

/**
 * Runs the tests of single cases over code without the optimiser, and reads how much of each contract they ran.
 * @throws Error with what forge printed when a test fails.
 */
export function measureCoverage(): readonly SourceCoverage[] {
  const parameters = ["coverage", "--no-match-contract", LEFT_OUT, "--exclude-tests"];
  const { status, stdout, stderr } = runForge(
    [...parameters, "--report", "lcov", "--report-file", REPORT],
    FEW_RUNS,
    "pipe",
  );
  if (status !== 0) throw new Error(`forge coverage failed:\n${stdout}${stderr}`);
  return readCoverage(readFileSync(resolve(REPOSITORY, REPORT), "utf8"), ownSources());
}

/**
 * Reads an lcov report.
 * @param sources What must be in it; a source that is missing counts as not run at all.
 */
export function readCoverage(report: string, sources: readonly string[]): readonly SourceCoverage[] {
  const found = new Map<string, SourceCoverage>();
  for (const record of report.split("end_of_record")) {
    const path = /^SF:(.*)$/m.exec(record)?.[1];
    if (path === undefined) continue;
    const source = path.replace(`${CONTRACTS}/`, "").replace(/\.sol$/, "");
    found.set(source, {
      source,
      lines: count(record, "LF"),
      linesRun: count(record, "LH"),
      branches: count(record, "BRF"),
      branchesRun: count(record, "BRH"),
    });
  }
  const names = [...new Set([...sources, ...found.keys()])].sort();
  return names.map(
    (source) => found.get(source) ?? { source, lines: 1, linesRun: 0, branches: 0, branchesRun: 0 },
  );
}

/** Share of lines in percent. */
export function linePercent({ lines, linesRun }: SourceCoverage): number {
  return lines === 0 ? 100 : (100 * linesRun) / lines;
}

/** Share of branches in percent; 100 where there is none. */
export function branchPercent({ branches, branchesRun }: SourceCoverage): number {
  return branches === 0 ? 100 : (100 * branchesRun) / branches;
}

function ownSources(): readonly string[] {
  const folder = resolve(REPOSITORY, CONTRACTS);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".sol") && !CODELESS.includes(path.split("/")[0] ?? ""))
    .map((path) => path.replace(/\.sol$/, ""));
}

function count(record: string, field: string): number {
  const value = new RegExp(`^${field}:(\\d+)$`, "m").exec(record)?.[1];
  if (value === undefined) throw new Error(`the coverage report has no ${field}`);
  return Number(value);
}
