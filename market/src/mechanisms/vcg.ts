import { moneyNano, type PriceMicroPerKwh, priceMicroPerKwh } from "@commonwatt/vpp-core";
import { defineMechanism } from "./define-mechanism.ts";
import { externality, leftUnfilled, worstFilled } from "./externality.ts";
import type { BookOrder, ClearingDecision, Mechanism, TraderFee } from "./mechanism.ts";
import { type MeritOrder, meritOrder, priceInterval } from "./merit-order.ts";
import { type Allocation, energyByTrader, pairAllocations } from "./pair-allocations.ts";

/**
 * The Vickrey–Clarke–Groves double auction (Vickrey 1961, Journal of Finance 16:8; Clarke 1971; Groves 1973).
 *
 * Trades are efficient, and every trader gets what their coming adds to the welfare of all: a buyer pays what
 * the others lose by it, a seller gets what the others gain. Buyers pay the lowest price that clears the
 * market and sellers get the highest; a trader who moves the margin gets the difference to the exact payment
 * as a fee below zero. With orders of one energy there are no such fees, and buyers pay
 * `max(bid K+1, offer K)`, sellers get `min(offer K+1, bid K)`. The operator bears the deficit (Myerson and
 * Satterthwaite 1983: truthful, efficient and balanced is impossible).
 *
 * Costs O(n log n), and for each trader a walk over the orders that would take their place: few as a rule, all
 * of them at worst, which makes it O(n²).
 */
export function vcg(): Mechanism {
  return defineMechanism({
    name: "vcg",
    source: "Vickrey 1961; Clarke 1971; Groves 1973",
    kPerMille: null,
    promises: {
      efficient: true,
      operator: "deficit",
      truthfulFor: "all-traders",
      leavesNoCrossing: true,
      losesOneTradeAtMost: true,
      onePricePerTrade: false,
      needs: "nothing",
    },
    decide: (orders, { seed }) => clearByExternality(meritOrder(orders, seed)),
  });
}

function clearByExternality(merit: MeritOrder): ClearingDecision {
  const { bids, offers, bought, sold } = merit;
  const interval = priceInterval(merit);
  if (interval === null || merit.volumeWh === 0) return { trades: [] };
  const prices = {
    buyerPrice: priceMicroPerKwh(interval.low),
    sellerPrice: priceMicroPerKwh(interval.high),
  };
  const buyers = { side: "bid", orders: bids, filled: bought } as const;
  const sellers = { side: "offer", orders: offers, filled: sold } as const;
  return {
    trades: pairAllocations(bought, sold).map((pair) => ({ ...pair, ...prices })),
    fees: [...feesOf(buyers, sellers, prices.buyerPrice), ...feesOf(sellers, buyers, prices.sellerPrice)],
  };
}

interface Side {
  readonly side: BookOrder["side"];
  readonly orders: readonly BookOrder[];
  readonly filled: readonly Allocation[];
}

/** The fees of one side: from what its trades come to, to what each trader's coming is worth. */
function feesOf(own: Side, others: Side, price: PriceMicroPerKwh): readonly TraderFee[] {
  const fees: TraderFee[] = [];
  for (const [trader, energyWh] of energyByTrader(own.orders, own.filled)) {
    const partners = worstFilled(others.orders, others.filled, energyWh);
    const worth = externality(own.side, partners, leftUnfilled(own.orders, own.filled, trader));
    const traded = BigInt(energyWh) * BigInt(price);
    const amount = own.side === "bid" ? worth - traded : traded - worth;
    if (amount !== 0n) fees.push({ trader, amount: moneyNano(amount) });
  }
  return fees;
}
