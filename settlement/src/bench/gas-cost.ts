import { type Account, seededRandom } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { communityHash, headerFromJson } from "../batch/batch-header.ts";
import { hashRules } from "../batch/batch-rules.ts";
import { buildBatch } from "../batch/build-batch.ts";
import { TOKEN } from "../chain/contracts.ts";
import { openTrialCourt } from "../chain/trial-court.ts";
import { COMMUNITY, largeInterval } from "./large-interval.ts";

/** What committing one batch costs, in gas. */
export interface BatchGas {
  readonly trades: number;
  readonly commitGas: number;
  readonly gasPerTrade: number;
}

/** Sizes of the batches, and how many transfers stand for all. */
const SIZES = [100, 1_000, 5_000] as const;
const TRANSFERS = 20;
const SITES = 1_000;

/** Commits batches of several sizes to the real court, and pays trades one by one beside them. */
export async function gasCost(): Promise<{
  readonly batches: readonly BatchGas[];
  readonly naiveGasPerTrade: number;
}> {
  const inputs = SIZES.map((trades) => largeInterval(SITES, trades, seededRandom("gas")));
  const [first] = inputs;
  if (first === undefined) throw new RangeError("there are sizes");
  const court = await openTrialCourt(communityHash(COMMUNITY), hashRules(first.rules));
  try {
    const batches: BatchGas[] = [];
    let previous: BatchFile | null = null;
    let committedAt = 0;
    // The first commit writes the docket for the first time, so one more comes before those that count.
    for (const [number, input] of [first, ...inputs].entries()) {
      const { file } = buildBatch(previous, input, "trusted");
      const committed = await court.commit(headerFromJson(file.header), committedAt);
      const trades = input.trades.length;
      const { gasUsed: commitGas } = committed;
      if (number > 0) batches.push({ trades, commitGas, gasPerTrade: commitGas / trades });
      previous = file;
      committedAt = committed.committedAt;
    }
    return { batches, naiveGasPerTrade: await naiveTransfers(court.transferer, court.send) };
  } finally {
    await court.close();
  }
}

/** The gas of one ERC-20 transfer a trade, each a transaction of its own, between accounts that hold tokens. */
async function naiveTransfers(
  sender: Account,
  send: Awaited<ReturnType<typeof openTrialCourt>>["send"],
): Promise<number> {
  const homes = Array.from(
    { length: TRANSFERS },
    (_, number) => `0x${(0xbeef + number).toString(16).padStart(40, "0")}` as Account,
  );
  for (const home of homes) await send(sender, TOKEN, "transfer", [home, 1]);
  let gasUsed = 0;
  for (const home of homes) gasUsed += (await send(sender, TOKEN, "transfer", [home, 1])).gasUsed;
  return gasUsed / TRANSFERS;
}
