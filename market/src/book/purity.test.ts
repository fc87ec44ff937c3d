import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What a core that only computes has no use for. Its imports are held by the rules of `check:imports`. */
const IMPURE =
  /\b(Date|performance|Math\.random|crypto|process|globalThis|console|fetch|Atomics|setTimeout|setInterval|setImmediate|queueMicrotask|async|await|Promise)\b/;

const sources = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$/.test(name));

/** A source without its comments and the text in its quotes. */
function codeOf(name: string): string {
  const text = readFileSync(join(import.meta.dirname, name), "utf8");
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*|"[^"]*"/g, "");
}

test("there is a core to look at", () => {
  expect(sources.length).toBeGreaterThan(15);
});

test.each(sources)("%s takes no time, no chance and nothing from outside", (name) => {
  expect(IMPURE.exec(codeOf(name))?.[0]).toBeUndefined();
});

test.each(["const a = Date.now();", "Math.random()", "await x", "process.env"])(
  "%s would be seen",
  (code) => {
    expect(IMPURE.test(code)).toBe(true);
  },
);
