import {
  durationMs,
  openPostgresStore,
  type RunningService,
  serveChild,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { escrow } from "../escrow-rail.ts";
import { silent, testContext, testInterval, testStreet, testTrade } from "../testing/street.ts";
import { dieAt } from "./kill-points.ts";

/** What the operator's process is told. */
export interface OperatorInit {
  readonly rpcUrl: string;
  readonly databaseUrl: string;
  readonly directory: string;
  /** Number of the last interval to settle. */
  readonly intervals: number;
  readonly homes: number;
  readonly maxFeeGwei: number;
  /** The gap between two steps at which it dies by itself, or `null`. */
  readonly dieAt: string | null;
}

/** What it tells as it goes. */
export type OperatorStep =
  | { readonly step: "started" }
  | { readonly step: "drained" }
  | { readonly step: "settled"; readonly number: number }
  | { readonly step: "chain"; readonly kind: string }
  | { readonly step: "failed"; readonly message: string };

const PAUSE_MS = 400;
const SOLD_WH = 800;
const PRICE = 150_000;

/** Settles the same intervals at every start: what is settled already stays as it is. */
async function operate(
  init: OperatorInit,
  tell: (step: OperatorStep) => void,
): Promise<RunningService<null>> {
  const { rpcUrl, databaseUrl: connectionString, directory, maxFeeGwei } = init;
  const store = await openPostgresStore({
    ...{ connectionString, logger: silent, wallClock: systemClock, spoolDirectory: directory },
  });
  const { batches, outbox, fetch } = dieAt(init.dieAt, { ...store, fetch: globalThis.fetch });
  globalThis.fetch = fetch;
  const street = testStreet(init.homes);
  const terms = {
    challengeWindowSeconds: 1,
    responseSeconds: 1,
    withdrawalDelaySeconds: 5,
    sweepEarnings: true,
  };
  const rail = escrow({ finality: 0, rpcUrl, maxFeeGwei, ...terms });
  const run = async (): Promise<void> => {
    await rail.start({
      ...testContext(street, directory, { batches, outbox }),
      emit: ({ kind }) => tell({ step: "chain", kind }),
    });
    tell({ step: "started" });
    for (let number = 1; number <= init.intervals; number++) {
      const interval = testInterval(number);
      const flows = street.sites.map((_, home) => flowOf(home));
      const trades = [testTrade(interval, 1, 1, 2, SOLD_WH, PRICE)];
      const delivery = street.deliver(interval, flows, trades, rail.signingDomain());
      const isNew = (await batches.byInterval(interval.index)) === null;
      await rail.settle(delivery);
      tell({ step: "settled", number });
      if (isNew) await sleep(systemClock, durationMs(PAUSE_MS));
    }
    await rail.drain(new AbortController().signal);
    tell({ step: "drained" });
  };
  run().catch((error: unknown) => tell({ step: "failed", message: String(error) }));
  return {
    ready: null,
    async stop() {
      await rail.stop();
      await store.close();
    },
  };
}

/** The first home sells what the second buys. */
function flowOf(home: number): readonly [importWh: number, exportWh: number] {
  if (home === 0) return [0, SOLD_WH];
  return home === 1 ? [SOLD_WH, 0] : [100, 0];
}

serveChild((init: OperatorInit, tell) => operate(init, tell));
