import type { IntervalAccounts } from "@commonwatt/settlement";
import {
  type Clearing,
  type EpochMs,
  NO_MONEY,
  type SettlementRail,
  type SignedMeterReading,
  type TradingVenue,
  wattHours,
} from "@commonwatt/vpp-core";
import type { ObjectDelivery } from "../engine/object-interval.ts";
import type { LiveHome } from "./live-home.ts";

const NOTHING = { importWh: wattHours(0), exportWh: wattHours(0) };

/** Settles delivered intervals on a rail, from the registers that meters sign at their boundaries. */
export class LiveSettlement {
  readonly #rail: SettlementRail;
  readonly #venue: Pick<TradingVenue, "bookedOrders">;
  readonly #homes: readonly LiveHome[];
  /** At the start of the next interval. */
  #before: readonly SignedMeterReading[];

  constructor(
    rail: SettlementRail,
    venue: Pick<TradingVenue, "bookedOrders">,
    homes: readonly LiveHome[],
    startMs: EpochMs,
  ) {
    this.#rail = rail;
    this.#venue = venue;
    this.#homes = homes;
    this.#before = homes.map(({ meter }) => meter.count(NOTHING, startMs));
  }

  /** The accounts of an interval, which are those of its batch. */
  async settle(
    { interval, metered }: ObjectDelivery,
    { clearingPrice, trades }: Clearing,
  ): Promise<IntervalAccounts> {
    const after = this.#homes.map(({ site, meter }) =>
      meter.count(metered.get(site.id) ?? NOTHING, interval.endMs),
    );
    const readings = [...this.#before, ...after];
    this.#before = after;
    const orders = this.#venue.bookedOrders(interval.index);
    const settled = await this.#rail.settle({ interval, clearingPrice, orders, trades, readings });
    return {
      trades: settled.trades,
      fees: settled.trades.map(() => NO_MONEY),
      statements: settled.statements,
      settledWh: settled.settledWh,
    };
  }
}
