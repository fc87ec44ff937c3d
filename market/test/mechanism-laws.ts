import assert from "node:assert/strict";
import { wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import type { BookOrder, Mechanism, MechanismOutcome } from "../src/mechanisms/mechanism.ts";
import { MECHANISMS } from "../src/mechanisms/mechanism-registry.ts";
import { bestWelfareOf } from "../src/oracle/best-welfare.ts";
import { optimumOf } from "../src/oracle/optimum.ts";
import { bestLie, criticalPrices, gainByWriting } from "../src/oracle/regret.ts";
import { filledWh, gainOf, resultsByTrader, welfareOf } from "../src/oracle/welfare.ts";
import { type BookShape, FC_RUNS, type RandomMarket, randomMarkets } from "./random-books.ts";

/** Something that holds for a mechanism in every market. */
export interface Law {
  readonly name: string;
  /** Throws with a counterexample if one is found in so many random markets. */
  check(mechanism: Mechanism, runs?: number): void;
}

const ANY: BookShape = { tradersMax: 10, ordersPerTraderMax: 3, energies: "any" };
/** The same, in networks that lose energy on the way. */
const LOSSY: BookShape = { ...ANY, losses: true };
const UNITS: BookShape = { tradersMax: 10, ordersPerTraderMax: 1, energies: "equal" };
const SINGLE_ORDERS: BookShape = { tradersMax: 8, ordersPerTraderMax: 1, energies: "any" };
const SOME: BookShape = { tradersMax: 7, ordersPerTraderMax: 3, energies: "any" };

/** Every registered mechanism, and those that take a k at both its ends and in between. */
export const REGISTERED: readonly Mechanism[] = Object.values(MECHANISMS).flatMap((make) =>
  make().kPerMille === null ? [make()] : [0, 500, 1000].map((k) => make(k)),
);

/** The laws for a mechanism: those for all, and one for each of its promises. */
export function lawsFor({ promises }: Mechanism): readonly Law[] {
  return [
    BALANCE,
    RATIONALITY,
    OPERATOR,
    ORDER_OF_ORDERS,
    SAME_SEED,
    MONOTONICITY,
    promises.efficient ? EFFICIENCY : WELFARE_MAX,
    ...(promises.leavesNoCrossing ? [NO_CROSSING] : []),
    ...(promises.losesOneTradeAtMost ? [WELFARE_BOUND] : []),
    ...(promises.truthfulFor === "nobody" ? [] : [TRUTHFULNESS]),
  ];
}

function inEvery(shape: BookShape, runs: number | undefined, holds: (market: RandomMarket) => void): void {
  fc.assert(fc.property(randomMarkets(shape), holds), { numRuns: runs ?? FC_RUNS });
}

function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

const BALANCE: Law = {
  name: "energy and cash balance exactly",
  check(mechanism, runs) {
    inEvery(LOSSY, runs, ({ orders, context }) => {
      const outcome = mechanism.clear(orders, context);
      const energies = [...outcome.trades, ...outcome.gridTrades].map(({ energyWh }) => energyWh);
      assert(energies.every((energyWh) => Number.isSafeInteger(energyWh) && energyWh > 0));
      const filled = filledWh(outcome);
      for (const { id, energyWh } of orders) assert((filled.get(id) ?? 0) <= energyWh);
      const energyOf = (side: BookOrder["side"]): bigint =>
        sum(orders.filter((order) => order.side === side).map(({ id }) => BigInt(filled.get(id) ?? 0)));
      const gridOf = (side: BookOrder["side"]): bigint => sum(gridEnergies(orders, outcome, side));
      assert.equal(energyOf("bid") - gridOf("bid"), energyOf("offer") - gridOf("offer"));
      assert.equal(energyOf("bid") - gridOf("bid"), BigInt(outcome.volumeWh));
      const cash = resultsByTrader(orders, outcome);
      const buyers = new Set(orders.filter(({ side }) => side === "bid").map(({ trader }) => trader));
      const paid = [...cash].filter(([trader]) => buyers.has(trader)).map(([, result]) => result.cash);
      const got = [...cash].filter(([trader]) => !buyers.has(trader)).map(([, result]) => result.cash);
      assert.equal(sum(paid), sum(got) + outcome.operator + outcome.grid);
    });
  },
};

function gridEnergies(
  orders: readonly BookOrder[],
  { gridTrades }: MechanismOutcome,
  side: BookOrder["side"],
): readonly bigint[] {
  const sideOf = new Map(orders.map((order) => [order.id, order.side]));
  return gridTrades
    .filter(({ orderId }) => sideOf.get(orderId) === side)
    .map(({ energyWh }) => BigInt(energyWh));
}

const RATIONALITY: Law = {
  name: "no order trades against its limit, nobody loses by taking part, and who trades nothing pays nothing",
  check(mechanism, runs) {
    inEvery(LOSSY, runs, ({ orders, context }) => {
      const outcome = mechanism.clear(orders, context);
      const byId = new Map(orders.map((order) => [order.id, order]));
      const suits = (id: BookOrder["id"], side: BookOrder["side"], price: number): boolean => {
        const order = byId.get(id);
        if (order?.side !== side || !Number.isSafeInteger(price)) return false;
        return side === "bid" ? price <= order.limitPrice : price >= order.limitPrice;
      };
      for (const { bidId, offerId, buyerPrice, sellerPrice } of outcome.trades) {
        assert(suits(bidId, "bid", buyerPrice) && suits(offerId, "offer", sellerPrice));
      }
      for (const { orderId, price } of outcome.gridTrades) {
        assert(suits(orderId, byId.get(orderId)?.side ?? "bid", price));
      }
      for (const [trader, result] of resultsByTrader(orders, outcome)) {
        const gain = gainOf(truthOf(orders, trader), result);
        assert(gain !== null && gain >= 0n, `${trader} gains ${gain}`);
        assert(result.energyWh > 0 || result.cash === 0n, `${trader} trades nothing for ${result.cash}`);
      }
    });
  },
};

const OPERATOR: Law = {
  name: "the operator's account is what it promises",
  check(mechanism, runs) {
    inEvery(ANY, runs, ({ orders, context }) => {
      const outcome = mechanism.clear(orders, context);
      const { operator } = outcome;
      const filled = sum([...filledWh(outcome).values()].map(BigInt));
      const isKept = {
        zero: operator === 0n,
        rounding: operator === 0n || (operator > 0n && operator < filled),
        surplus: operator >= 0n,
        deficit: operator <= 0n,
      }[mechanism.promises.operator];
      assert(isKept, `the operator has ${operator}`);
      if (mechanism.promises.onePricePerTrade) {
        assert.equal(outcome.fees.length + outcome.gridTrades.length, 0);
        assert(outcome.trades.every(({ buyerPrice, sellerPrice }) => buyerPrice === sellerPrice));
      }
    });
  },
};

const ORDER_OF_ORDERS: Law = {
  name: "the order in which orders come does not matter",
  check(mechanism, runs) {
    const markets = randomMarkets(LOSSY).chain((market) =>
      fc.tuple(
        fc.constant(market),
        fc.shuffledSubarray([...market.orders], { minLength: market.orders.length }),
      ),
    );
    const holds = fc.property(markets, ([{ orders, context }, shuffled]) => {
      assert.deepEqual(mechanism.clear(shuffled, context), mechanism.clear(orders, context));
    });
    fc.assert(holds, { numRuns: runs ?? FC_RUNS });
  },
};

const SAME_SEED: Law = {
  name: "the same seed gives the same outcome, and orders are left as they were",
  check(mechanism, runs) {
    inEvery(LOSSY, runs, ({ orders, context }) => {
      const frozen = Object.freeze(orders.map((order) => Object.freeze({ ...order })));
      const outcome = mechanism.clear(frozen, Object.freeze(context));
      assert.deepEqual(mechanism.clear(frozen, context), outcome);
    });
  },
};

const MONOTONICITY: Law = {
  name: "a better limit never loses what a worse one had",
  check(mechanism, runs) {
    const step = fc.integer({ min: 1, max: 100_000 });
    const holds = fc.property(
      randomMarkets(UNITS),
      fc.nat(),
      fc.oneof(fc.constant(1), step),
      ({ orders, context }, at, by) => {
        const order = orders[at % Math.max(1, orders.length)];
        if (order === undefined) return;
        const limitPrice = Math.max(0, order.side === "bid" ? order.limitPrice + by : order.limitPrice - by);
        const bolder = { ...order, limitPrice: limitPrice as BookOrder["limitPrice"] };
        const before = filledWh(mechanism.clear(orders, context)).get(order.id) ?? 0;
        const book = orders.map((own) => (own.id === order.id ? bolder : own));
        const after = filledWh(mechanism.clear(book, context)).get(order.id) ?? 0;
        assert(after >= before, `${order.id} had ${before} Wh, and has ${after} Wh with a better limit`);
      },
    );
    fc.assert(holds, { numRuns: runs ?? FC_RUNS });
  },
};

const EFFICIENCY: Law = {
  name: "welfare is the best there is",
  check(mechanism, runs) {
    inEvery(ANY, runs, ({ orders, context }) => {
      const best = bestWelfareOf(mechanism, orders, context);
      assert.equal(welfareOf(orders, mechanism.clear(orders, context)), best);
    });
  },
};

const WELFARE_MAX: Law = {
  name: "welfare is never beyond the best there is",
  check(mechanism, runs) {
    inEvery(ANY, runs, ({ orders, context }) => {
      const welfare = welfareOf(orders, mechanism.clear(orders, context));
      assert(welfare >= 0n && welfare <= bestWelfareOf(mechanism, orders, context), `welfare is ${welfare}`);
    });
  },
};

const NO_CROSSING: Law = {
  name: "no bid is left that would pay what an offer left asks for",
  check(mechanism, runs) {
    inEvery(ANY, runs, ({ orders, context }) => {
      const filled = filledWh(mechanism.clear(orders, context));
      const left = orders.filter(({ id, energyWh }) => (filled.get(id) ?? 0) < energyWh);
      const bids = left.filter(({ side }) => side === "bid").map(({ limitPrice }) => limitPrice);
      const offers = left.filter(({ side }) => side === "offer").map(({ limitPrice }) => limitPrice);
      assert(Math.max(-1, ...bids) < Math.min(Number.MAX_SAFE_INTEGER, ...offers));
    });
  },
};

const WELFARE_BOUND: Law = {
  name: "of K trades at most one is lost: W ≥ (1 − 1/K)·W*",
  check(mechanism, runs) {
    inEvery({ ...UNITS, distinctLimits: true }, runs, ({ orders, context }) => {
      const best = optimumOf(orders);
      const trades = BigInt(best.volumeWh / (orders[0]?.energyWh ?? 1));
      const isEnough = (welfare: bigint, outcomes: bigint): boolean =>
        welfare * trades >= best.welfare * (trades - 1n) * outcomes;
      if (isEnough(welfareOf(orders, mechanism.clear(orders, context)), 1n)) return;
      // One draw may lose more: then the mean over all of its draws counts. Without ties they are equally
      // likely, and so many seeds show them all.
      const welfares = new Map<string, bigint>();
      for (let seed = 0; seed < 300; seed++) {
        const outcome = mechanism.clear(orders, { ...context, seed: String(seed) });
        welfares.set([...filledWh(outcome).keys()].sort().join(), welfareOf(orders, outcome));
      }
      assert(isEnough(sum(welfares.values()), BigInt(welfares.size)), "the mean welfare is too low");
    });
  },
};

/** Its own searches make it as costly as all others together. */
export const TRUTHFULNESS: Law = {
  name: "nobody it promises it to gains by a lie",
  check(mechanism, runs) {
    const shapes = { "unit-traders": UNITS, "single-orders": SINGLE_ORDERS, "all-traders": SOME };
    const { truthfulFor } = mechanism.promises;
    assert(truthfulFor !== "nobody");
    const isForAll = truthfulFor === "all-traders";
    // Whoever may write any orders may also write what has nothing to do with the truth.
    const drafts = fc.array(fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.nat()), { maxLength: 4 });
    const lies = isForAll ? fc.array(drafts, { minLength: 4, maxLength: 4 }) : fc.constant([]);
    const holds = fc.property(
      randomMarkets(shapes[truthfulFor]),
      fc.nat(),
      lies,
      ({ orders, context }, at, others) => {
        const order = orders[at % Math.max(1, orders.length)];
        if (order === undefined) return;
        const { trader } = order;
        const lie = bestLie(mechanism, orders, context, trader, { energy: isForAll });
        assert.equal(lie.regret, 0n, `${trader} gains ${lie.regret} with ${describe(lie.orders)}`);
        const honest = gainByWriting(mechanism, orders, context, trader, truthOf(orders, trader)) ?? 0n;
        for (const own of others.map((rows) => inventedOrders(orders, order, rows))) {
          const gained = gainByWriting(mechanism, orders, context, trader, own);
          assert(gained === null || gained <= honest, `${trader} gains ${gained} with ${describe(own)}`);
        }
      },
    );
    fc.assert(holds, { numRuns: runs ?? FC_RUNS });
  },
};

function truthOf(orders: readonly BookOrder[], trader: BookOrder["trader"]): readonly BookOrder[] {
  return orders.filter((order) => order.trader === trader);
}

/** Orders of the same trader with any energies, at limits where the outcome can turn. */
function inventedOrders(
  orders: readonly BookOrder[],
  like: BookOrder,
  rows: readonly (readonly [energy: number, price: number])[],
): readonly BookOrder[] {
  const prices = criticalPrices(orders);
  const energyMax = 2 * Math.max(...orders.map(({ energyWh }) => energyWh));
  return rows.map(([energy, price], i) => ({
    ...like,
    id: `0xffff${i}` as const,
    energyWh: wattHours(1 + (energy % energyMax)),
    limitPrice: prices[price % prices.length] ?? like.limitPrice,
  }));
}

function describe(orders: readonly BookOrder[]): string {
  return orders.map(({ energyWh, limitPrice }) => `${energyWh} Wh at ${limitPrice}`).join(", ");
}
