import type { OrderSide, PriceMicroPerKwh, Random } from "@commonwatt/vpp-core";

/** Energy that someone wants or has, and what a kWh of it is worth to them: a block of their marginal values. */
export interface Valuation {
  readonly side: OrderSide;
  /** The most a buyer would pay, the least a seller would take. */
  readonly value: PriceMicroPerKwh;
}

/** What is known when an order is written. */
export interface BiddingMoment {
  /** The lowest and the highest price that anyone may name, e.g. the feed-in and the retail price. */
  readonly priceMin: PriceMicroPerKwh;
  readonly priceMax: PriceMicroPerKwh;
  /** How much of the trading time is over, from 0 when the book opens to 1 when the gate closes. */
  readonly progress: number;
}

/** An order that everybody has seen, and whether it was taken. */
export interface Shout {
  readonly side: OrderSide;
  readonly price: PriceMicroPerKwh;
  readonly isTraded: boolean;
}

/**
 * How a trader names prices. Pure: what it remembers is a value that it hands back, and chance is its
 * {@link Random}.
 */
export interface Bidder<Memory> {
  readonly name: string;
  /** Where the behaviour is from. */
  readonly source: string;
  /** What a bidder begins with. */
  begin(valuation: Valuation, random: Random): Memory;
  /** The limit of an order for the block, now. */
  limitPrice(valuation: Valuation, moment: BiddingMoment, memory: Memory, random: Random): PriceMicroPerKwh;
  /** What it remembers after a shout of anybody's; `isActive` while the block has not traded yet. */
  hear(valuation: Valuation, shout: Shout, memory: Memory, random: Random, isActive: boolean): Memory;
}
