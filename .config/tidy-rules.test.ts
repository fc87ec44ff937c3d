import { describe, expect, test } from "vitest";
import { ratchet } from "./tidy-ratchet.ts";
import { sourceFacts } from "./tidy-source.ts";
import { foldersOf, printedTree } from "./tidy-tree.ts";

const line = "  void 0;\n";

describe("source facts", () => {
  test("a function counts from its first to its last line, by its nearest name", () => {
    const source = [
      "// é, so that bytes are not characters\n\n",
      `function long() {\n${line.repeat(69)}}\n`,
      `const short = () => {\n${line.repeat(2)}};\n`,
      `class Door {\n  #open() {\n${line.repeat(3)}  }\n}\n`,
      `const table = { entry: function () {\n${line.repeat(4)}} };\n`,
    ].join("");
    expect(sourceFacts("const earlier = 1;").functions).toEqual([]);
    expect(sourceFacts(source).functions).toEqual([
      { name: "long", line: 3, lineCount: 71 },
      { name: "short", line: 74, lineCount: 4 },
      { name: "open", line: 79, lineCount: 5 },
      { name: "entry", line: 85, lineCount: 6 },
    ]);
  });

  test("a group of tests is no function, a test is one", () => {
    const tests = `test("works", () => {\n${line}});\n`;
    for (const group of ["describe", "describe.each([1])", "describe.skip"]) {
      const found = sourceFacts(`${group}("things", () => {\n${tests}});\n`).functions;
      expect(found.map(({ lineCount }) => lineCount)).toEqual([3]);
    }
  });

  test("an export needs TSDoc right before it", () => {
    const source = [
      "/** Says what it is. */\nexport const told = 1;",
      "/* no TSDoc */\nexport const plain = 1;",
      "/** Of something else. */\nconst other = 1;\nexport function bare(): void {}",
      "export interface Shape {}",
      "export { other };",
      'export { elsewhere } from "./elsewhere.ts";',
    ].join("\n");
    expect(sourceFacts(source).undocumented).toEqual([
      { what: "plain", line: 4 },
      { what: "bare", line: 7 },
      { what: "Shape", line: 8 },
      { what: "export { … }", line: 9 },
    ]);
  });

  test("the machine's clock, timers and randomness are seen", () => {
    const source = [
      'import { setTimeout as pause } from "node:timers/promises";',
      "const a = Date.now() + performance.now() * Math.random() - process.uptime() / process.hrtime()[0];",
      "const b = [new Date(), new Date(0), Date.UTC(2026)];",
      "function c() { setTimeout(c, 1); return setInterval(c, 1); }",
      'const text = "Date.now()";',
    ].join("\n");
    expect(
      sourceFacts(source)
        .clockUses.map(({ what, line: at }) => `${at} ${what}`)
        .sort(),
    ).toEqual([
      "1 node:timers/promises",
      "2 Date.now",
      "2 Math.random",
      "2 performance.now",
      "2 process.hrtime",
      "2 process.uptime",
      "3 new Date()",
      "4 setInterval",
      "4 setTimeout",
    ]);
  });

  test("a source that cannot be read is an error", () => {
    expect(() => sourceFacts("const = 1")).toThrow();
  });
});

describe("the ratchet", () => {
  test.each([
    ["lets a known excess be", { a: 80 }, { a: 80 }, []],
    ["stops a new one", {}, { a: 71 }, ["a: 71, allowed are 70"]],
    ["stops growth", { a: 80 }, { a: 81 }, ["a: 81, it was 80 and must not grow"]],
    ["wants a gain written down", { a: 80 }, { a: 79 }, ["a: only 79 now; lower it from 80 in the list"]],
    ["wants a healed one removed", { a: 80 }, {}, ["a: within 70 now; remove it from the list"]],
  ])("%s", (_what, known, found, complaints) => {
    expect(ratchet(known as Record<string, number>, found as Record<string, number>, 70)).toEqual(complaints);
  });
});

describe("the printed tree", () => {
  test("is read with its levels and its silence", () => {
    const markdown = "# A\n\n```tree\none/      first\n  two/    second\n    three/\nfour/     last\n```\n";
    expect(printedTree(markdown)).toEqual({
      folders: ["four", "one", "one/two", "one/two/three"],
      silent: ["one/two/three"],
    });
    expect(printedTree("no tree").folders).toEqual([]);
  });

  test("is compared with folders down to a depth", () => {
    expect(foldersOf(["a/b/c/d/e.ts", "a/f.ts", "g.ts"], 3)).toEqual(["a", "a/b", "a/b/c"]);
  });
});
