import assert from "node:assert/strict";
import type { Clearing, Hex } from "@commonwatt/vpp-core";
import type { MarketCounts } from "../engine/market-engine.ts";
import { listFiles } from "../journal/journal-files.ts";
import { readJournal } from "../journal/read-journal.ts";
import { recoverMarket } from "./recover-market.ts";

/** What a journal amounts to. */
export interface JournalReplay {
  readonly community: string;
  /** Records there ever were, one for each input that changed the market. */
  readonly records: number;
  /** Of them, those that a snapshot stands for, since they are gone; 0 while all are there. */
  readonly snapshotRecords: number;
  /** Length of an unfinished last batch, which counts for nothing. */
  readonly tornBytes: number;
  readonly counts: MarketCounts;
  /** Oldest interval first. */
  readonly clearings: readonly Clearing[];
  /** What the venue that wrote the journal calls its state hash at this point. */
  readonly stateHash: Hex;
}

/**
 * Replays the journal of a folder from the first record that is still there, checking every signature again,
 * without touching or locking it: a running market's journal may be replayed too. What was compacted away stands
 * in a snapshot, which is believed.
 * @throws CommonwattError `JOURNAL_MISSING`, `JOURNAL_UNREADABLE`, `JOURNAL_CORRUPT`, `JOURNAL_WRONG_FORMAT`,
 *   `JOURNAL_DIVERGED`.
 */
export async function replayJournal(directory: string): Promise<JournalReplay> {
  const files = await listFiles(directory);
  const isCompacted = (files.segments[0]?.sequence ?? 1) > 1;
  const replay = await recoverMarket(directory, files, "checked", isCompacted);
  const { lastSequence, tornBytes } = await readJournal(directory, replay.reader);
  const engine = replay.engine();
  assert(engine !== null, "a journal has a head");
  return {
    community: engine.community,
    records: lastSequence,
    snapshotRecords: replay.snapshotSequence,
    tornBytes,
    counts: engine.counts(),
    clearings: engine.clearings(),
    stateHash: engine.stateHash(),
  };
}
