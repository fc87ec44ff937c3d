import { expect, test } from "vitest";
import { drained } from "./settlement-loop.ts";

/** A rail whose batches are never paid. */
const slow = {
  drain: (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
};
const never = new AbortController().signal;

test("batches that outlast the patience are no failure", async () => {
  expect(await drained(slow, AbortSignal.timeout(5), never)).toBe(false);
  expect(await drained({ drain: async () => undefined }, never, never)).toBe(true);
});

test("a stop and a failure of the rail are passed on", async () => {
  const stop = new AbortController();
  const waiting = drained(slow, never, stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  const failing = { drain: () => Promise.reject(new Error("the store is gone")) };
  await expect(drained(failing, never, never)).rejects.toThrow("the store is gone");
});
