import { expect, test } from "vitest";
import { progressBar } from "./progress-bar.ts";

function terminal(isTTY: boolean): {
  readonly isTTY: boolean;
  readonly text: string[];
  write(text: string): void;
} {
  const text: string[] = [];
  return { isTTY, text, write: (line) => void text.push(line) };
}

test("a bar says how far, how fast and how long", () => {
  const output = terminal(true);
  let nowMs = 1_000;
  const bar = progressBar(output, { name: "home-intervals", perStep: 100 }, () => nowMs);
  nowMs = 2_000;
  bar.update(500, 2_000);
  expect(output.text.at(-1)).toBe(
    "\r[██████░░░░░░░░░░░░░░░░░░]  25 %  50k home-intervals/s  3 s left\u001b[K",
  );
  nowMs = 2_010;
  bar.update(501, 2_000);
  expect(output.text.length).toBe(1);
  nowMs = 401_000;
  bar.update(1_000, 2_000);
  expect(output.text.at(-1)).toContain("6 min 40 s left");
  bar.update(2_000, 2_000);
  expect(output.text.at(-1)).toContain("100 %");
  bar.end();
  expect(output.text.at(-1)).toBe("\r\u001b[K");
});

test("a file or a pipe gets nothing", () => {
  const output = terminal(false);
  const bar = progressBar(output, { name: "runs", perStep: 1 });
  bar.update(1, 2);
  bar.end();
  expect(output.text).toEqual([]);
});
