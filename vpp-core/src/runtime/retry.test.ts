import { expect, test } from "vitest";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import { epochMs } from "../time/clock.ts";
import { simulatedClock } from "../time/simulated-clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { type RetryContext, retrying } from "./retry.ts";

const quiet = (): void => undefined;
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
const away = new CommonwattError("STORE_UNAVAILABLE", "away", { retryable: true });

function context(over: Partial<RetryContext> = {}): RetryContext {
  return { what: "work", wallClock: systemClock, logger, signal: new AbortController().signal, ...over };
}

test("tries again while the error says that it may help", async () => {
  let tries = 0;
  const result = await retrying(context(), async () => {
    tries += 1;
    if (tries < 3) throw away;
    return tries;
  });
  expect(result).toBe(3);
});

test.each([
  ["an error that is final", new CommonwattError("STORE_REFUSED", "no")],
  ["an error of another kind", new Error("bug")],
])("gives up at once on %s", async (_name, error) => {
  let tries = 0;
  const work = retrying(context(), async () => {
    tries += 1;
    throw error;
  });
  await expect(work).rejects.toBe(error);
  expect(tries).toBe(1);
});

test("throws the work's own error when patience ends in a pause", async () => {
  const aborter = new AbortController();
  const wallClock = simulatedClock(epochMs(0));
  const work = retrying(context({ signal: aborter.signal, wallClock }), async () => {
    throw away;
  });
  await Promise.resolve();
  aborter.abort(new Error("no more patience"));
  await expect(work).rejects.toBe(away);
});
