import { CommonwattError, type Hex, messageOf } from "@commonwatt/vpp-core";
import type { SignatureTrust } from "../engine/admit-order.ts";
import { type MarketEngine, marketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import { hashOf } from "../engine/state-hash.ts";
import { type JournalReader, JSON_RECORD } from "../journal/read-journal.ts";
import type { JournalAbout } from "../journal/segment-format.ts";

/** What the journal of a live market holds. */
const CONTENT = "market-orders";

/** The kinds of input that a journal may hold. */
const INPUT_KINDS: ReadonlySet<unknown> = new Set<MarketInput["kind"]>([
  "register-changed",
  "interval-opened",
  "time-advanced",
  "order-submitted",
  "cancel-submitted",
  "chain-cancelled",
  "gate-closed",
]);

/** What a gate closure adds to its input, so that a replay which clears differently is noticed. */
interface ClearingSeal {
  /** SHA-256 over the clearing. */
  readonly clearingHash: Hex;
}

/** What stands at the head of a community's journal. */
export function marketAbout(community: string): Omit<JournalAbout, "instance"> {
  return { content: CONTENT, community, rules: {} };
}

/** How an input that changed the market is written down: as JSON. */
export function marketRecord(input: MarketInput, event: MarketEvent): Buffer {
  const sealed: MarketInput | (MarketInput & ClearingSeal) =
    event.kind === "gate-closed" ? { ...input, clearingHash: hashOf(event.clearing) } : input;
  return jsonOf(sealed);
}

/** The most bytes that the record of an input may take, whatever comes of it. */
export function marketRecordBytesMax(input: MarketInput): number {
  return jsonOf(input).length + SEAL_BYTES;
}

/** Length of what a seal adds, in bytes. */
const SEAL_BYTES = 128;

/** An order is whatever came in from outside; what no JSON can say is left for the checks to refuse. */
function jsonOf(input: MarketInput): Buffer {
  return Buffer.from(
    JSON.stringify(input, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
  );
}

/** A market that is brought to where its journal ends. */
export interface MarketReplay {
  /** The market as far as records were read; `null` before the first. */
  engine(): MarketEngine | null;
  readonly reader: JournalReader;
}

/**
 * Reads a market's journal into an engine: a new one, or `begun`, which knows the first records already.
 *
 * Reading fails with CommonwattError `JOURNAL_WRONG_FORMAT` when the records are not of a market, and with
 * `JOURNAL_DIVERGED` when a record does not do again what it did when it was written.
 */
export function replayMarket(signatures: SignatureTrust, begun: MarketEngine | null = null): MarketReplay {
  const known = begun?.sequence() ?? 0;
  let engine = begun;
  return {
    engine: () => engine,
    reader: {
      from: 1,
      start({ content, community }) {
        if (content !== CONTENT) {
          throw new CommonwattError("JOURNAL_WRONG_FORMAT", `this journal holds ${content}, not ${CONTENT}`, {
            details: { content },
          });
        }
        const market = engine ?? marketEngine(community);
        engine = market;
        return (type, sequence, words, at, bytes) => {
          if (sequence <= known) return;
          const json = Buffer.from(words.buffer, words.byteOffset + 4 * at, bytes).toString("utf8");
          replayRecord(market, type, sequence, json, signatures);
        };
      },
    },
  };
}

function replayRecord(
  engine: MarketEngine,
  type: number,
  sequence: number,
  json: string,
  signatures: SignatureTrust,
): void {
  if (type !== JSON_RECORD) throw diverged(sequence, "a record of unknown type");
  const record = recordOf(json, sequence);
  const event = applyRecord(engine, record, sequence, signatures);
  if (!event.changed || engine.sequence() !== sequence || !holdsSeal(record, event)) {
    const isRejected = event.kind === "order-rejected" || event.kind === "cancel-rejected";
    throw diverged(sequence, isRejected ? event.code : event.kind);
  }
}

type InputRecord = Readonly<Record<string, unknown>>;

function recordOf(json: string, sequence: number): InputRecord {
  try {
    const record: unknown = JSON.parse(json);
    if (typeof record === "object" && record !== null && "kind" in record && INPUT_KINDS.has(record.kind))
      return record as InputRecord;
  } catch (error) {
    throw diverged(sequence, "a record that is no JSON", error);
  }
  throw diverged(sequence, "an input of unknown kind");
}

function applyRecord(
  engine: MarketEngine,
  record: InputRecord,
  sequence: number,
  signatures: SignatureTrust,
): MarketEvent {
  try {
    return engine.apply(record as unknown as MarketInput, signatures);
  } catch (error) {
    throw diverged(sequence, messageOf(error), error);
  }
}

function holdsSeal(record: InputRecord, event: MarketEvent): boolean {
  return event.kind !== "gate-closed" || record["clearingHash"] === hashOf(event.clearing);
}

/** A record that does not do again what it did when it was written. */
export function diverged(sequence: number, outcome: string, cause?: unknown): CommonwattError {
  const message = `record ${sequence} of the journal does not replay: ${outcome}`;
  return new CommonwattError("JOURNAL_DIVERGED", message, { details: { sequence, outcome }, cause });
}
