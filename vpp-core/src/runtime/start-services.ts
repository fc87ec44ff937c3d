import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { Clock } from "../time/clock.ts";
import { intervalLength } from "../time/delivery-interval.ts";
import { systemClock } from "../time/system-clock.ts";
import type { Closers } from "./closers.ts";
import type { CommunityConfig } from "./config.ts";
import type { DataDirectory } from "./data-directory.ts";
import { gateLead } from "./market-loop.ts";
import type { Member } from "./members.ts";
import type { RunReporter } from "./run-event.ts";
import type { RunTally } from "./run-tally.ts";

/** What market and settlement are started with. */
export interface ServiceContext {
  readonly config: CommunityConfig;
  readonly everyone: readonly Member[];
  readonly directory: DataDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly report: RunReporter;
  readonly tally: RunTally;
  readonly store: Store;
  readonly closers: Closers;
}

/** Starts the market, which takes orders that the settlement can settle: it recovers from its journal. */
export async function startVenue({
  config,
  everyone,
  directory,
  clock,
  logger,
  closers,
}: ServiceContext): Promise<void> {
  closers.add("market", () => config.venue.stop());
  await config.venue.start({
    community: config.community,
    domain: config.rail.signingDomain(),
    clock,
    logger: logger.child({ component: "market" }),
    directory: directory.folder("market"),
    sites: everyone.map((member) => member.site),
    tariff: config.tariff,
  });
}

/**
 * Starts the settlement: chain, contracts and accounts, and whatever was under way. A chain may be away for
 * long: `signal` ends the waiting, and the start then fails.
 */
export async function startRail(context: ServiceContext, signal: AbortSignal): Promise<void> {
  const { config, everyone, directory, clock, logger, report, tally, store, closers } = context;
  const stop = (): void => {
    config.rail.stop().catch(() => undefined);
  };
  closers.add("settlement", () => config.rail.stop());
  signal.addEventListener("abort", stop, { once: true });
  await config.rail.start({
    community: config.community,
    currency: config.currency,
    clock,
    wallClock: systemClock,
    logger: logger.child({ component: "settlement" }),
    directory: directory.folder("settlement"),
    sites: everyone.map((member) => member.railSite),
    tariff: config.tariff,
    intervalMs: intervalLength(config.intervalMinutes),
    gateClosureMs: gateLead(config.intervalMinutes),
    batches: store.batches,
    outbox: store.outbox,
    emit(event) {
      const told = { event: "chain", ...event } as const;
      tally.take(told);
      report(told);
    },
  });
  signal.removeEventListener("abort", stop);
}
