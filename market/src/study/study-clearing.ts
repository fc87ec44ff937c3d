import type { MoneyNano, OrderSide, SiteId } from "@commonwatt/vpp-core";
import type { BookOrder, ClearingContext, Mechanism, MechanismOutcome } from "../mechanisms/mechanism.ts";
import { bestWelfareOf } from "../oracle/best-welfare.ts";
import { bestLie } from "../oracle/regret.ts";
import { efficiencyOf, gainOf, resultsByTrader, welfareOf } from "../oracle/welfare.ts";

/** What one trader has of a clearing, when its limits are what its energy is worth to it. */
export interface TraderStudy {
  readonly trader: SiteId;
  readonly side: OrderSide;
  readonly energyWh: number;
  /** What a buyer paid or a seller got. */
  readonly cash: MoneyNano;
  readonly gain: MoneyNano;
  /** What its best lie would have gained beyond that, and the orders of the lie; `null` when none was looked for. */
  readonly regret: MoneyNano | null;
  readonly lie: readonly BookOrder[] | null;
}

/** A clearing, and how good it is. */
export interface ClearingStudy {
  readonly outcome: MechanismOutcome;
  readonly welfare: MoneyNano;
  readonly bestWelfare: MoneyNano;
  /** Welfare as a share of the best; `null` when there is nothing to gain. */
  readonly efficiency: number | null;
  readonly traders: readonly TraderStudy[];
}

/**
 * Clears a book and judges the outcome, as if every limit were the truth.
 * @param lies - also searches each trader's best lie: some `3·n` clearings for each order.
 */
export function studyClearing(
  mechanism: Mechanism,
  orders: readonly BookOrder[],
  context: ClearingContext,
  lies: boolean,
): ClearingStudy {
  const outcome = mechanism.clear(orders, context);
  const bestWelfare = bestWelfareOf(mechanism, orders, context);
  const ordersOf = Map.groupBy(orders, ({ trader }) => trader);
  const traders = [...resultsByTrader(orders, outcome)].map(([trader, { energyWh, cash }]): TraderStudy => {
    const truth = ordersOf.get(trader) ?? [];
    const lie = lies ? bestLie(mechanism, orders, context, trader, { energy: true }) : null;
    return {
      trader,
      side: truth[0]?.side ?? "bid",
      energyWh,
      cash,
      gain: gainOf(truth, { energyWh, cash }) ?? cash,
      regret: lie?.regret ?? null,
      lie: lie?.orders ?? null,
    };
  });
  return {
    outcome,
    welfare: welfareOf(orders, outcome),
    bestWelfare,
    efficiency: efficiencyOf(orders, outcome, bestWelfare),
    traders,
  };
}
