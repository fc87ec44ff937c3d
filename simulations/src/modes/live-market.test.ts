import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAuction } from "@commonwatt/market";
import { accountInterval, escrow } from "@commonwatt/settlement";
import { createLogger, epochMs, intervalLength, simulatedClock } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { neighbourhoods } from "../../test/any-neighbourhood.ts";
import { ObjectRun } from "../engine/object-run.ts";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import { tariffAt } from "../neighbourhood/tariff-at.ts";
import { liveHomes } from "./live-home.ts";
import { LiveMarket } from "./live-market.ts";

const logger = createLogger("silent", true);

/** A run whose orders are signed, checked, journaled and cleared by a market. */
async function onMarket(options: SimulationOptions): Promise<SimulationResult> {
  const { neighbourhood } = options;
  const { community, startMs, intervalMinutes, intervals } = neighbourhood;
  const directory = mkdtempSync(join(tmpdir(), "commonwatt-market-"));
  const clock = simulatedClock(epochMs(startMs - intervalLength(intervalMinutes)));
  const venue = callAuction();
  const homes = liveHomes(neighbourhood, venue, escrow());
  const tariff = tariffAt(neighbourhood, 0);
  const sites = homes.map(({ site }) => site);
  await venue.start({ community, domain: null, clock, logger, directory, sites, tariff });
  try {
    const market = new LiveMarket(venue, homes, clock, intervalMinutes);
    const run = new ObjectRun(options);
    for (let t = 0; t < intervals; t++) {
      const round = run.bid(t);
      const { trades } = await market.clear(round);
      const delivery = run.deliver(round, trades);
      run.account(delivery, accountInterval({ ...delivery, feePpm: neighbourhood.feePpm }));
    }
    return run.result();
  } finally {
    await venue.stop();
    rmSync(directory, { recursive: true });
  }
}

test("a live market clears what a run on arrays clears, whatever the homes and their keys", {
  timeout: 60_000,
}, async () => {
  let trades = 0;
  await fc.assert(
    fc.asyncProperty(neighbourhoods(4), async (neighbourhood) => {
      const options = { neighbourhood, mechanism: "uniform", forecast: "perfect", seed: "1" } as const;
      const given = { ...options, workers: 1, trades: true };
      const result = await simulate(given);
      expect(await onMarket(given)).toEqual(result);
      trades += result.trades.length;
    }),
    { numRuns: 8, seed: 4 },
  );
  expect(trades).toBeGreaterThan(10);
});
