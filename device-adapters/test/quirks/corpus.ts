import { readFile } from "node:fs/promises";

/** One rule or oddity of devices or libraries, and the test that exercises it. */
export interface QuirkCase {
  readonly id: string;
  /** A SunSpec rule such as `1.1.4`, a vendor, or a library. */
  readonly about: string;
  /** What it is, in one line: the name of its test. */
  readonly line: string;
  /** The file of the test, below `device-adapters`. */
  readonly file: string;
}

/** A fact that no test exercises, and why. */
export interface UncoveredQuirk {
  readonly about: string;
  readonly line: string;
  readonly why: string;
}

/** The list that `corpus.json` holds. */
export interface QuirkCorpus {
  readonly cases: readonly QuirkCase[];
  readonly notCovered: readonly UncoveredQuirk[];
}

/** A test that runs, as the runner lists it. */
export interface CollectedTest {
  readonly file: string;
  readonly name: string;
}

/** The rules, vendors and libraries that must each have a case. */
export const SUBJECTS: readonly string[] = [
  ...["1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8", "1.1.9", "1.2", "1.3", "1.4"],
  ...["Huawei", "Sungrow", "GoodWe", "Victron", "Deye", "Growatt", "SolarEdge", "SMA", "Kostal"],
  ...["modbus-serial", "OPC UA"],
];

/** Reads the list. */
export async function readCorpus(): Promise<QuirkCorpus> {
  return JSON.parse(await readFile(new URL("corpus.json", import.meta.url), "utf8")) as QuirkCorpus;
}

/**
 * What is wrong with a list, given the tests that run: cases that are none of them, tests of this folder that
 * are not listed, subjects without a case, and ids that stand twice.
 */
export function corpusFaults({ cases }: QuirkCorpus, tests: readonly CollectedTest[]): readonly string[] {
  const running = new Set(tests.map(keyOf));
  const listed = new Set(cases.map(({ file, line }) => keyOf({ file, name: line })));
  const ids = new Set<string>();
  const faults: string[] = [];
  for (const { id, about, file, line } of cases) {
    if (ids.has(id)) faults.push(`${id} stands twice`);
    ids.add(id);
    if (!running.has(keyOf({ file, name: line })))
      faults.push(`${id} (${about}) is no test that runs: ${line}`);
  }
  for (const one of tests) {
    const isQuirk = one.file.startsWith("test/quirks/") && !one.file.endsWith("/corpus.test.ts");
    if (isQuirk && !listed.has(keyOf(one))) faults.push(`not in the list: ${one.name}`);
  }
  const about = new Set(cases.map((one) => one.about));
  for (const subject of SUBJECTS) if (!about.has(subject)) faults.push(`${subject} has no case`);
  return faults;
}

function keyOf({ file, name }: CollectedTest): string {
  return `${file} ${name}`;
}
