import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listedFiles, PACKAGES, REPOSITORY } from "./listed-files.ts";
import known from "./tidy-ratchet.json" with { type: "json" };
import { ratchet } from "./tidy-ratchet.ts";
import { type SourceFacts, sourceFacts } from "./tidy-source.ts";
import { foldersOf, printedTree } from "./tidy-tree.ts";

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 300;
const TREE_DEPTH = 3;
const TREE_FILE = "vpp-core/docs/ARCHITECTURE.md";

/** Everything that may stand at the top beside dot-files and dot-folders. */
const TOP_LEVEL = [...PACKAGES, "package.json", "package-lock.json", "tsconfig.json", "README.md", "LICENSE"];
/** Written by tools or by others. */
const NOT_OURS = /^(LICENSE|package-lock\.json|settlement\/src\/chain\/artifacts\/)/;
/** Where the machine's own clock and timers are called. */
const CLOCK_DOOR = /^vpp-core\/src\/time\//;

/** Tests, what helps them outside `src`, and files whose one export a tool asks for. */
const UNDOCUMENTED_ALLOWED = /\.test\.ts$|\.config\.ts$|^[^./]+\/test\//;

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Solidity files are named as their contract; documents of a repository are known by their capitals. */
const OTHER_NAMES = /^([A-Z]\w*(\.t)?\.sol|[A-Z][A-Za-z]*\.json|[A-Z]+\.md|LICENSE)$/;

/** Marks of work left undone, in letters that do not name themselves. */
const UNDONE = /\b(?:T[O]DO|F[I]XME|X[X]X)\b/;
/** Paths of one machine, and hosts that packages came from. */
const MACHINE_PATH =
  /(?<![\w.\])}])\/(?:wor[k]|roo[t]|hom[e])\/\w|registry\.npmj[s]\.org|\bdeb\.debia[n]\.org/;

const files = listedFiles(REPOSITORY);
const ours = files.filter((path) => !NOT_OURS.test(path));
const text = (path: string): string => readFileSync(join(REPOSITORY, path), "utf8");
const lineCount = (path: string): number => text(path).split("\n").length - 1;
const facts = new Map<string, SourceFacts>();
for (const path of ours.filter((file) => file.endsWith(".ts"))) facts.set(path, sourceFacts(text(path)));

/** `path:line` of every line that matches. */
function linesWith(pattern: RegExp, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    text(path)
      .split("\n")
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );
}

function inFolder<Value>(folder: string, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([path]) => path.startsWith(`${folder}/`)));
}

function sourcesOf(folder: string): readonly (readonly [string, SourceFacts])[] {
  return [...facts].filter(([path]) => path.startsWith(`${folder}/`));
}

/** Lists what a fact says, as `path:line: what`. */
function findings(folder: string, fact: "undocumented" | "clockUses", skip: RegExp): readonly string[] {
  return sourcesOf(folder)
    .filter(([path]) => !skip.test(path))
    .flatMap(([path, found]) => found[fact].map(({ what, line }) => `${path}:${line}: ${what}`));
}

describe.each([...PACKAGES, ".ci", ".config"])("%s is tidy:", (folder) => {
  const own = ours.filter((path) => path.startsWith(`${folder}/`));

  test(`a function has at most ${FUNCTION_LINES_MAX} lines`, () => {
    const found: Record<string, number> = {};
    for (const [path, { functions }] of sourcesOf(folder)) {
      for (const { name, lineCount: size } of functions) {
        const what = `${path}#${name}`;
        if (size > FUNCTION_LINES_MAX) found[what] = Math.max(size, found[what] ?? 0);
      }
    }
    expect(ratchet(inFolder(folder, known.functionLines), found, FUNCTION_LINES_MAX)).toEqual([]);
  });

  test(`a file has at most ${FILE_LINES_MAX} lines`, () => {
    const sources = own.filter((path) => /\.(ts|cjs|sol)$/.test(path));
    const sizes = sources.map((path) => [path, lineCount(path)] as const);
    const found = Object.fromEntries(sizes.filter(([, size]) => size > FILE_LINES_MAX));
    expect(ratchet(inFolder(folder, known.fileLines), found, FILE_LINES_MAX)).toEqual([]);
  });

  test("every export has TSDoc", () => {
    expect(findings(folder, "undocumented", UNDOCUMENTED_ALLOWED)).toEqual([]);
  });

  test("clock, timers and randomness come through vpp-core/src/time", () => {
    expect(findings(folder, "clockUses", CLOCK_DOOR)).toEqual([]);
  });
});

describe("the repository is tidy:", () => {
  test("nothing is left undone in a comment", () => {
    expect(linesWith(UNDONE, ours)).toEqual([]);
  });

  test("nothing knows the machine it was written on", () => {
    expect(linesWith(MACHINE_PATH, [...ours, "package-lock.json"])).toEqual([]);
  });

  test("names are kebab-case", () => {
    const names = ours.flatMap((path) => path.split("/").map((name) => [path, name] as const));
    const bad = names.filter(([, name]) => {
      const bare = name.replace(/^\./, "");
      return !OTHER_NAMES.test(name) && !bare.split(".").every((part) => KEBAB_CASE.test(part));
    });
    expect(bad.map(([path]) => path)).toEqual([]);
  });

  test("nothing new stands at the top", () => {
    const top = new Set(files.map((path) => path.split("/")[0] ?? ""));
    expect([...top].filter((name) => !name.startsWith(".") && !TOP_LEVEL.includes(name))).toEqual([]);
  });

  test(`the tree in ${TREE_FILE} is the tree that is there`, () => {
    const printed = printedTree(text(TREE_FILE));
    const there = foldersOf(files, TREE_DEPTH);
    expect({
      "there, but not printed": there.filter((folder) => !printed.folders.includes(folder)),
      "printed, but not there": printed.folders.filter((folder) => !there.includes(folder)),
      "printed without a word about it": printed.silent,
    }).toEqual({
      "there, but not printed": [],
      "printed, but not there": [],
      "printed without a word about it": [],
    });
  });
});
