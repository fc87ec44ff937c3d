import { CommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import type { IntervalSettlement } from "../ports/settlement.ts";
import type { Clearing } from "../ports/trading-venue.ts";
import { moneyNano, sumMoney } from "../units/money.ts";
import { type Community, type StartOptions, startCommunity } from "./community.ts";
import { runMarket } from "./market-loop.ts";
import type { RunEvent } from "./run-event.ts";
import type { RunSummary } from "./run-summary.ts";
import { drained, settlementLoop } from "./settlement-loop.ts";
import { summarise } from "./summarise.ts";

/** How long the last batches may take to be final and paid; a long challenge window takes longer. */
const DRAIN_TIMEOUT_MS = 120_000;

const UNFINISHED: RunEvent = {
  event: "warning",
  component: "settlement",
  code: "SETTLEMENT_UNFINISHED",
  message:
    `the last batches were not all paid within ${DRAIN_TIMEOUT_MS / 1_000} s: ` +
    "the next start on the same data folder goes on with them",
};

/** Options of {@link runCommunity}. */
export interface RunOptions extends StartOptions {
  /** How many delivery intervals to trade, settle and pay; `null` runs until told to stop. */
  readonly intervals: number | null;
}

/**
 * Runs a community from start to stop. With `intervals` it ends by itself when the last of them is paid;
 * otherwise when `signal` aborts. Either way every battery is returned to its own mode, everything is
 * flushed, and what the run came to is returned.
 * @throws CommonwattError `RUN_STOPPED` when `signal` aborted before everything was up.
 */
export async function runCommunity(options: RunOptions, signal: AbortSignal): Promise<RunSummary> {
  const community = await startCommunity(options, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    const reason = messageOf(signal.reason);
    options.report({ event: "stopping", reason });
    throw new CommonwattError("RUN_STOPPED", `stopped before everything was up: ${reason}`, { cause: error });
  });
  try {
    await trade(community, options, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    options.report({
      event: "stopping",
      reason: signal.aborted ? messageOf(signal.reason) : "all intervals are settled",
    });
    await community.rest();
    return await summarise(community, options.uptimeMs);
  } finally {
    await community.close();
  }
}

async function trade(community: Community, options: RunOptions, signal: AbortSignal): Promise<void> {
  const { context } = community;
  const report = (event: RunEvent): void => {
    community.tally.take(event);
    options.report(event);
  };
  const settlement = settlementLoop({
    ...context,
    signal,
    saveReadings: async () => {
      await Promise.all(context.sites.map((site) => site.saveReadings()));
    },
    onSettled: (_interval, clearing, settled) => tellSettled(community, report, clearing, settled),
  });
  const market = runMarket(
    { ...context, signal, report, onCleared: settlement.enqueue },
    options.intervals ?? Number.POSITIVE_INFINITY,
  );
  await Promise.race([market, settlement.failed]);
  await settlement.idle();
  const patience = AbortSignal.timeout(DRAIN_TIMEOUT_MS);
  if (!(await drained(context.rail, patience, signal))) report(UNFINISHED);
}

function tellSettled(
  { context }: Community,
  report: (event: RunEvent) => void,
  clearing: Clearing,
  { batchNumber, intervalIndex, settledWh, statements }: IntervalSettlement,
): void {
  const savings = statements.map((each) => moneyNano(each.withTradingNano - each.withoutTradingNano));
  statements.forEach((statement, index) => {
    const saved = savings[index];
    if (saved !== undefined) context.fleet.addSavings(statement.siteId, saved);
  });
  report({
    event: "settled",
    intervalIndex,
    batchNumber,
    tradedWh: clearing.volumeWh,
    settledWh,
    statements,
    savedNano: sumMoney(savings),
  });
}
