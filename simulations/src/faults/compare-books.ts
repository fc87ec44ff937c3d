import { join } from "node:path";
import { replayJournal } from "@commonwatt/market";
import { inspectBatches } from "@commonwatt/settlement";
import {
  type BatchRecord,
  intervalIndex,
  type Logger,
  openPostgresStore,
  startEmbeddedPostgres,
  systemClock,
  type Trade,
} from "@commonwatt/vpp-core";

/** More than any street of a test ever has. */
const EVERYTHING = 1_000_000;

/** What a street's three books say of the same trades, after it was stopped. */
export interface BooksComparison {
  readonly journalTrades: number;
  readonly databaseTrades: number;
  /** Trades within batches whose header the chain holds. */
  readonly chainTrades: number;
  /** Trades that are in the journal but not, or not the same, in the database or on the chain. */
  readonly lost: number;
  /** Trades that a book holds twice, or that the journal does not know. */
  readonly doubled: number;
  readonly batches: number;
  readonly batchesOnChain: number;
  /** Batches that are not what their own archive gives when recomputed. */
  readonly batchesWrong: number;
  readonly stateHash: string;
}

/** Compares the journal, the database and the chain that a street left in its data folder. */
export async function compareBooks(directory: string, logger: Logger): Promise<BooksComparison> {
  const journal = await replayJournal(join(directory, "market"));
  const { trades, batches } = await readDatabase(directory, logger);
  const chain = await inspectBatches(join(directory, "settlement"), batches);
  const held = new Set(
    chain.batches.filter((each) => each.isOnChain && each.isFinal).map((each) => each.number),
  );
  const journalTrades = journal.clearings.flatMap((clearing) => clearing.trades);
  const chainTrades = batches
    .filter((batch) => held.has(batch.number))
    .flatMap((batch) => batch.settlement.trades.map((each) => each.trade));
  const known = new Set(journalTrades.map(keyOf));
  const books = [trades, chainTrades];
  return {
    journalTrades: journalTrades.length,
    databaseTrades: trades.length,
    chainTrades: chainTrades.length,
    lost: books.reduce((total, book) => total + missingIn(book, journalTrades), 0),
    doubled: books.reduce((total, book) => total + surplusIn(book, known), 0),
    batches: batches.length,
    batchesOnChain: chain.onChain,
    batchesWrong: chain.batches.filter((each) => each.faults.length > 0).length,
    stateHash: journal.stateHash,
  };
}

async function readDatabase(
  directory: string,
  logger: Logger,
): Promise<{ readonly trades: readonly Trade[]; readonly batches: readonly BatchRecord[] }> {
  const server = await startEmbeddedPostgres(join(directory, "postgres"));
  try {
    const store = await openPostgresStore({
      connectionString: server.connectionString,
      logger,
      wallClock: systemClock,
      spoolDirectory: join(directory, "spool"),
    });
    const trades = await store.trades.trades(intervalIndex(0), EVERYTHING);
    const batches = await store.batches.list(1, EVERYTHING);
    await store.close();
    return { trades, batches };
  } finally {
    await server.stop();
  }
}

/** Everything that makes a trade this trade. */
function keyOf(trade: Trade): string {
  const { id, intervalIndex: index, sellerId, buyerId, offerId, bidId, energyWh, price, phase } = trade;
  return [id, index, sellerId, buyerId, offerId, bidId, energyWh, price, phase].join("|");
}

function missingIn(book: readonly Trade[], expected: readonly Trade[]): number {
  const held = new Set(book.map(keyOf));
  return expected.filter((trade) => !held.has(keyOf(trade))).length;
}

function surplusIn(book: readonly Trade[], known: ReadonlySet<string>): number {
  const distinct = new Set(book.map(keyOf));
  const twice = book.length - distinct.size;
  return twice + [...distinct].filter((key) => !known.has(key)).length;
}
