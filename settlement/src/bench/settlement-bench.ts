import { priceMicroPerKwh, type SiteId, seededRandom, siteId, wattHours } from "@commonwatt/vpp-core";
import { accountInterval } from "../accounting/account-interval.ts";
import type { MeteredEnergy } from "../accounting/site-statement.ts";
import { type BatchGas, gasCost } from "./gas-cost.ts";
import { largeInterval } from "./large-interval.ts";
import { type ParallelRound, parallelRounds, WARM_UPS } from "./parallel-rounds.ts";
import { REPEATS, threadMs } from "./thread-time.ts";

/**
 * What was measured; times are of thread CPU. A round repeats its task {@link REPEATS} times; times and rates are those of
 * the worst round.
 */
export interface SettlementBenchResult {
  readonly cores: number;
  readonly gas: readonly BatchGas[];
  readonly naiveGasPerTrade: number;
  readonly buildMs: number;
  readonly verifyMs: number;
  /** Of all batches in all rounds. */
  readonly slowestBatchMs: number;
  /** Trades built into a batch and verified again, a second, each core its own batch. */
  readonly batchTradesPerSecond: number;
  readonly orderSignaturesPerSecond: number;
  readonly accounting5000TradesMs: number;
}

const SITES = 1_000;
const TRADES = 5_000;
const SIGNED_ORDERS = 1_000;

/** Measures what a batch costs, in gas on a development chain and in time on this machine. */
export async function settlementBench(
  rounds: number,
  report: (step: object) => void,
): Promise<SettlementBenchResult> {
  const { batches: gas, naiveGasPerTrade } = await gasCost();
  report({ event: "gas", gas, naiveGasPerTrade });
  const accounting = accountingTimes(rounds);
  report({ event: "accounting", ms: accounting });
  const batch = await parallelRounds({ task: "batch", sites: SITES, trades: TRADES }, rounds);
  report({ event: "batches", rounds: batch });
  const signatures = await parallelRounds({ task: "signatures", orders: SIGNED_ORDERS }, rounds);
  report({ event: "signatures", rounds: signatures });
  // Each thread has a core of its own, so their rates add up.
  const worst = (count: number, measured: readonly ParallelRound[]): number =>
    Math.min(
      ...measured.map((threads) =>
        threads.reduce((sum, { buildMs, verifyMs }) => sum + (1_000 * count) / (buildMs + verifyMs), 0),
      ),
    );
  return {
    ...{ cores: batch[0]?.length ?? 0, gas, naiveGasPerTrade },
    buildMs: Math.max(...batch.flat().map(({ buildMs }) => buildMs)),
    verifyMs: Math.max(...batch.flat().map(({ verifyMs }) => verifyMs)),
    slowestBatchMs: Math.max(...batch.flat().map(({ slowestMs }) => slowestMs)),
    batchTradesPerSecond: worst(TRADES, batch),
    orderSignaturesPerSecond: worst(SIGNED_ORDERS, signatures),
    accounting5000TradesMs: Math.max(...accounting),
  };
}

function accountingTimes(rounds: number): readonly number[] {
  const random = seededRandom("accounting");
  const { interval, trades, rules } = largeInterval(SITES, TRADES, random);
  const metered = new Map<SiteId, MeteredEnergy>(
    Array.from({ length: SITES }, (_, number) => [
      siteId(`home-${number}`),
      { importWh: wattHours(random.integer(0, 2_000)), exportWh: wattHours(random.integer(0, 2_000)) },
    ]),
  );
  const tariff = {
    retailPrice: priceMicroPerKwh(rules.retailPrice),
    feedInPrice: priceMicroPerKwh(rules.feedInPrice),
  };
  const times = Array.from({ length: WARM_UPS + rounds }, () => {
    const accounting = threadMs();
    for (let repeat = 0; repeat < REPEATS; repeat++) accountInterval({ interval, trades, metered, tariff });
    return accounting() / REPEATS;
  });
  return times.slice(WARM_UPS);
}
