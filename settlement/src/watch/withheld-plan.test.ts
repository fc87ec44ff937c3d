import { expect, it } from "vitest";
import { TREE_NUMBERS } from "../batch/leaf-salt.ts";
import { planWords, QUESTIONS_MAX, spentWords, withheldDemand } from "./withheld-plan.ts";

const COUNTS = { accountCount: 3, orderCount: 4, readingCount: 12, fillCount: 2 };

/** Asks until nothing more is asked for, with every question answered. */
function askAll(counts: typeof COUNTS): readonly string[] {
  const asked: { readonly tree: number; readonly index: number }[] = [];
  for (;;) {
    const [question] = withheldDemand(counts, asked);
    if (question?.leaf === undefined) return asked.map(({ tree, index }) => `${tree}/${index}`);
    asked.push({ tree: TREE_NUMBERS[question.leaf.tree], index: question.leaf.index });
  }
}

it("asks for a few leaves of a batch that nobody shows, each once, and for no more", () => {
  const asked = askAll(COUNTS);
  expect(asked).toHaveLength(QUESTIONS_MAX);
  expect(new Set(asked).size).toBe(QUESTIONS_MAX);
  expect(askAll({ accountCount: 1, orderCount: 0, readingCount: 1, fillCount: 0 }).toSorted()).toEqual([
    `${TREE_NUMBERS.readings}/0`,
    `${TREE_NUMBERS.positions}/0`,
    `${TREE_NUMBERS.balances}/0`,
  ]);
});

it("says before what it will do, and after what it came to", () => {
  expect(planWords(60)).toContain("within 60 s, the operator has to show up to 8 of its leaves");
  expect(spentWords(5, 8)).toContain("batch 5 is shown to nobody, yet all 8 leaves");
});
