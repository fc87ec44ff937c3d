import { doubleAuction } from "../src/double-auction.ts";
import { INTERVAL, orderOf, sampleContext } from "./sample-market.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The journal of a market that has stopped. */
export interface ClearedJournal {
  readonly folder: string;
  /** What the market knew at its end. */
  readonly stateHash: string;
}

/** Runs a market of six records: a bid and an offer of 500 Wh that meet, and a gate that closes. */
export async function clearedJournal(): Promise<ClearedJournal> {
  const folder = await temporaryFolder();
  const venue = doubleAuction();
  await venue.start(sampleContext(folder));
  await venue.openInterval(INTERVAL);
  await venue.submit(orderOf(1, "bid", 500, 280_000));
  await venue.submit(orderOf(3, "offer", 500, 120_000));
  await venue.closeGate(INTERVAL.index);
  const stateHash = venue.stateHash();
  await venue.stop();
  return { folder, stateHash };
}
