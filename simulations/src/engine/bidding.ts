import assert from "node:assert/strict";
import { dischargeRoomWh, wholeEnergyWh } from "@commonwatt/vpp-core";
import type { ForecastRun, ForecastSpread } from "../forecasts/forecast.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { MILLIJOULES_PER_WH } from "../models/battery.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { BiddingMoment } from "../strategies/bidding-moment.ts";
import { connectionRoom, QuoteSheet } from "../strategies/quote-sheet.ts";
import type { StrategyRun } from "../strategies/strategy.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import { QUOTES_MAX } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";

/** A moment that the run moves on. */
type RunningMoment = { -readonly [Name in keyof BiddingMoment]: BiddingMoment[Name] };

/** Lets the homes `fromHome` to `toHome` − 1 bid, interval by interval. */
export class Bidding {
  readonly moment: RunningMoment;
  readonly quotes: QuoteSheet;
  readonly strategies: readonly StrategyRun[];
  /** Whether anything was expected of the last interval that was bid for. */
  isExpected = false;
  readonly #neighbourhood: Neighbourhood;
  readonly #forecast: ForecastRun;
  readonly #fromHome: number;
  readonly #toHome: number;
  /** The most a battery and its inverter pass in an interval, by home; infinite without limit. */
  readonly #dischargeWh: Float64Array;
  readonly #inverterWh: Float64Array;

  constructor(options: SimulationOptions, fromHome: number, toHome: number) {
    const { neighbourhood, forecast, seed, agent } = options;
    const { siteIds, batteries, intervalMinutes, strategies } = neighbourhood;
    const homes = siteIds.length;
    this.#neighbourhood = neighbourhood;
    this.quotes = new QuoteSheet(connectionRoom(neighbourhood));
    this.#fromHome = fromHome;
    this.#toHome = toHome;
    this.#forecast = FORECASTS[forecast].begin(neighbourhood, seed);
    const context = { neighbourhood, seed, forecast: this.#forecast, agent };
    const used = new Set(strategies.slice(fromHome, toHome));
    const runs = new Map([...used].map((name) => [name, STRATEGIES[name].begin(context)]));
    this.strategies = strategies.map((name) => runs.get(name) as StrategyRun);
    const hours = intervalMinutes / 60;
    const energies = (powers: Int32Array): Float64Array =>
      Float64Array.from(powers, (powerW) => wholeEnergyWh(powerW, hours));
    this.#dischargeWh = energies(batteries.dischargePowerMaxW);
    this.#inverterWh = energies(batteries.inverterPowerMaxW).map((energyWh, home) =>
      batteries.inverterPowerMaxW[home] === 0 ? Number.POSITIVE_INFINITY : energyWh,
    );
    this.moment = {
      ...{ interval: 0, retailPrice: 0, feedInPrice: 0, referencePrice: 0 },
      ...{ expectedLoadWh: new Int32Array(homes), expectedPvWh: new Int32Array(homes) },
      storedWh: new Int32Array(homes),
      chargeMaxWh: Int32Array.from(energies(batteries.chargePowerMaxW)),
      dischargeMaxWh: new Int32Array(homes),
    };
  }

  /** How sure the forecast is, where it says so. */
  get spread(): ForecastSpread | undefined {
    return this.#forecast.spread;
  }

  /** Collects the quotes for an interval, batteries holding what is given. `lastPrice` is −1 before any trade. */
  bid(interval: number, lastPrice: number, storedMillijoules: Float64Array): void {
    const { retailPrice, feedInPrice } = this.#neighbourhood;
    const { moment, quotes, strategies } = this;
    const [fromHome, toHome] = [this.#fromHome, this.#toHome];
    moment.interval = interval;
    moment.retailPrice = retailPrice[interval] as number;
    moment.feedInPrice = feedInPrice[interval] as number;
    moment.referencePrice =
      lastPrice < 0 ? Math.floor((moment.retailPrice + moment.feedInPrice) / 2) : lastPrice;
    quotes.clear();
    const { expectedLoadWh, expectedPvWh } = moment;
    this.isExpected = this.#forecast.expect(
      interval,
      interval,
      fromHome,
      toHome,
      expectedLoadWh,
      expectedPvWh,
    );
    this.#lookOut(storedMillijoules);
    if (!this.isExpected) return;
    for (let home = fromHome; home < toHome; home++) {
      const before = quotes.count;
      (strategies[home] as StrategyRun).quote(home, moment, quotes);
      if (quotes.count - before > QUOTES_MAX) assert.fail("a home has no more quotes than a market takes");
    }
  }

  /** What batteries hold, and can do in the interval. */
  #lookOut(storedMillijoules: Float64Array): void {
    const { storedWh, dischargeMaxWh, expectedPvWh } = this.moment;
    const { isExpected } = this;
    const [dischargeWh, inverterWh, toHome] = [this.#dischargeWh, this.#inverterWh, this.#toHome];
    for (let home = this.#fromHome; home < toHome; home++) {
      storedWh[home] = Math.floor((storedMillijoules[home] as number) / MILLIJOULES_PER_WH);
      const pvWh = isExpected ? (expectedPvWh[home] as number) : 0;
      dischargeMaxWh[home] = dischargeRoomWh(dischargeWh[home] as number, inverterWh[home] as number, pvWh);
    }
  }
}
