import type { Verdict, WatchEvent } from "./watch-event.ts";

/** What a watcher came to. */
export type WatchSummary = Extract<WatchEvent, { readonly event: "summary" }>;

/** What a watcher was awarded, and how its summary says so. */
export type Reward = Pick<WatchSummary, "rewardMicro" | "words">;

/** Of a watcher that earned nothing, or only looks. */
export const NO_REWARD: Reward = { rewardMicro: "0", words: "no reward" };

/** Sums up; `challenged` is how many batches were taken back, `null` for a watcher that only looks. */
export function summaryOf(
  verdicts: readonly Verdict[],
  challenged: number | null,
  reward: Reward,
): WatchSummary {
  const count = (verdict: Verdict): number => verdicts.filter((one) => one === verdict).length;
  const batches = verdicts.length;
  const [right, wrong, withheld] = [count("right"), count("wrong"), count("withheld")];
  const seen = `${batches} ${batches === 1 ? "batch" : "batches"}: ${right} right, ${wrong} wrong, ${withheld} withheld`;
  const taken = challenged === null ? "" : `; ${challenged} taken back, ${reward.words}`;
  const { rewardMicro } = reward;
  return {
    ...{ event: "summary", batches, right, wrong, withheld, challenged: challenged ?? 0, rewardMicro },
    words:
      batches === 0 ? "no batch was open to a challenge; --from 1 looks at final ones, too" : seen + taken,
  };
}
