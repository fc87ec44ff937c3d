import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAuction } from "@commonwatt/market";
import { type EscrowAccount, escrow, openEscrowBooks } from "@commonwatt/settlement";
import {
  type BatchStore,
  type EscrowAudit,
  epochMs,
  gateLead,
  intervalLength,
  type Logger,
  openPostgresStore,
  type RailContext,
  type SettlementRail,
  type Store,
  simulatedClock,
  startEmbeddedPostgres,
  systemClock,
  type TradingVenue,
} from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import { ObjectRun } from "../engine/object-run.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import { checkNeighbourhood } from "../neighbourhood/check-neighbourhood.ts";
import { tariffAt } from "../neighbourhood/tariff-at.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import { type LiveHome, liveHomes } from "./live-home.ts";
import { LiveMarket } from "./live-market.ts";
import { LiveSettlement } from "./live-settlement.ts";
import { requireFullPath } from "./mode-fit.ts";

/** What a run on the full path came to, and what the chain says of it. */
export interface FullPathRun {
  readonly result: SimulationResult;
  /** What each home has in escrow when the last batch is paid, in the order of the homes. */
  readonly escrow: readonly EscrowAccount[];
  /** Nano money in one smallest unit of the escrow's token. */
  readonly nanoPerUnit: bigint;
  readonly audit: EscrowAudit;
  /** Batches that are not on the chain as they are in the store, or not final. */
  readonly batchesUnsettled: number;
  /** Batches that are not what their own archive gives when it is recomputed, signatures and all. */
  readonly batchesWrong: number;
  /** Of everything from the first interval to the last payment. */
  readonly gasUsed: number;
}

/** Long enough for the court, short enough to be waited for, in seconds of the chain's own time. */
const WINDOW_SECONDS = 1;
/** The last batches are final and paid soon after the last interval, in real time. */
const DRAIN_TIMEOUT_MS = 120_000;

/**
 * Runs a neighbourhood as `simulate` does, with everything between the homes real: orders are signed (EIP-712) and
 * journaled by a market, meters sign their registers, batches are stored in PostgreSQL, committed on a development
 * chain, made final and paid out of the escrow, into which every home has put a deposit.
 * @throws CommonwattError `SIMULATION_MODE_UNFIT` for a neighbourhood that contracts cannot settle,
 *   `SIMULATION_ORDER_REFUSED`, the reason of `signal` when it aborted, and what store, chain and rail throw.
 */
export async function runFullPath(
  options: SimulationOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<FullPathRun> {
  checkNeighbourhood(options.neighbourhood);
  requireFullPath(options);
  for (const name of new Set(options.neighbourhood.strategies)) await STRATEGIES[name].prepare?.();
  const directory = mkdtempSync(join(tmpdir(), "commonwatt-full-path-"));
  try {
    return await withStore(directory, logger, (store) => runOn(store, directory, options, logger, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function withStore<Outcome>(
  directory: string,
  logger: Logger,
  use: (store: Store) => Promise<Outcome>,
): Promise<Outcome> {
  const server = await startEmbeddedPostgres(folderIn(directory, "postgres"));
  try {
    const { connectionString } = server;
    const spoolDirectory = folderIn(directory, "spool");
    const store = await openPostgresStore({
      connectionString,
      logger,
      wallClock: systemClock,
      spoolDirectory,
    });
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  } finally {
    await server.stop();
  }
}

async function runOn(
  store: Store,
  directory: string,
  options: SimulationOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<FullPathRun> {
  signal.throwIfAborted();
  const { neighbourhood } = options;
  const { community, startMs, intervalMinutes } = neighbourhood;
  const clock = simulatedClock(epochMs(startMs - intervalLength(intervalMinutes)));
  const { name, kPerMille } = namedMechanism(options.mechanism);
  const venue = callAuction({ mechanism: { name, ...(kPerMille === null ? {} : { kPerMille }) } });
  const rail = escrow({
    ...{ challengeWindowSeconds: WINDOW_SECONDS, responseSeconds: WINDOW_SECONDS, sweepEarnings: false },
  });
  const homes = liveHomes(neighbourhood, venue, rail);
  const sites = homes.map(({ site }) => site);
  const tariff = tariffAt(neighbourhood, 0);
  const common = { community, clock, logger, tariff, sites };
  const settlementDirectory = folderIn(directory, "settlement");
  const context: RailContext = {
    ...{ ...common, currency: "EUR" },
    ...{
      wallClock: systemClock,
      directory: settlementDirectory,
      batches: store.batches,
      outbox: store.outbox,
    },
    ...{ intervalMs: intervalLength(intervalMinutes), gateClosureMs: gateLead(intervalMinutes) },
    emit: () => undefined,
  };
  await rail.start(context);
  try {
    await venue.start({
      ...common,
      ...{ directory: folderIn(directory, "market"), domain: rail.signingDomain() },
    });
    try {
      const { batches } = store;
      return await trade(options, { venue, rail, homes, clock, batches, settlementDirectory, signal });
    } finally {
      await venue.stop();
    }
  } finally {
    await rail.stop();
  }
}

/** What is up while a neighbourhood trades. */
interface Running {
  readonly venue: TradingVenue;
  readonly rail: SettlementRail;
  readonly homes: readonly LiveHome[];
  readonly clock: ReturnType<typeof simulatedClock>;
  readonly batches: BatchStore;
  readonly settlementDirectory: string;
  readonly signal: AbortSignal;
}

async function trade(
  options: SimulationOptions,
  { venue, rail, homes, clock, batches, settlementDirectory, signal }: Running,
): Promise<FullPathRun> {
  const { startMs, intervals, intervalMinutes } = options.neighbourhood;
  const books = await openEscrowBooks(settlementDirectory);
  try {
    const run = new ObjectRun(options);
    const market = new LiveMarket(venue, homes, clock, intervalMinutes);
    const settlement = new LiveSettlement(rail, venue, homes, startMs);
    for (let t = 0; t < intervals; t++) {
      signal.throwIfAborted();
      const round = run.bid(t);
      const { clearing, trades } = await market.clear(round);
      const delivery = run.deliver(round, trades);
      run.account(delivery, await settlement.settle(delivery, clearing));
      await books.gasUsed();
      options.onProgress?.(t + 1, intervals);
    }
    await rail.drain(AbortSignal.any([AbortSignal.timeout(DRAIN_TIMEOUT_MS), signal]));
    const inspected = await books.inspect(await batches.list(1, intervals));
    return {
      result: run.result(),
      escrow: await books.accounts(homes.map(({ site }) => site.account)),
      nanoPerUnit: books.nanoPerUnit,
      audit: await rail.audit(),
      batchesUnsettled: inspected.filter(({ isOnChain, isFinal }) => !isOnChain || !isFinal).length,
      batchesWrong: inspected.filter(({ faults }) => faults.length > 0).length,
      gasUsed: await books.gasUsed(),
    };
  } finally {
    books.close();
  }
}

function folderIn(directory: string, name: string): string {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
