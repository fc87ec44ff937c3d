import type { BiddingMoment } from "./bidding-moment.ts";
import type { Strategy, StrategyContext, StrategyRun } from "./strategy.ts";

/** How far a home looks ahead in its retailer's tariff: 24 hours. */
const HORIZON_MINUTES = 24 * 60;

/** What a battery does with an interval's tariff. */
type Duty = "charge" | "keep" | "own-house";

/**
 * The battery by the clock of the tariff, as many installers set it: where the retail price is the lowest of the next 24 hours and what is stored comes back at
 * a higher price, losses included, it is filled from the grid; while a price is to come that is worth waiting for, it takes
 * the sun's surplus and gives nothing; else it follows its house. What that is expected to leave is bid for at the
 * retail price or offered at the feed-in price; while it is filled from the grid, nothing is quoted.
 */
export const timeOfUse: Strategy = {
  name: "time-of-use",
  begin: (context) => new TimeOfUseRun(context),
};

class TimeOfUseRun implements StrategyRun {
  readonly #context: StrategyContext;
  /** By interval: the lowest and the highest retail price from it on for a day. */
  readonly #lowest: Int32Array;
  readonly #highest: Int32Array;

  constructor(context: StrategyContext) {
    const { retailPrice, intervalMinutes } = context.neighbourhood;
    const span = HORIZON_MINUTES / intervalMinutes;
    this.#context = context;
    this.#lowest = extremesAhead(retailPrice, span, (a, b) => a <= b);
    this.#highest = extremesAhead(retailPrice, span, (a, b) => a >= b);
  }

  quote(home: number, moment: BiddingMoment, quotes: Parameters<StrategyRun["quote"]>[2]): void {
    const duty = this.#dutyOf(home, moment);
    if (duty === "charge") return;
    const netLoadWh = (moment.expectedLoadWh[home] as number) - (moment.expectedPvWh[home] as number);
    const gridWh = netLoadWh + this.#chargedWh(home, moment, netLoadWh, duty);
    if (gridWh > 0) quotes.add(home, 0, gridWh, moment.retailPrice);
    else quotes.add(home, 1, -gridWh, moment.feedInPrice);
  }

  idlePowerW(home: number, moment: BiddingMoment): number | undefined {
    const { batteries, intervalMinutes } = this.#context.neighbourhood;
    const duty = this.#dutyOf(home, moment);
    if (duty === "own-house") return undefined;
    if (duty === "charge") return -(batteries.chargePowerMaxW[home] as number);
    const netLoadWh = (moment.expectedLoadWh[home] as number) - (moment.expectedPvWh[home] as number);
    return Math.round((-this.#chargedWh(home, moment, netLoadWh, duty) * 60) / intervalMinutes);
  }

  /** What the battery is expected to take in the interval, in Wh; below zero it gives. */
  #chargedWh(home: number, moment: BiddingMoment, netLoadWh: number, duty: Duty): number {
    const { capacityWh, reserveWh } = this.#context.neighbourhood.batteries;
    const storedWh = moment.storedWh[home] as number;
    const roomWh = Math.max(
      0,
      Math.min(moment.chargeMaxWh[home] as number, (capacityWh[home] as number) - storedWh),
    );
    if (netLoadWh <= 0) return Math.min(roomWh, -netLoadWh);
    if (duty === "keep") return 0;
    const availableWh = Math.max(0, storedWh - (reserveWh[home] as number));
    return -Math.min(moment.dischargeMaxWh[home] as number, availableWh, netLoadWh);
  }

  #dutyOf(home: number, { interval, retailPrice }: BiddingMoment): Duty {
    const { capacityWh, chargeEfficiencyPermille, dischargeEfficiencyPermille } =
      this.#context.neighbourhood.batteries;
    if (capacityWh[home] === 0) return "own-house";
    const roundTrip =
      ((chargeEfficiencyPermille[home] as number) * (dischargeEfficiencyPermille[home] as number)) / 1e6;
    const worthLater = (this.#highest[interval] as number) * roundTrip;
    if (worthLater <= retailPrice) return "own-house";
    return retailPrice === this.#lowest[interval] ? "charge" : "keep";
  }
}

/** For each place the extreme of a column over it and what follows, `span` places in all. */
function extremesAhead(
  column: Int32Array,
  span: number,
  isBetter: (a: number, b: number) => boolean,
): Int32Array {
  const extremes = new Int32Array(column.length);
  // Places whose values get strictly worse; the best of the window is the first (a monotone queue).
  const queue: number[] = [];
  let first = 0;
  for (let at = column.length - 1; at >= 0; at--) {
    while (queue.length > first && isBetter(column[at] as number, column[queue.at(-1) as number] as number))
      queue.pop();
    queue.push(at);
    while ((queue[first] as number) >= at + span) first += 1;
    extremes[at] = column[queue[first] as number] as number;
  }
  return extremes;
}
