import {
  type Clearing,
  CommonwattError,
  epochMs,
  gateLead,
  type Hex,
  type IntervalMinutes,
  type SimulatedClock,
  type Trade,
  type TradingVenue,
} from "@commonwatt/vpp-core";
import type { ObjectRound } from "../engine/object-interval.ts";
import type { LiveHome } from "./live-home.ts";

/** A round that a live market has cleared. */
export interface LiveClearing {
  readonly clearing: Clearing;
  /** Its trades by the orders of the round. */
  readonly trades: readonly Trade[];
}

/**
 * Clears rounds at a venue: each home signs its orders, the venue checks and journals them, and its gate closes on
 * the clock of the neighbourhood.
 */
export class LiveMarket {
  readonly #venue: TradingVenue;
  readonly #homes: ReadonlyMap<string, LiveHome>;
  readonly #clock: SimulatedClock;
  readonly #minutes: IntervalMinutes;

  constructor(
    venue: TradingVenue,
    homes: readonly LiveHome[],
    clock: SimulatedClock,
    minutes: IntervalMinutes,
  ) {
    this.#venue = venue;
    this.#homes = new Map(homes.map((home) => [home.site.id, home]));
    this.#clock = clock;
    this.#minutes = minutes;
  }

  /** @throws CommonwattError `SIMULATION_ORDER_REFUSED` for an order that the venue does not take. */
  async clear({ interval, orders }: ObjectRound): Promise<LiveClearing> {
    const venue = this.#venue;
    const gateClosesMs = epochMs(interval.startMs - gateLead(this.#minutes));
    await venue.openInterval(interval, gateClosesMs);
    const placed = await Promise.all(
      orders.map(async ({ id, trader, side, energyWh, limitPrice }) => {
        const home = this.#homes.get(trader);
        const intent = { siteId: trader, intervalIndex: interval.index, side, energyWh, limitPrice };
        const signed = home?.orders.sign(intent);
        const reply = signed === undefined ? null : await venue.submit(signed);
        if (reply?.status === "accepted") return [reply.orderId, id] as const;
        throw new CommonwattError(
          "SIMULATION_ORDER_REFUSED",
          `the market takes no ${side} of ${energyWh} Wh from ${trader}: ${reply?.message}`,
          { details: { siteId: trader, interval: interval.index, code: reply?.code ?? "unknown-site" } },
        );
      }),
    );
    const idOf = new Map<Hex, Hex>(placed);
    const own = (id: Hex): Hex => idOf.get(id) ?? id;
    this.#clock.advanceTo(gateClosesMs);
    const clearing = await venue.closeGate(interval.index);
    const trades = clearing.trades.map((trade) => {
      return { ...trade, bidId: own(trade.bidId), offerId: own(trade.offerId) };
    });
    return { clearing, trades };
  }
}
