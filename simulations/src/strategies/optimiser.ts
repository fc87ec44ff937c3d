import assert from "node:assert/strict";
import { type LinearSolver, loadHighs } from "@commonwatt/market";
import { type BatteryPlan, planBattery } from "./battery-plan.ts";
import type { BiddingMoment } from "./bidding-moment.ts";
import { marginalQuotes } from "./marginal-quotes.ts";
import type { Strategy, StrategyContext, StrategyRun } from "./strategy.ts";

/** How far a plan looks ahead, in steps of an hour. */
const STEPS = 24;
const STEP_MINUTES = 60;
/** With less than this planned through the meter, the battery follows its house instead of a forecast, in Wh. */
const BALANCED_WH = 1;

let solver: LinearSolver | null = null;

/**
 * A receding horizon: each hour the battery's next day is planned as a linear program from the forecast and
 * the tariff, and what a stored kWh is worth in that plan is what the home quotes by. What the neighbours do
 * not take is done as planned.
 */
export const optimiser: Strategy = {
  name: "optimiser",
  async prepare() {
    solver ??= await loadHighs();
  },
  begin: (context) => {
    assert(solver !== null, "the solver is loaded before a run begins");
    return new OptimiserRun(context, solver);
  },
};

/** What a home does until it plans again. */
interface KeptPlan {
  readonly plan: BatteryPlan;
  /** Whether the plan's first hour leaves nothing to or from the grid. */
  readonly isBalanced: boolean;
  /** The first interval that needs a new one. */
  readonly until: number;
}

class OptimiserRun implements StrategyRun {
  readonly quote: StrategyRun["quote"];
  readonly #context: StrategyContext;
  readonly #solver: LinearSolver;
  readonly #kept: (KeptPlan | undefined)[] = [];
  /** Intervals in a step of the plan. */
  readonly #perStep: number;
  readonly #loadWh: Int32Array;
  readonly #pvWh: Int32Array;

  constructor(context: StrategyContext, highs: LinearSolver) {
    const { siteIds, batteries, intervalMinutes } = context.neighbourhood;
    this.#context = context;
    this.#solver = highs;
    this.#perStep = Math.max(1, STEP_MINUTES / intervalMinutes);
    this.#loadWh = new Int32Array(siteIds.length);
    this.#pvWh = new Int32Array(siteIds.length);
    this.quote = marginalQuotes(context.neighbourhood, (home, moment) =>
      batteries.capacityWh[home] === 0 ? 0 : Math.round(this.#planOf(home, moment).plan.storedPrice),
    );
  }

  idlePowerW(home: number, moment: BiddingMoment): number | undefined {
    const { batteries, intervalMinutes } = this.#context.neighbourhood;
    if (batteries.capacityWh[home] === 0) return undefined;
    const { plan, isBalanced } = this.#planOf(home, moment);
    if (isBalanced) return undefined;
    return Math.round((-(plan.chargedWh[0] ?? 0) * 60) / (this.#perStep * intervalMinutes));
  }

  #planOf(home: number, moment: BiddingMoment): KeptPlan {
    const kept = this.#kept[home];
    if (kept !== undefined && moment.interval < kept.until) return kept;
    const made = this.#makePlan(home, moment);
    this.#kept[home] = made;
    return made;
  }

  #makePlan(home: number, moment: BiddingMoment): KeptPlan {
    const { neighbourhood } = this.#context;
    const { batteries, intervals, intervalMinutes } = neighbourhood;
    const at = (column: Int32Array): number => column[home] as number;
    const perStep = this.#perStep;
    const steps = Math.max(1, Math.min(STEPS, Math.ceil((intervals - moment.interval) / perStep)));
    const outlooks = Array.from({ length: steps }, (_, k) =>
      this.#outlook(home, moment, moment.interval + k * perStep),
    );
    const stepHours = (perStep * intervalMinutes) / 60;
    const storedMinWh = Math.max(at(batteries.storedMinWh), at(batteries.reserveWh));
    const inverterWh = (at(batteries.inverterPowerMaxW) || Number.POSITIVE_INFINITY) * stepHours;
    const plan = planBattery(
      {
        netLoadWh: outlooks.map(({ loadWh, pvWh }) => loadWh - pvWh),
        retailPrice: outlooks.map(({ retailPrice }) => retailPrice),
        feedInPrice: outlooks.map(({ feedInPrice }) => feedInPrice),
        chargeMaxWh: at(batteries.chargePowerMaxW) * stepHours,
        dischargeMaxWh: outlooks.map(({ pvWh }) =>
          Math.max(0, Math.min(at(batteries.dischargePowerMaxW) * stepHours, inverterWh - pvWh)),
        ),
        importMaxWh: at(neighbourhood.importPowerMaxW) * stepHours,
        exportMaxWh: at(neighbourhood.exportPowerMaxW) * stepHours,
        storedWh: Math.max(0, at(moment.storedWh) - storedMinWh),
        roomWh: Math.max(0, at(batteries.storedMaxWh) - storedMinWh),
        chargeEfficiency: at(batteries.chargeEfficiencyPermille) / 1000,
        dischargeEfficiency: at(batteries.dischargeEfficiencyPermille) / 1000,
      },
      this.#solver,
    );
    const [first] = outlooks;
    const throughMeterWh = (first?.loadWh ?? 0) - (first?.pvWh ?? 0) + (plan.chargedWh[0] ?? 0);
    return { plan, isBalanced: Math.abs(throughMeterWh) < BALANCED_WH, until: moment.interval + perStep };
  }

  /** What is expected of the intervals of a step that begins with `from`. */
  #outlook(
    home: number,
    { interval }: BiddingMoment,
    from: number,
  ): { loadWh: number; pvWh: number; retailPrice: number; feedInPrice: number } {
    const { neighbourhood, forecast } = this.#context;
    const { intervals, retailPrice, feedInPrice } = neighbourhood;
    const to = Math.min(intervals, from + this.#perStep);
    let [loadWh, pvWh, retail, feedIn] = [0, 0, 0, 0];
    for (let of = from; of < to; of++) {
      if (forecast.expect(interval, of, home, home + 1, this.#loadWh, this.#pvWh)) {
        loadWh += this.#loadWh[home] as number;
        pvWh += this.#pvWh[home] as number;
      }
      retail += retailPrice[of] as number;
      feedIn += feedInPrice[of] as number;
    }
    const count = Math.max(1, to - from);
    return { loadWh, pvWh, retailPrice: retail / count, feedInPrice: feedIn / count };
  }
}
