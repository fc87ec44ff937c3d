import { CommonwattError, type Hex, messageOf } from "@commonwatt/vpp-core";
import type { SignatureTrust } from "../engine/admit-order.ts";
import { type MarketEngine, marketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import { hashOf } from "../engine/state-hash.ts";
import type { JournalRecord } from "../journal/journal-record.ts";

const FORMAT = "commonwatt-market-journal";
/** Rises whenever a journal of before could be read wrongly. */
const VERSION = 1;

/** The kinds of input that a journal may hold. */
const INPUT_KINDS: ReadonlySet<unknown> = new Set<MarketInput["kind"]>([
  "register-changed",
  "interval-opened",
  "order-submitted",
  "cancel-submitted",
  "gate-closed",
]);

/** The first record of a market's journal. */
export interface MarketJournalHeader {
  readonly kind: "header";
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly community: string;
}

/** What a gate closure adds to its input, so that a replay which clears differently is noticed. */
interface ClearingSeal {
  /** SHA-256 over the clearing. */
  readonly clearingHash: Hex;
}

/** The header of a community's journal. */
export function marketJournalHeader(community: string): MarketJournalHeader {
  return { kind: "header", format: FORMAT, version: VERSION, community };
}

/** How an input that changed the market is written down. */
export function marketRecord(
  input: MarketInput,
  event: MarketEvent,
): MarketInput | (MarketInput & ClearingSeal) {
  return event.kind === "gate-closed" ? { ...input, clearingHash: hashOf(event.clearing) } : input;
}

/** The community a journal belongs to, from its first record; throws as {@link replayMarket} does. */
export function communityOf(header: JournalRecord | undefined): string {
  const format = header?.["format"];
  const version = header?.["version"];
  const community = header?.["community"];
  if (format !== FORMAT || version !== VERSION || typeof community !== "string") {
    throw new CommonwattError(
      "JOURNAL_WRONG_FORMAT",
      `this is not a version ${VERSION} journal of a market`,
      {
        details: { format: String(format), version: String(version) },
      },
    );
  }
  return community;
}

/**
 * Brings a market to where its journal ends. The first record must be the header.
 * @throws CommonwattError `JOURNAL_WRONG_FORMAT` when the records are not of a market or of another version,
 *   `JOURNAL_DIVERGED` when a record does not do again what it did when it was written.
 */
export function replayMarket(records: readonly JournalRecord[], signatures: SignatureTrust): MarketEngine {
  const [header, ...inputs] = records;
  const engine = marketEngine(communityOf(header));
  for (const record of inputs) {
    const event = applyRecord(engine, record, signatures);
    if (!event.changed || engine.sequence() !== record.sequence || !holdsSeal(record, event)) {
      throw diverged(
        record,
        event.kind === "order-rejected" || event.kind === "cancel-rejected" ? event.code : event.kind,
      );
    }
  }
  return engine;
}

function applyRecord(engine: MarketEngine, record: JournalRecord, signatures: SignatureTrust): MarketEvent {
  if (!INPUT_KINDS.has(record["kind"])) throw diverged(record, "an input of unknown kind");
  try {
    return engine.apply(record as unknown as MarketInput, signatures);
  } catch (error) {
    throw diverged(record, messageOf(error), error);
  }
}

function holdsSeal(record: JournalRecord, event: MarketEvent): boolean {
  return event.kind !== "gate-closed" || record["clearingHash"] === hashOf(event.clearing);
}

function diverged(record: JournalRecord, outcome: string, cause?: unknown): CommonwattError {
  const message = `record ${record.sequence} of the journal does not replay: ${outcome}`;
  return new CommonwattError("JOURNAL_DIVERGED", message, {
    details: { sequence: record.sequence, outcome },
    cause,
  });
}
