import {
  type Account,
  type BookedOrder,
  type IntervalDelivery,
  intervalIndex,
  type Trade,
} from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { silent, testInterval } from "../testing/street.ts";
import { type CancelsLink, heedCancels } from "./chain-cancels.ts";

const SELLER = `0x${"0A".repeat(20)}` as Account;
const BUYER = `0x${"0B".repeat(20)}` as Account;
const RULES = { gateClosureMs: 90_000 };
const INTERVAL = testInterval(1);
const CLOSURE = (INTERVAL.startMs - RULES.gateClosureMs) / 1_000;

/** An order that its account signed in a group with counter 5. */
function booked(id: number, account: Account, group: number, isEndedByChain = false): BookedOrder {
  const bulk = { group, counter: 5, index: 0, proof: [] };
  const order = { account, bulk, intervalIndex: intervalIndex(1) } as unknown as BookedOrder["order"];
  return { id: `0x${id}`, order, ended: isEndedByChain ? { by: "group-cancel", cancel: null } : null };
}

/** What of these orders trades is the first with the second. */
function delivered(orders: readonly BookedOrder[], isTraded: boolean): IntervalDelivery {
  const trade = { offerId: orders[0]?.id, bidId: orders[1]?.id, phase: "call" } as Trade;
  const trades = isTraded ? [trade] : [];
  return { interval: INTERVAL, readings: [], clearingPrice: null, trades, orders };
}

/** A chain by what it says of a group's counter at a time, for good and in its newest block; notes what is asked. */
function chainOf(
  final: (group: number, time: number) => number,
  newest = final,
): { readonly link: CancelsLink; readonly asked: string[] } {
  const asked: string[] = [];
  const reader = (name: string, counterAt: typeof final) => ({
    isImmediate: false,
    async groupCounterAt(account: Account, group: number, time: number) {
      asked.push(`${name} ${account === SELLER ? "seller" : "buyer"} ${group} ${time - CLOSURE}`);
      return counterAt(group, time);
    },
  });
  const link = {
    ...{ final: reader("final", final), registry: reader("newest", newest), logger: silent },
    patience: { until: <Result>(work: () => Promise<Result>) => work() },
  };
  return { link: link as unknown as CancelsLink, asked };
}

const endsOf = ({ orders }: IntervalDelivery): readonly (string | null)[] =>
  orders.map(({ ended }) => ended?.by ?? null);

it("asks only about groups that its orders are in and that were cancelled", async () => {
  const { link, asked } = chainOf((_, time) => (time > CLOSURE ? 6 : 0));
  const orders = [booked(1, SELLER, 1), booked(2, BUYER, 1), booked(3, BUYER, 2), booked(4, BUYER, 3)];
  const groups = [
    { account: BUYER, group: 2 },
    { account: SELLER, group: 9 },
  ] as const;
  const heeded = await heedCancels(link, { cancelledGroups: () => groups }, RULES, delivered(orders, true));
  expect(asked).toEqual(["final buyer 2 -300", "final buyer 2 300"]);
  expect(endsOf(heeded)).toEqual([null, null, "group-cancel", null]);
  expect(heeded.trades).toHaveLength(1);
});

it("makes a call void in which an order traded that was cancelled in time", async () => {
  const { link } = chainOf(() => 6);
  const register = { cancelledGroups: () => [{ account: BUYER, group: 1 }] };
  const heeded = await heedCancels(
    link,
    register,
    RULES,
    delivered([booked(1, SELLER, 1), booked(2, BUYER, 1)], true),
  );
  expect(endsOf(heeded)).toEqual(["void", "void"]);
  expect(heeded.trades).toEqual([]);
});

it("makes a call void when the chain has undone what ended an order, though the register never heard of it", async () => {
  const { link, asked } = chainOf(() => 0);
  const nothing = { cancelledGroups: () => [] };
  const orders = [booked(1, SELLER, 1), booked(2, BUYER, 1, true)];
  const heeded = await heedCancels(link, nothing, RULES, delivered(orders, false));
  expect(endsOf(heeded)).toEqual(["void", "void"]);
  expect(asked, "it is not on its way again").toEqual(["newest buyer 1 300"]);
});

it("waits while what ended an order can still be undone", async () => {
  const { link } = chainOf(
    () => 0,
    () => 6,
  );
  const register = { cancelledGroups: () => [{ account: BUYER, group: 1 }] };
  const delivery = delivered([booked(1, SELLER, 1), booked(2, BUYER, 1, true)], false);
  const wait = expect.objectContaining({ code: "ESCROW_NOT_FINAL" });
  await expect(heedCancels(link, register, RULES, delivery)).rejects.toEqual(wait);
});
