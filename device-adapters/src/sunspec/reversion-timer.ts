import { type ModelImage, rawNumberAt } from "./model-image.ts";

/** How long reading back may take until a timer that was just started is doubted. */
const SLACK_S = 5;
/** The longest time that we arm: a day. */
const REVERSION_MAX_S = 86_400;

/** What a reversion timer is armed with for a lease that ends in `durationS`, in whole seconds. */
export function reversionSeconds(durationS: number): number {
  return Math.min(REVERSION_MAX_S, Math.max(1, Math.ceil(durationS)));
}

/**
 * Why a timer of model 704 cannot be relied on, as a sentence; `null` when it can. Where the device has the
 * point for what remains, only that proves that the timer was started anew and runs.
 */
export function timerDoubt(
  after: ModelImage,
  timeout: string,
  remaining: string,
  armedS: number,
): string | null {
  const armed = rawNumberAt(after, timeout);
  if (armed.status !== "good" || armed.value !== armedS) {
    return `${timeout} was written as ${armedS} and reads ${armed.status === "good" ? armed.value : armed.reason}`;
  }
  const left = rawNumberAt(after, remaining);
  if (left.status !== "good") return left.status === "unavailable" ? null : `${remaining}: ${left.reason}`;
  const runs = left.value > 0 && left.value <= armedS && left.value >= armedS - SLACK_S;
  return runs ? null : `the reversion timer does not run: ${remaining} reads ${left.value} of ${armedS} s`;
}
