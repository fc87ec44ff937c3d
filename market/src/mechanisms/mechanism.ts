import type { Hex, OrderSide, PriceMicroPerKwh, WattHours } from "@commonwatt/vpp-core";

/** An order as a mechanism sees it: nothing about who wrote it, so that nothing about it can matter. */
export interface BookOrder {
  /** Unique within a book; breaks ties. */
  readonly id: Hex;
  readonly side: OrderSide;
  /** Above zero. */
  readonly energyWh: WattHours;
  readonly limitPrice: PriceMicroPerKwh;
}

/** How much of an order was filled; orders that got nothing are left out. */
export interface Allocation {
  readonly orderId: Hex;
  readonly energyWh: WattHours;
}

/** `energyWh` from an offer to a bid at `price`. */
export interface Match {
  readonly bidId: Hex;
  readonly offerId: Hex;
  readonly energyWh: WattHours;
  readonly price: PriceMicroPerKwh;
}

/** What a mechanism makes of a book. */
export interface MechanismOutcome {
  /** `null` when nothing was traded. */
  readonly clearingPrice: PriceMicroPerKwh | null;
  readonly volumeWh: WattHours;
  /** In merit order, bids before offers. */
  readonly allocations: readonly Allocation[];
  /** Their energy per order is exactly the order's allocation. */
  readonly matches: readonly Match[];
}

/** A pure rule that turns a book into trades. The order in which orders are given must not matter. */
export interface Mechanism {
  readonly name: string;
  clear(orders: readonly BookOrder[]): MechanismOutcome;
}
