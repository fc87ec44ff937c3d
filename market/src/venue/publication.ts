import assert from "node:assert/strict";
import type { IntervalIndex } from "@commonwatt/vpp-core";
import type { MarketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import type { PublicFeed } from "./public-feed.ts";

/** Brings what the engine did to the feed once it is on the disk, in the order in which it was done. */
export interface Publication {
  /** The engine has taken an input, which is now on its way to the disk. */
  applied(sequence: number, input: MarketInput, event: MarketEvent): void;
  /** The input with this sequence, and so every one before it, is on the disk. */
  settled(sequence: number): void;
  /** The last input that is on the disk. */
  sequence(): number;
}

/** Joins an engine and its feed. `onTrades` is told of the intervals in which something was traded. */
export function publication(
  engine: MarketEngine,
  feed: PublicFeed,
  onTrades: (index: IntervalIndex) => void,
): Publication {
  const waiting: { readonly sequence: number; publish(): void; readonly traded: Set<IntervalIndex> }[] = [];
  let published = engine.sequence();
  return {
    applied(sequence, input, event) {
      waiting.push({ sequence, publish: publisher(engine, feed, input, event), traded: tradedIn(event) });
    },
    settled(sequence) {
      published = Math.max(published, sequence);
      const end = waiting.findIndex((entry) => entry.sequence > sequence);
      const ready = waiting.splice(0, end === -1 ? waiting.length : end);
      for (const { publish } of ready) publish();
      for (const index of new Set(ready.flatMap(({ traded }) => [...traded]))) onTrades(index);
    },
    sequence: () => published,
  };
}

/** What will tell the feed; all that may change until then is taken now. */
function publisher(
  engine: MarketEngine,
  feed: PublicFeed,
  input: MarketInput,
  event: MarketEvent,
): () => void {
  if ("effects" in event) return () => feed.changed(event.effects);
  if (event.kind === "gate-closed") return () => feed.cleared(event.clearing);
  if (event.kind !== "interval-open") return () => {};
  assert(input.kind === "interval-opened", "an interval is opened by its input");
  const book = engine.book(input.interval.index);
  assert(book !== null && book.phase !== "closed", "what was opened is open");
  const { interval, gateClosesMs, phase } = book;
  return () => feed.opened({ interval, gateClosesMs, phase });
}

function tradedIn(event: MarketEvent): Set<IntervalIndex> {
  if (event.kind === "gate-closed") {
    const hasCall = event.clearing.trades.some(({ phase }) => phase === "call");
    return new Set(hasCall ? [event.clearing.intervalIndex] : []);
  }
  const effects = "effects" in event ? event.effects : [];
  return new Set(effects.flatMap((effect) => (effect.kind === "trade" ? [effect.trade.intervalIndex] : [])));
}
