import type { Bidder, Valuation } from "@commonwatt/market";
import { type PriceMicroPerKwh, priceMicroPerKwh, type Random, seededRandom } from "@commonwatt/vpp-core";
import type { BiddingMoment } from "./bidding-moment.ts";
import { connectionRoom, QuoteSheet } from "./quote-sheet.ts";
import type { Strategy, StrategyContext, StrategyRun } from "./strategy.ts";
import type { StrategyName } from "./strategy-name.ts";
import { truthful } from "./truthful.ts";

/** A home that names prices as a bidder does. */
interface Trader<Memory> {
  readonly random: Random;
  /** What it remembers of bids and of offers; nothing before the first of them. */
  readonly memories: Memory[];
  /** Of the last interval that it quoted in: its side, the worth and the price of its best step, all its energy. */
  side: 0 | 1;
  value: PriceMicroPerKwh;
  price: PriceMicroPerKwh;
  quotedWh: number;
  /** Intervals in a row in which it quoted and traded nothing. */
  misses: number;
}

/** How much of the time for bargaining is over for a home that traded nothing in so many intervals in a row. */
export type Progress = (misses: number) => number;

/**
 * A strategy for the energy that the truthful one quotes, at prices that a bidder of the market names: what a
 * step is worth is the bidder's valuation. Who learns hears each interval as one shout: the price at which it
 * cleared, called by the other side; or its own, which nobody took, when there was no trade.
 */
export function namedPrices<Memory>(
  name: StrategyName,
  bidder: Bidder<Memory>,
  progress: Progress = () => 1,
): Strategy {
  return {
    name,
    begin: (context) => new NamingRun(bidder, progress, context),
  };
}

class NamingRun<Memory> implements StrategyRun {
  readonly #bidder: Bidder<Memory>;
  readonly #progress: Progress;
  readonly #truthful: StrategyRun;
  readonly #sheet: QuoteSheet;
  readonly #traders: readonly Trader<Memory>[];

  constructor(bidder: Bidder<Memory>, progress: Progress, context: StrategyContext) {
    this.#sheet = new QuoteSheet(connectionRoom(context.neighbourhood));
    this.#bidder = bidder;
    this.#progress = progress;
    this.#truthful = truthful.begin(context);
    this.#traders = context.neighbourhood.siteIds.map((id) => ({
      random: seededRandom(`${context.seed}/${id}/${bidder.name}`),
      memories: [],
      ...{ side: 0, value: priceMicroPerKwh(0), price: priceMicroPerKwh(0), quotedWh: 0, misses: 0 },
    }));
  }

  quote(home: number, moment: BiddingMoment, quotes: QuoteSheet): void {
    const sheet = this.#sheet;
    const trader = this.#traders[home] as Trader<Memory>;
    sheet.clear();
    this.#truthful.quote(home, moment, sheet);
    trader.quotedWh = 0;
    for (let at = 0; at < sheet.count; at++) {
      const side = sheet.sides[at] as 0 | 1;
      const value = priceMicroPerKwh(sheet.limitPrices[at] as number);
      const price = this.#priceOf(trader, valuationOf(side, value), moment);
      if (at === 0) Object.assign(trader, { side, value, price });
      trader.quotedWh += sheet.energyWh[at] as number;
      quotes.add(home, side, sheet.energyWh[at] as number, price);
    }
  }

  #priceOf(trader: Trader<Memory>, valuation: Valuation, moment: BiddingMoment): PriceMicroPerKwh {
    const { random, memories, misses } = trader;
    const side = valuation.side === "bid" ? 0 : 1;
    if (memories[side] === undefined) memories[side] = this.#bidder.begin(valuation, random);
    const about = {
      priceMin: priceMicroPerKwh(moment.feedInPrice),
      priceMax: priceMicroPerKwh(moment.retailPrice),
      progress: this.#progress(misses),
    };
    return this.#bidder.limitPrice(valuation, about, memories[side] as Memory, random);
  }

  cleared(home: number, _interval: number, soldWh: number, boughtWh: number, price: number): void {
    const trader = this.#traders[home] as Trader<Memory>;
    const { side, value, quotedWh, memories, random } = trader;
    if (quotedWh === 0) return;
    const tradedWh = soldWh + boughtWh;
    trader.misses = tradedWh === 0 ? trader.misses + 1 : 0;
    const other = side === 0 ? "offer" : "bid";
    const own = side === 0 ? "bid" : "offer";
    const shout =
      price < 0
        ? ({ side: own, price: trader.price, isTraded: false } as const)
        : ({ side: other, price: priceMicroPerKwh(price), isTraded: true } as const);
    memories[side] = this.#bidder.hear(
      valuationOf(side, value),
      shout,
      memories[side] as Memory,
      random,
      tradedWh < quotedWh,
    );
    trader.quotedWh = 0;
  }
}

function valuationOf(side: 0 | 1, value: PriceMicroPerKwh): Valuation {
  return { side: side === 0 ? "bid" : "offer", value };
}
