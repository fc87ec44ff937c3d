import type { Clearing, Hex } from "@commonwatt/vpp-core";
import type { MarketCounts } from "../engine/market-engine.ts";
import { readJournal } from "../journal/read-journal.ts";
import { replayMarket } from "./market-journal.ts";

/** What a journal amounts to. */
export interface JournalReplay {
  readonly community: string;
  /** Records in the journal, the header included. */
  readonly records: number;
  /** Length of an unfinished last record, which counts for nothing. */
  readonly tornBytes: number;
  readonly counts: MarketCounts;
  /** Oldest interval first. */
  readonly clearings: readonly Clearing[];
  /** What the venue that wrote the journal calls its state hash at this point. */
  readonly stateHash: Hex;
}

/**
 * Replays the journal of a folder from its first record, checking every signature again, without touching
 * or locking it: a running market's journal may be replayed too.
 * @throws CommonwattError `JOURNAL_MISSING`, `JOURNAL_UNREADABLE`, `JOURNAL_CORRUPT`, `JOURNAL_WRONG_FORMAT`,
 *   `JOURNAL_DIVERGED`.
 */
export async function replayJournal(directory: string): Promise<JournalReplay> {
  const { records, tornBytes } = await readJournal(directory);
  const engine = replayMarket(records, "checked");
  return {
    community: engine.community,
    records: records.length,
    tornBytes,
    counts: engine.counts(),
    clearings: engine.clearings(),
    stateHash: engine.stateHash(),
  };
}
