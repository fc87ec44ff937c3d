import { expect, it } from "vitest";
import { NO_REWARD, summaryOf } from "./watch-summary.ts";

it.each([
  [summaryOf([], null, NO_REWARD), "no batch was open to a challenge; --from 1 looks at final ones, too"],
  [summaryOf(["right"], null, NO_REWARD), "1 batch: 1 right, 0 wrong, 0 withheld"],
  [
    summaryOf(["right", "wrong", "withheld"], 1, { rewardMicro: "500000000", words: "reward 500.000000" }),
    "3 batches: 1 right, 1 wrong, 1 withheld; 1 taken back, reward 500.000000",
  ],
])("sums up in words: %j", ({ words, batches, right, wrong, withheld }, expected) => {
  expect(words).toBe(expected);
  expect(right + wrong + withheld).toBe(batches);
});
