import { afterEach, beforeEach, expect, test } from "vitest";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { TradeStore } from "../ports/store.ts";
import type { Clearing } from "../ports/trading-venue.ts";
import { durationMs, sleep } from "../time/clock.ts";
import { intervalIndex } from "../time/delivery-interval.ts";
import { systemClock } from "../time/system-clock.ts";
import { type ClearingSaver, clearingSaver } from "./clearing-saver.ts";

const quiet = (): void => undefined;
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
const away = new CommonwattError("STORE_UNAVAILABLE", "away", { retryable: true });
let problem: Error | null;
let log: string[];
let aborter: AbortController;

beforeEach(() => {
  problem = null;
  log = [];
  aborter = new AbortController();
});
afterEach(() => aborter.abort());

function saver(): ClearingSaver {
  const trades = {
    async saveClearing(clearing: Clearing) {
      if (problem !== null) throw problem;
      log.push(`save ${clearing.intervalIndex}`);
    },
  } as unknown as TradeStore;
  return clearingSaver({ trades, wallClock: systemClock, logger, signal: aborter.signal });
}

function take(to: ClearingSaver, index: number): void {
  const clearing = { intervalIndex: intervalIndex(index) } as Clearing;
  to.save(clearing, () => log.push(`saved ${index}`));
}

test("clearings wait for a store that is away, in their order, and are told when they are saved", async () => {
  problem = away;
  const clearings = saver();
  take(clearings, 1);
  take(clearings, 2);
  await sleep(systemClock, durationMs(20));
  expect(log).toEqual([]);
  problem = null;
  await clearings.idle();
  expect(log).toEqual(["save 1", "saved 1", "save 2", "saved 2"]);
});

test("a clearing that the store refuses for good fails, and none after it is saved", async () => {
  problem = new CommonwattError("STORE_CONFLICT", "another clearing is there");
  const clearings = saver();
  take(clearings, 1);
  await expect(clearings.failed).rejects.toMatchObject({ code: "STORE_CONFLICT" });
  problem = null;
  take(clearings, 2);
  await expect(clearings.idle()).rejects.toMatchObject({ code: "STORE_CONFLICT" });
  expect(log).toEqual([]);
});

test("a run that ends does not wait for a store that is away", async () => {
  problem = away;
  const clearings = saver();
  take(clearings, 1);
  aborter.abort();
  await expect(clearings.idle()).rejects.toBe(away);
});
