import assert from "node:assert/strict";
import type { Clearing, Hex } from "@commonwatt/vpp-core";
import type { MarketCounts } from "../engine/market-engine.ts";
import { readJournal } from "../journal/read-journal.ts";
import { replayMarket } from "./market-journal.ts";

/** What a journal amounts to. */
export interface JournalReplay {
  readonly community: string;
  /** Records in the journal, one for each input that changed the market. */
  readonly records: number;
  /** Length of an unfinished last batch, which counts for nothing. */
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
  const replay = replayMarket("checked");
  const { lastSequence, tornBytes } = await readJournal(directory, replay.reader);
  const engine = replay.engine();
  assert(engine !== null, "a journal has a head");
  return {
    community: engine.community,
    records: lastSequence,
    tornBytes,
    counts: engine.counts(),
    clearings: engine.clearings(),
    stateHash: engine.stateHash(),
  };
}
