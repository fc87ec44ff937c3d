import assert from "node:assert/strict";
import type { Hex } from "@commonwatt/vpp-core";
import type { MarketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import type { AcceptedOrder } from "../engine/market-state.ts";
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

/** Joins an engine and its feed. */
export function publication(engine: MarketEngine, feed: PublicFeed): Publication {
  const waiting: { readonly sequence: number; publish(): void }[] = [];
  let published = engine.sequence();
  return {
    applied(sequence, input, event) {
      waiting.push({ sequence, publish: () => publishEvent(engine, feed, input, event) });
    },
    settled(sequence) {
      const end = waiting.findIndex((entry) => entry.sequence > sequence);
      for (const entry of waiting.splice(0, end === -1 ? waiting.length : end)) entry.publish();
      published = Math.max(published, sequence);
    },
    sequence: () => published,
  };
}

function publishEvent(engine: MarketEngine, feed: PublicFeed, input: MarketInput, event: MarketEvent): void {
  const orderOf = (id: Hex): AcceptedOrder => {
    const accepted = engine.order(id);
    assert(accepted !== null, "what was taken is known");
    return accepted;
  };
  switch (event.kind) {
    case "interval-open":
      assert(input.kind === "interval-opened", "an interval is opened by its input");
      feed.opened(input.interval);
      break;
    case "order-accepted": {
      const accepted = orderOf(event.orderId);
      const { replaces } = accepted.order;
      feed.accepted(accepted, replaces === undefined ? null : orderOf(replaces));
      break;
    }
    case "orders-cancelled":
      feed.cancelled(event.orderIds.map(orderOf));
      break;
    case "gate-closed":
      feed.cleared(event.clearing);
      break;
    default:
      break;
  }
}
