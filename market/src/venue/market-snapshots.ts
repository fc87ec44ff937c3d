import assert from "node:assert/strict";
import { join } from "node:path";
import { type Logger, messageOf } from "@commonwatt/vpp-core";
import { readSnapshot, writeSnapshot } from "../durable/book-snapshot.ts";
import { compactJournal } from "../durable/compact-journal.ts";
import type { MarketEngine } from "../engine/market-engine.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalAbout } from "../journal/segment-format.ts";

/** What snapshots of a market are taken of, and how often. */
export interface MarketSnapshotsContext {
  readonly directory: string;
  readonly about: JournalAbout;
  readonly engine: MarketEngine;
  readonly journal: Journal;
  readonly logger: Logger;
  /** Records between two snapshots, at least. */
  readonly every: number;
  /** Sequence of the last snapshot. */
  readonly last: number;
}

/** Keeps what a start must read, and the journal's folder, small. */
export interface MarketSnapshots {
  /** Takes a snapshot beside the market when enough was written since the last one. */
  consider(): void;
  /** Settles when none is being taken. */
  idle(): Promise<void>;
}

/**
 * Takes snapshots of a market: its state beside the journal, read back, and what is superfluous then removed. One
 * that fails is logged, and the market goes on: its journal has everything.
 */
export function marketSnapshots({ logger, every, ...context }: MarketSnapshotsContext): MarketSnapshots {
  let { last } = context;
  let running: Promise<void> | null = null;
  const consider = (): void => {
    if (running !== null || context.engine.sequence() - last < every) return;
    last = context.engine.sequence();
    running = take(context)
      .then((filesRemoved) => {
        logger.info({ sequence: last, filesRemoved }, "took a snapshot of the market");
      })
      .catch((error: unknown) => {
        logger.warn({ error: messageOf(error) }, "no snapshot of the market could be taken");
      })
      .finally(() => {
        running = null;
        // Much may have been written meanwhile.
        consider();
      });
  };
  return {
    consider,
    async idle() {
      while (running !== null) await running;
    },
  };
}

async function take({
  directory,
  about,
  engine,
  journal,
}: Pick<MarketSnapshotsContext, "directory" | "about" | "engine" | "journal">): Promise<number> {
  const sequence = engine.sequence();
  const hash = engine.stateHash();
  const { state, arena } = engine.snapshot();
  // A snapshot must never know more than the journal.
  await journal.durable();
  const name = await writeSnapshot(directory, { about, sequence, hash, state, arena });
  const found = await readSnapshot(join(directory, name));
  assert(found.sequence === sequence && found.hash === hash, "a snapshot reads as it was written");
  return compactJournal(directory);
}
