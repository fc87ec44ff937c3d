import assert from "node:assert/strict";
import type { BiddingMoment } from "./bidding-moment.ts";
import type { OutsideAction, OutsideAgent, OutsideResult } from "./outside-agent.ts";
import type { QuoteSheet } from "./quote-sheet.ts";
import type { Strategy, StrategyContext, StrategyRun } from "./strategy.ts";

type Writable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] };

/** As an agent from outside decides, which sees what the built-in strategies see. */
export const outside: Strategy = {
  name: "outside",
  begin: (context) => new OutsideRun(context),
};

class OutsideRun implements StrategyRun {
  readonly #agent: OutsideAgent;
  readonly #lastInterval: number;
  /** Rows of the homes that the agent decides for, and the place of each row among them. */
  readonly #homes: readonly number[];
  readonly #placeOf = new Map<number, number>();
  readonly #results: (Writable<OutsideResult> | null)[];
  #asked = -1;
  #actions: readonly OutsideAction[] = [];
  #heard = 0;

  constructor({ neighbourhood, agent }: StrategyContext) {
    assert(agent !== undefined, "homes that are decided for from outside have an agent");
    this.#agent = agent;
    this.#lastInterval = neighbourhood.intervals - 1;
    this.#homes = [...neighbourhood.strategies.keys()].filter(
      (home) => neighbourhood.strategies[home] === "outside",
    );
    this.#homes.forEach((home, place) => {
      this.#placeOf.set(home, place);
    });
    this.#results = this.#homes.map(() => null);
  }

  quote(home: number, moment: BiddingMoment, quotes: QuoteSheet): void {
    if (this.#asked !== moment.interval) {
      this.#actions = this.#agent.decide(this.#homes, moment, this.#results);
      this.#asked = moment.interval;
    }
    for (const { side, energyWh, limitPrice } of this.#actionOf(home).orders) {
      quotes.add(home, side === "bid" ? 0 : 1, energyWh, limitPrice);
    }
  }

  idlePowerW(home: number, { interval }: BiddingMoment): number | undefined {
    // Nobody is asked about an interval of which nothing is expected.
    return this.#asked === interval ? (this.#actionOf(home).batteryPowerW ?? undefined) : undefined;
  }

  cleared(home: number, interval: number, soldWh: number, boughtWh: number, price: number): void {
    const priced = price < 0 ? null : price;
    this.#results[this.#placeIn(home)] = { interval, soldWh, boughtWh, price: priced, gainNano: 0 };
  }

  settled(home: number, gainNano: number): void {
    const result = this.#results[this.#placeIn(home)];
    assert(result !== null && result !== undefined, "an interval is cleared before it is accounted");
    result.gainNano = gainNano;
    this.#heard += 1;
    if (result.interval !== this.#lastInterval || this.#heard % this.#homes.length !== 0) return;
    this.#agent.ended(this.#homes, this.#results);
  }

  #actionOf(home: number): OutsideAction {
    const action = this.#actions[this.#placeIn(home)];
    assert(action !== undefined, "an agent decides for each of its homes");
    return action;
  }

  #placeIn(home: number): number {
    const place = this.#placeOf.get(home);
    assert(place !== undefined, "only homes that are decided for from outside are asked for");
    return place;
  }
}
