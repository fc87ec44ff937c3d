import { messageOf } from "../errors/commonwatt-error.ts";
import type { Community } from "./community.ts";
import { countBy } from "./count-by.ts";
import type { RunSummary } from "./run-summary.ts";

/** Says what a run came to. Reads the escrow's books from the chain and counts what is in the store. */
export async function summarise(community: Community, uptimeMs: () => number): Promise<RunSummary> {
  const { config, context, tally } = community;
  const totals = tally.totals();
  const audit = await context.rail.audit().catch((error: unknown) => {
    context.logger.error({ error: messageOf(error) }, "the escrow could not be audited");
    return null;
  });
  const readings = await context.store.readings.count().catch((error: unknown) => {
    context.logger.error({ error: messageOf(error) }, "the readings could not be counted");
    return null;
  });
  const identities = context.sites.flatMap((site) =>
    site.links.flatMap((link) => link.live().identity ?? []),
  );
  return {
    event: "summary",
    homes: context.sites.length,
    devices: countBy(identities, ({ protocol }) => protocol),
    intervals: totals.intervals,
    trades: totals.trades,
    tradedWh: totals.tradedWh,
    settledWh: totals.settledWh,
    batchesCommitted: audit?.batchesCommitted ?? 0,
    batchesFinalized: audit?.batchesFinalized ?? 0,
    withdrawals: totals.withdrawals,
    savedNano: totals.savedNano.toString(),
    currency: config.currency,
    escrow: {
      conserved: audit?.conserved ?? false,
      tokenBalanceMicro: audit?.tokenBalance.toString() ?? null,
      owedMicro: audit?.owed.toString() ?? null,
      contract: audit?.contract ?? null,
      chainId: audit?.chainId ?? null,
    },
    store: { readings, server: context.store.description },
    journal: { stateHash: context.venue.stateHash() },
    scenario: config.scenario ?? {},
    firstClearedMs: totals.firstClearedMs,
    firstPayoutMs: totals.firstPayoutMs,
    elapsedMs: Math.round(uptimeMs()),
  };
}
