import { messageOf, type VenueContext } from "@commonwatt/vpp-core";
import type { MarketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import type { Journal } from "../journal/journal.ts";
import { JSON_RECORD } from "../journal/read-journal.ts";
import { marketRecord, marketRecordBytesMax } from "../replay/market-journal.ts";
import type { MarketSnapshots } from "./market-snapshots.ts";
import { marketTime } from "./market-time.ts";
import type { Publication } from "./publication.ts";

/** An engine whose every input is on the disk before anybody hears of it. */
export interface DurableEngine {
  /** Takes an input; what is due by time comes before it. Rejections wait for nothing. */
  input(given: MarketInput): Promise<MarketEvent>;
  close(): Promise<void>;
}

/** Joins an engine, its journal and its publication, and lets happen in time what is due. */
export function durableEngine(
  engine: MarketEngine,
  journal: Journal,
  publish: Publication,
  snapshots: MarketSnapshots,
  { clock, logger }: Pick<VenueContext, "clock" | "logger">,
): DurableEngine {
  /** Engine and journal take an input in the same turn of the event loop, so both see the same order. */
  const take = (given: MarketInput): MarketEvent => {
    journal.assertRoom(marketRecordBytesMax(given));
    const event = engine.apply(given);
    if (event.changed) {
      publish.applied(engine.sequence(), given, event);
      journal.append(JSON_RECORD, marketRecord(given, event));
    }
    return event;
  };
  const takeDue = (atMs: MarketInput["atMs"]): void => {
    const due = engine.dueAtMs();
    if (due !== null && due <= atMs) take({ kind: "time-advanced", atMs });
  };
  const settle = async (sequence: number): Promise<void> => {
    await journal.durable();
    publish.settled(sequence);
  };
  const time = marketTime(clock, engine.dueAtMs, async () => {
    try {
      takeDue(clock.now());
      await settle(engine.sequence());
    } catch (error) {
      // What is due is taken before the next input in any case.
      logger.error({ error: messageOf(error) }, "the market could not write down what was due");
    }
  });
  time.rearm();
  return {
    async input(given) {
      takeDue(given.atMs);
      const event = take(given);
      const sequence = engine.sequence();
      time.rearm();
      // A repeated input waits too: its first answer may still be on the way to the disk.
      if (event.kind !== "order-rejected" && event.kind !== "cancel-rejected") await settle(sequence);
      if (event.kind === "gate-closed") snapshots.consider();
      return event;
    },
    async close() {
      time.stop();
      await snapshots.idle();
      await journal.close();
    },
  };
}
