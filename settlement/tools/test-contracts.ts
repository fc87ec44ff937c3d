import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type Check, printChecks } from "@commonwatt/vpp-core";
import { CONTRACT_SOURCES } from "./compile-contracts.ts";
import { branchPercent, linePercent, measureCoverage, type SourceCoverage } from "./coverage.ts";
import { REPOSITORY, runForge } from "./forge.ts";

const COVERAGE_PERCENT = 98;
/** Bytes of a contract's code that a chain takes at most (EIP-170). */
const CODE_LIMIT = 24_576;
const PROFILES: readonly string[] = ["full", "quick"];

// Tests the contracts, then measures their size and what the tests ran of them: npm run test:contracts
// --full or --quick: more or fewer runs of everything random. Other arguments go to forge and choose tests; then nothing
// is measured.
const profile = PROFILES.find((name) => process.argv.includes(`--${name}`));
const settings = profile === undefined ? {} : { FOUNDRY_PROFILE: profile };
const chosen = process.argv.slice(2).filter((parameter) => parameter !== `--${profile}`);
const { status } = runForge(
  ["test", "--gas-snapshot-check", "true", "--gas-snapshot-emit", "false", ...chosen],
  settings,
  "inherit",
);
if (status !== 0) process.exitCode = status ?? 1;
else if (chosen.length === 0) printChecks(process.stdout, false, {}, [...checkSizes(), ...checkCoverage()]);

function checkSizes(): readonly Check[] {
  const sizes = CONTRACT_SOURCES.map((source) => ({
    name: basename(source, ".sol"),
    size: codeSize(source),
  }));
  for (const { name, size } of sizes) console.log(`${name.padEnd(28)} ${size} bytes`);
  const value = Math.max(...sizes.map(({ size }) => size));
  return [{ name: "largestContractBytes", value, target: `<=${CODE_LIMIT}`, holds: value <= CODE_LIMIT }];
}

/** Bytes of the code as it will stand on the chain. */
function codeSize(source: string): number {
  const name = basename(source, ".sol");
  const path = resolve(REPOSITORY, "settlement/out", `${name}.sol`, `${name}.json`);
  const { deployedBytecode } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly deployedBytecode: { readonly object: string };
  };
  return (deployedBytecode.object.length - 2) / 2;
}

function checkCoverage(): readonly Check[] {
  const sources = measureCoverage();
  for (const coverage of sources) console.log(printCoverage(coverage));
  return [
    checkPercent("worstLineCoverage", sources.map(linePercent)),
    checkPercent("worstBranchCoverage", sources.map(branchPercent)),
  ];
}

function checkPercent(name: string, percents: readonly number[]): Check {
  const worst = Math.min(...percents);
  return {
    name,
    value: Math.floor(100 * worst) / 100,
    target: `>=${COVERAGE_PERCENT} %`,
    holds: worst >= COVERAGE_PERCENT,
  };
}

function printCoverage(coverage: SourceCoverage): string {
  const { source, lines, linesRun, branches, branchesRun } = coverage;
  const line = `lines ${linePercent(coverage).toFixed(2)} % (${linesRun}/${lines})`;
  const branch = `branches ${branchPercent(coverage).toFixed(2)} % (${branchesRun}/${branches})`;
  return `${source.padEnd(28)} ${line.padEnd(28)} ${branch}`;
}
