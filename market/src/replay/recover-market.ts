import { CommonwattError } from "@commonwatt/vpp-core";
import type { BookSnapshot } from "../durable/book-snapshot.ts";
import { newestReadable } from "../durable/recover-books.ts";
import type { SignatureTrust } from "../engine/admit-order.ts";
import { type MarketEngine, restoredEngine } from "../engine/market-engine.ts";
import type { JournalFiles } from "../journal/journal-files.ts";
import { diverged, type MarketReplay, replayMarket } from "./market-journal.ts";

/** A market that is brought back from the files of its journal. */
export interface MarketRecovery extends MarketReplay {
  /** Sequence of the last record in the snapshot it began with; 0 when it began with the first record. */
  readonly snapshotSequence: number;
}

/**
 * Brings a market back: the newest readable snapshot, and then the records after it. A damaged snapshot is
 * passed over, and more records come to the same.
 * @param fromSnapshot - otherwise it begins with the first record there ever was, which must still be there.
 * @throws CommonwattError `JOURNAL_DIVERGED` when a snapshot is whole and has another state than its hash says.
 */
export async function recoverMarket(
  directory: string,
  files: JournalFiles,
  signatures: SignatureTrust,
  fromSnapshot: boolean,
): Promise<MarketRecovery> {
  const snapshot = fromSnapshot ? await newestReadable(directory, files) : null;
  if (snapshot === null) return { ...replayMarket(signatures), snapshotSequence: 0 };
  const { sequence, about } = snapshot;
  const replay = replayMarket(signatures, restored(snapshot));
  return {
    engine: replay.engine,
    snapshotSequence: sequence,
    reader: {
      from: sequence + 1,
      start(found) {
        if (found.instance === about.instance) return replay.reader.start(found);
        const message = `a snapshot in ${directory} is of another journal`;
        throw new CommonwattError("JOURNAL_CORRUPT", message, { details: { directory } });
      },
    },
  };
}

function restored({ state, arena, hash, sequence }: BookSnapshot): MarketEngine {
  if (state === undefined) throw diverged(sequence, "a snapshot that is of no live market");
  const engine = restoredEngine({ state, arena });
  if (engine.stateHash() !== hash || engine.sequence() !== sequence)
    throw diverged(sequence, "a snapshot with another state than its hash says");
  return engine;
}
