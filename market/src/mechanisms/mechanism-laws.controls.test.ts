import { moneyNano, type PriceMicroPerKwh, priceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { bidSplitMuda } from "../../test/bid-split-muda.ts";
import { lawsFor } from "../../test/mechanism-laws.ts";
import type { BookOrder, Mechanism, MechanismOutcome, MechanismPromises } from "./mechanism.ts";
import { MECHANISMS, mechanismOf } from "./mechanism-registry.ts";
import { uniformPrice } from "./uniform-price.ts";

const promising = (name: string, promises: Partial<MechanismPromises>): Mechanism => {
  const mechanism = mechanismOf({ name });
  return { ...mechanism, promises: { ...mechanism.promises, ...promises } };
};
/** A mechanism whose outcome is changed. */
const spoilt = (
  spoil: (outcome: MechanismOutcome, orders: readonly BookOrder[]) => MechanismOutcome,
  name = "uniform-price",
): Mechanism => {
  const sound = mechanismOf({ name });
  return { ...sound, clear: (orders, context) => spoil(sound.clear(orders, context), orders) };
};
/** The uniform price of other orders. */
const misled = (prepare: (orders: readonly BookOrder[]) => readonly BookOrder[]): Mechanism => {
  const sound = uniformPrice();
  return { ...sound, clear: (orders, context) => sound.clear(prepare(orders), context) };
};
const dearer = <Priced extends { readonly price: PriceMicroPerKwh }>(trade: Priced): Priced => ({
  ...trade,
  price: priceMicroPerKwh(trade.price + 1),
});
const bestBid = (orders: readonly BookOrder[]): BookOrder | undefined =>
  orders.filter(({ side }) => side === "bid").sort((a, b) => b.limitPrice - a.limitPrice)[0];
let calls = 0;

/** The law by its name, and a mechanism that breaks it. */
const CONTROLS: readonly (readonly [law: string, why: string, Mechanism])[] = [
  ["energy and cash", "a nano leaks", spoilt((out) => ({ ...out, operator: moneyNano(out.operator + 1n) }))],
  [
    "energy and cash",
    "a network's rent is not booked",
    spoilt((out) => ({ ...out, operator: moneyNano(0n) }), "network-constrained"),
  ],
  [
    "no order trades against",
    "buyers pay one micro more than the price",
    spoilt((out) => ({
      ...out,
      trades: out.trades.map((trade) => ({ ...trade, buyerPrice: priceMicroPerKwh(trade.buyerPrice + 1) })),
    })),
  ],
  [
    "no order trades against",
    "the grid charges one micro more than the price",
    spoilt((out) => ({ ...out, gridTrades: out.gridTrades.map(dearer) }), "mid-market-rate"),
  ],
  [
    "no order trades against",
    "everyone is given a nano, also who does not trade",
    spoilt((out, orders) => {
      const sellers = new Set(orders.filter(({ side }) => side === "offer").map(({ trader }) => trader));
      return { ...out, fees: [...sellers].map((trader) => ({ trader, amount: moneyNano(-1n) })) };
    }),
  ],
  [
    "the operator's account",
    "trade reduction keeps money",
    promising("trade-reduction", { operator: "zero" }),
  ],
  ["the operator's account", "VCG lacks money", promising("vcg", { operator: "surplus" })],
  ["the order in which orders come", "the first order is left out", misled((orders) => orders.slice(1))],
  ["the same seed", "every other clearing is empty", misled((orders) => (calls++ % 2 === 0 ? orders : []))],
  [
    "a better limit",
    "the best bid is left out",
    misled((orders) => orders.filter((order) => order !== bestBid(orders))),
  ],
  ["welfare is the best", "chance is not the best", promising("random-bilateral", { efficient: true })],
  [
    "welfare is never beyond",
    "the grid is said to give what nobody gets",
    spoilt((out) => ({ ...out, grid: moneyNano(out.grid - 1_000_000n) }), "mid-market-rate"),
  ],
  ["no bid is left", "a trade is left out", promising("mcafee", { leavesNoCrossing: true })],
  ["of K trades", "nobody trades", spoilt((out) => ({ ...out, trades: [], volumeWh: wattHours(0) }))],
  [
    "nobody it promises",
    "the margin sets the price",
    promising("uniform-price", { truthfulFor: "unit-traders" }),
  ],
  ["nobody it promises", "bids are paid", promising("pay-as-bid", { truthfulFor: "unit-traders" })],
  ["nobody it promises", "it is for single orders", promising("huang", { truthfulFor: "all-traders" })],
  ["nobody it promises", "MUDA splits orders", bidSplitMuda],
];

describe("each law finds what breaks it", () => {
  it.each(CONTROLS)("%s …: %s", { timeout: 120_000 }, (name, _, mechanism) => {
    const law = lawsFor(mechanism).find((candidate) => candidate.name.startsWith(name));
    expect(() => law?.check(mechanism, 20_000)).toThrowError("Counterexample");
  });

  it("and there is such a control for every law", () => {
    const laws = Object.values(MECHANISMS).flatMap((make) => lawsFor(make()).map(({ name }) => name));
    const without = [...new Set(laws)].filter((name) => !CONTROLS.some(([law]) => name.startsWith(law)));
    expect(without).toEqual([]);
  });
});
