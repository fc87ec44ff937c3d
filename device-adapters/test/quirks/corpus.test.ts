import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { corpusFaults, type QuirkCorpus, readCorpus, SUBJECTS, type TestOutcome } from "./corpus.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PACKAGE = join(ROOT, "device-adapters");

interface RunnerReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the tests of some files in a process of their own, and tells what became of each. */
async function run(files: readonly string[]): Promise<readonly TestOutcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-corpus-"));
  const report = join(folder, "report.json");
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const options = ["--config", ".config/vitest.config.ts", "--reporter=json", `--outputFile=${report}`];
  const paths = files.map((file) => `device-adapters/${file}`);
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  const spawned = { cwd: ROOT, env: Object.fromEntries(own) };
  try {
    // Its exit code says less than its report.
    await promisify(execFile)(process.execPath, [vitest, "run", ...options, ...paths], spawned).catch(
      () => null,
    );
    const { testResults } = JSON.parse(await readFile(report, "utf8")) as RunnerReport;
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status }) => ({
        file: relative(PACKAGE, name),
        name: fullName,
        passed: status === "passed",
      })),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("every quirk that is listed has run and passed, and every rule and vendor has one", {
  timeout: 600_000,
}, async () => {
  const corpus = await readCorpus();
  const files = [...new Set(corpus.cases.map(({ file }) => file))];
  const outcomes = await run(files);
  expect(corpusFaults(corpus, outcomes)).toEqual([]);
  expect(outcomes.length).toBeGreaterThanOrEqual(corpus.cases.length);
});

const whole: QuirkCorpus = {
  cases: SUBJECTS.map((about) => ({
    id: about,
    about,
    line: `${about}: odd`,
    file: "test/quirks/a.test.ts",
  })),
  notCovered: [],
};
const ran: readonly TestOutcome[] = whole.cases.map(({ file, line }) => ({ file, name: line, passed: true }));

test("the list is at fault where a case did not run, failed, is missing or has no subject", () => {
  expect(corpusFaults(whole, ran)).toEqual([]);
  expect(corpusFaults(whole, ran.slice(1))).toEqual(["1.1.1 (1.1.1) has not run and passed: 1.1.1: odd"]);
  const failed = ran.map((outcome) => ({ ...outcome, passed: outcome.name !== "Huawei: odd" }));
  expect(corpusFaults(whole, failed)).toEqual(["Huawei (Huawei) has not run and passed: Huawei: odd"]);
  const more = { file: "test/quirks/a.test.ts", name: "Huawei: odder", passed: true };
  expect(corpusFaults(whole, [...ran, more])).toEqual(["not in the list: Huawei: odder"]);
  const without = { ...whole, cases: whole.cases.filter(({ about }) => about !== "SMA") };
  expect(corpusFaults(without, ran)).toEqual(["not in the list: SMA: odd", "SMA has no case"]);
  const [first] = whole.cases;
  const twice = { ...whole, cases: first === undefined ? [] : [...whole.cases, first] };
  expect(corpusFaults(twice, ran)).toEqual(["1.1.1 stands twice"]);
});

test("what is not covered says why", async () => {
  const { notCovered } = await readCorpus();
  for (const { about, line, why } of notCovered) {
    expect([about, line, why].every((text) => text.length >= 3)).toBe(true);
  }
  expect(notCovered.length).toBeGreaterThan(0);
});
