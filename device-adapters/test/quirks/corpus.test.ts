import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type CollectedTest, corpusFaults, type QuirkCorpus, readCorpus, SUBJECTS } from "./corpus.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PACKAGE = join(ROOT, "device-adapters");

/** The tests of some files that the runner will run: it leaves out those that are skipped. */
async function collected(files: readonly string[]): Promise<readonly CollectedTest[]> {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const paths = files.map((file) => `device-adapters/${file}`);
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [vitest, "list", ...paths, "--config", ".config/vitest.config.ts", "--staticParse=false", "--json"],
    { cwd: ROOT, env: Object.fromEntries(own) },
  );
  const tests = JSON.parse(stdout) as readonly CollectedTest[];
  return tests.map(({ name, file }) => ({
    name: name.replaceAll(" > ", " "),
    file: relative(PACKAGE, file),
  }));
}

test("every quirk that is listed is a test that runs, and every rule and vendor has one", async () => {
  const corpus = await readCorpus();
  const files = [...new Set(corpus.cases.map(({ file }) => file))];
  const tests = await collected(files);
  expect(corpusFaults(corpus, tests)).toEqual([]);
  expect(tests.length).toBeGreaterThanOrEqual(corpus.cases.length);
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
const listed: readonly CollectedTest[] = whole.cases.map(({ file, line }) => ({ file, name: line }));

test("the list is at fault where a case does not run, is missing, stands twice or has no subject", () => {
  expect(corpusFaults(whole, listed)).toEqual([]);
  expect(corpusFaults(whole, listed.slice(1))).toEqual(["1.1.1 (1.1.1) is no test that runs: 1.1.1: odd"]);
  const more = { file: "test/quirks/a.test.ts", name: "Huawei: odder" };
  expect(corpusFaults(whole, [...listed, more])).toEqual(["not in the list: Huawei: odder"]);
  const without = { ...whole, cases: whole.cases.filter(({ about }) => about !== "SMA") };
  expect(corpusFaults(without, listed)).toEqual(["not in the list: SMA: odd", "SMA has no case"]);
  const [first] = whole.cases;
  const twice = { ...whole, cases: first === undefined ? [] : [...whole.cases, first] };
  expect(corpusFaults(twice, listed)).toEqual(["1.1.1 stands twice"]);
});

test("what is not covered says why", async () => {
  const { notCovered } = await readCorpus();
  for (const { about, line, why } of notCovered) {
    expect([about, line, why].every((text) => text.length >= 3)).toBe(true);
  }
  expect(notCovered.length).toBeGreaterThan(0);
});
