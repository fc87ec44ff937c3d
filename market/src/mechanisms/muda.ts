import { moneyNano, type PriceMicroPerKwh } from "@commonwatt/vpp-core";
import { defineMechanism } from "./define-mechanism.ts";
import { externality, leftUnfilled } from "./externality.ts";
import type { BookOrder, ClearingDecision, Mechanism, TraderFee } from "./mechanism.ts";
import { meritOrder, priceInterval } from "./merit-order.ts";
import { mixedPrice } from "./mixed-price.ts";
import { type Allocation, allocate, energyByTrader, energyOf, pairAllocations } from "./pair-allocations.ts";
import { byLimit, inDrawnOrder, traderDraw } from "./trader-rank.ts";

/**
 * Lottery-MUDA, a multi-unit double auction (Segal-Halevi, Hassidim and Aumann 2018, "MUDA", AAAI,
 * arXiv 1712.06848).
 *
 * A draw puts every trader, with all of their orders, into one of two halves. Each half trades at the price
 * that would clear the other one (the middle of its interval, rounded down to whole micros), which nobody in
 * it can move. Where more is wanted than offered, or the other way round, the traders of the longer side come
 * in a drawn order and take as much as they want. Nobody gains by any lie, with any number of orders whose
 * limits get worse with their number. Costs O(n log n).
 */
export function mudaLottery(): Mechanism {
  return defineMechanism({
    name: "muda-lottery",
    source: "Segal-Halevi, Hassidim and Aumann 2018",
    kPerMille: null,
    promises: { ...PROMISES, operator: "zero", onePricePerTrade: true },
    decide: (orders, { seed }) =>
      tradeByHalves(orders, seed, (drawn, energyWh) => ({ filled: allocate(drawn, energyWh), fees: [] })),
  });
}

/**
 * Vickrey-MUDA, of the same paper: as {@link mudaLottery}, but the best limits of the longer side trade, and
 * each of its traders pays what the others lose by it: what those left out would have gained at the price.
 * These fees are the operator's. Costs O(n log n) and for each trader a walk over those left out, O(n²) at
 * worst.
 */
export function mudaVickrey(): Mechanism {
  return defineMechanism({
    name: "muda-vickrey",
    source: "Segal-Halevi, Hassidim and Aumann 2018",
    kPerMille: null,
    promises: { ...PROMISES, operator: "surplus", onePricePerTrade: false },
    decide: (orders, { seed }) =>
      tradeByHalves(orders, seed, (drawn, energyWh, price) => {
        const best = drawn.toSorted(byLimit);
        const filled = allocate(best, energyWh);
        return { filled, fees: vickreyFees(best, filled, price) };
      }),
  });
}

const PROMISES = {
  efficient: false,
  truthfulFor: "all-traders",
  leavesNoCrossing: false,
  losesOneTradeAtMost: false,
  needs: "nothing",
} as const;

/** Shares energy among the orders of the longer side, given in the order that was drawn. */
type Ration = (
  drawn: readonly BookOrder[],
  energyWh: number,
  price: PriceMicroPerKwh,
) => { readonly filled: readonly Allocation[]; readonly fees: readonly TraderFee[] };

function tradeByHalves(orders: readonly BookOrder[], seed: string, ration: Ration): ClearingDecision {
  const drawOf = traderDraw(seed, "half");
  const left = orders.filter((order) => drawOf(order) < 0.5);
  const right = orders.filter((order) => drawOf(order) >= 0.5);
  const parts = [tradeHalf(left, right, seed, ration), tradeHalf(right, left, seed, ration)];
  return { trades: parts.flatMap(({ trades }) => trades), fees: parts.flatMap(({ fees }) => fees) };
}

function tradeHalf(
  half: readonly BookOrder[],
  other: readonly BookOrder[],
  seed: string,
  ration: Ration,
): Required<Pick<ClearingDecision, "trades" | "fees">> {
  const interval = priceInterval(meritOrder(other, seed));
  if (interval === null) return { trades: [], fees: [] };
  const price = mixedPrice(interval.low, interval.high, 500);
  const drawn = inDrawnOrder(half, seed, "lottery");
  const bids = drawn.filter((order) => order.side === "bid" && order.limitPrice >= price);
  const offers = drawn.filter((order) => order.side === "offer" && order.limitPrice <= price);
  const energyWh = Math.min(energyOf(bids), energyOf(offers));
  const bidsAreLonger = energyOf(bids) > energyWh;
  const longer = ration(bidsAreLonger ? bids : offers, energyWh, price);
  const shorter = allocate(bidsAreLonger ? offers : bids, energyWh);
  const pairs = bidsAreLonger
    ? pairAllocations(longer.filled, shorter)
    : pairAllocations(shorter, longer.filled);
  return {
    trades: pairs.map((pair) => ({ ...pair, buyerPrice: price, sellerPrice: price })),
    fees: longer.fees,
  };
}

function vickreyFees(
  best: readonly BookOrder[],
  filled: readonly Allocation[],
  price: PriceMicroPerKwh,
): readonly TraderFee[] {
  const fees: TraderFee[] = [];
  for (const [trader, energyWh] of energyByTrader(best, filled)) {
    const side = best[0]?.side ?? "bid";
    const worth = externality(side, [{ limitPrice: price, energyWh }], leftUnfilled(best, filled, trader));
    const traded = BigInt(energyWh) * BigInt(price);
    const amount = side === "bid" ? worth - traded : traded - worth;
    if (amount !== 0n) fees.push({ trader, amount: moneyNano(amount) });
  }
  return fees;
}
