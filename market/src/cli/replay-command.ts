import {
  formatKwh,
  formatPrice,
  isCommonwattError,
  isoTime,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";
import { BOOK_CONTENT, replayBooks } from "../durable/recover-books.ts";
import { readAbout } from "../journal/read-journal.ts";
import { type JournalReplay, replayJournal } from "../replay/replay-journal.ts";
import { booksJson, booksTable } from "./replay-books.ts";

/** Where a command writes; lines without their newline. */
export interface CommandOutput {
  readonly line: (text: string) => void;
  readonly errorLine: (text: string) => void;
}

/** Exit codes: 0 fine, 1 a check or the work failed, 2 wrong usage. */
type ExitCode = 0 | 1 | 2;

/**
 * Replays the journal in a folder, of a live market or of durable books, and prints what it amounts to, as a table
 * or as NDJSON. Gives 1 for a journal that is damaged or does not replay, with the error's code, and 2 when there is none.
 */
export async function runReplay(folder: string, json: boolean, output: CommandOutput): Promise<ExitCode> {
  try {
    for (const text of await replayedLines(folder, json)) output.line(text);
    return 0;
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    const { code, message, details } = error;
    if (json) output.line(JSON.stringify({ event: "summary", ok: false, code, message, details }));
    else output.errorLine(`${code}: ${message}`);
    return code === "JOURNAL_MISSING" ? 2 : 1;
  }
}

async function replayedLines(folder: string, json: boolean): Promise<readonly string[]> {
  const { content } = await readAbout(folder);
  if (content === BOOK_CONTENT) {
    const books = await replayBooks(folder);
    return json ? booksJson(books) : booksTable(books);
  }
  const market = await replayJournal(folder);
  return json ? jsonLines(market) : tableLines(market);
}

function volumeOf(replay: JournalReplay): WattHours {
  return wattHours(replay.clearings.reduce((sum, clearing) => sum + clearing.volumeWh, 0));
}

function jsonLines(replay: JournalReplay): string[] {
  const { community, records, snapshotRecords, tornBytes, counts, clearings, stateHash } = replay;
  const events = clearings.map(({ trades, demand, supply, clearedAtMs, ...clearing }) => ({
    event: "clearing",
    ...clearing,
    clearedAt: isoTime(clearedAtMs),
    trades: trades.length,
  }));
  const volumeWh = volumeOf(replay);
  const summary = {
    event: "summary",
    ok: true,
    community,
    records,
    snapshotRecords,
    tornBytes,
    ...counts,
    volumeWh,
    stateHash,
  };
  return [...events, summary].map((event) => JSON.stringify(event));
}

function tableLines(replay: JournalReplay): string[] {
  const { community, records, snapshotRecords, tornBytes, counts, clearings, stateHash } = replay;
  const rows = clearings.map(
    ({ intervalIndex, status, clearingPrice, volumeWh, trades, bidCount, offerCount }) => {
      const price = clearingPrice === null ? "-" : formatPrice(clearingPrice);
      return row(intervalIndex, status, price, formatKwh(volumeWh), trades.length, bidCount, offerCount);
    },
  );
  return [
    row("interval", "status", "price/kWh", "kWh", "trades", "bids", "offers"),
    ...rows,
    "",
    `community   ${community}`,
    `records     ${records}${snapshotRecords > 0 ? `, the first ${snapshotRecords} in a snapshot` : ""}${tornBytes > 0 ? ` and ${tornBytes} bytes of what was never finished` : ""}`,
    `orders      ${counts.orders} of ${counts.sites} sites`,
    `intervals   ${counts.clearings} closed, ${counts.openIntervals} open`,
    `trades      ${counts.trades}, ${formatKwh(volumeOf(replay))} kWh`,
    `state hash  ${stateHash}`,
  ];
}

/** Widths of the table's columns. */
const COLUMN_WIDTHS = [10, 9, 11, 12, 8, 6, 8];

function row(...cells: readonly (string | number)[]): string {
  return cells.map((cell, i) => String(cell).padStart(COLUMN_WIDTHS[i] ?? 0)).join("");
}
