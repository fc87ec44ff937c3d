import { moneyNano, priceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { lawsFor } from "../../test/mechanism-laws.ts";
import type { BookOrder, Mechanism, MechanismOutcome, MechanismPromises } from "./mechanism.ts";
import { MECHANISMS, mechanismOf } from "./mechanism-registry.ts";
import { uniformPrice } from "./uniform-price.ts";

const promising = (name: string, promises: Partial<MechanismPromises>): Mechanism => {
  const mechanism = mechanismOf({ name });
  return { ...mechanism, promises: { ...mechanism.promises, ...promises } };
};
/** The uniform price with something broken. */
const broken = (
  spoil: (outcome: MechanismOutcome, orders: readonly BookOrder[]) => MechanismOutcome,
  prepare: (orders: readonly BookOrder[]) => readonly BookOrder[] = (orders) => orders,
): Mechanism => {
  const sound = uniformPrice();
  return { ...sound, clear: (orders, context) => spoil(sound.clear(prepare(orders), context), orders) };
};
const bestBid = (orders: readonly BookOrder[]): BookOrder | undefined =>
  orders.filter(({ side }) => side === "bid").sort((a, b) => b.limitPrice - a.limitPrice)[0];
let calls = 0;

/** The law by its name, and a mechanism that breaks it. */
const CONTROLS: readonly (readonly [law: string, why: string, Mechanism])[] = [
  ["energy and cash", "a nano leaks", broken((out) => ({ ...out, operator: moneyNano(out.operator + 1n) }))],
  [
    "no order trades against",
    "buyers pay one micro more than the price",
    broken((out) => ({
      ...out,
      trades: out.trades.map((trade) => ({ ...trade, buyerPrice: priceMicroPerKwh(trade.buyerPrice + 1) })),
    })),
  ],
  [
    "the operator's account",
    "trade reduction keeps money",
    promising("trade-reduction", { operator: "zero" }),
  ],
  ["the operator's account", "VCG lacks money", promising("vcg", { operator: "surplus" })],
  [
    "the order in which orders come",
    "the first order is left out",
    broken(
      (out) => out,
      (orders) => orders.slice(1),
    ),
  ],
  [
    "the same seed",
    "every other clearing is empty",
    broken(
      (out) => out,
      (orders) => (calls++ % 2 === 0 ? orders : []),
    ),
  ],
  [
    "a better limit",
    "the best bid is left out",
    broken(
      (out) => out,
      (orders) => orders.filter((order) => order !== bestBid(orders)),
    ),
  ],
  ["welfare is the best", "chance is not the best", promising("random-bilateral", { efficient: true })],
  ["no bid is left", "a trade is left out", promising("mcafee", { leavesNoCrossing: true })],
  ["of K trades", "nobody trades", broken((out) => ({ ...out, trades: [], volumeWh: wattHours(0) }))],
  [
    "nobody it promises",
    "the margin sets the price",
    promising("uniform-price", { truthfulFor: "unit-traders" }),
  ],
  ["nobody it promises", "it is for single orders", promising("huang", { truthfulFor: "all-traders" })],
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
