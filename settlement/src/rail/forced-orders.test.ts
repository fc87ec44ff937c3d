import { signBulk, signOrder } from "@commonwatt/market";
import type { Hex } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { headerFromJson } from "../batch/batch-header.ts";
import { leavesOf } from "../batch/batch-leaves.ts";
import { readFacts } from "../chain/chain-facts-reader.ts";
import { COURT, callData } from "../chain/contracts.ts";
import { inboxReader } from "../chain/inbox-reader.ts";
import { accusationData, encodeInboxOrder } from "../chain/judge-calls.ts";
import { accuse } from "../proofs/accusation.ts";
import { inboxOrder } from "../proofs/inbox-order.ts";
import { type MarketStreet, marketStreet } from "../testing/market-street.ts";

const NONE: Hex = `0x${"00".repeat(32)}`;

let home: MarketStreet;

beforeEach(async () => {
  home = await marketStreet();
}, 60_000);

afterEach(() => home.close());

async function submit(from: Hex, order: Hex): Promise<void> {
  await home.send(from, home.deployment.court, callData(COURT, "submitOrder", [order]));
}

it("takes in what sites put on the chain, says which of it the market turns down, and ignores the rest", {
  timeout: 60_000,
}, async () => {
  const offer = signOrder(home.order(0, 100_000), home.site(0).ownerKey);
  const [bid] = signBulk([home.order(1, 200_000)], { group: 3, counter: 1 }, home.site(1).ownerKey);
  const offTick = signOrder(home.order(2, 150_001), home.site(2).ownerKey);
  if (bid === undefined) throw new Error("one order was signed");
  for (const order of [offer, bid, offTick]) await submit(order.account, encodeInboxOrder(inboxOrder(order)));
  // By a stranger, not by whose key it names, and no order at all.
  const copied = signOrder({ ...home.order(2, 180_000), salt: NONE }, home.site(2).ownerKey);
  await submit(offer.account, encodeInboxOrder(inboxOrder(copied)));
  await submit(bid.account, encodeInboxOrder(inboxOrder({ ...copied, account: bid.account })));
  await submit(bid.account, "0x1234");

  const forced = await home.rail.forcedOrders(home.interval);
  expect(forced).toEqual([offer, bid, offTick]);
  const replies = await Promise.all(forced.map((order) => home.venue.submit(order)));
  expect(replies).toMatchObject([
    { status: "accepted" },
    { status: "accepted" },
    { status: "rejected", code: "price-off-tick" },
  ]);

  const { file, faults, kinds } = await home.judge(await home.settle());
  expect(file.header.fillCount).toBe(2);
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
  const ended = new Map(leavesOf(file.archive).orders.map(({ orderSalt, ended }) => [orderSalt, ended]));
  expect([offer, bid, offTick].map(({ salt }) => ended.get(salt))).toEqual([0, 0, 4]);
  expect(ended.size).toBe(3);

  // The real judge has nothing against the refusal either.
  const index = leavesOf(file.archive).orders.findIndex(({ ended }) => ended === 4);
  const facts = await readFacts(home.rpc, home.deployment, file, 0);
  const { openCase } = await import("../proofs/case-file.ts");
  const { order, opened } = openCase(null, file, facts);
  const accusation = accuse(
    ...(["cancel-forged", "OrderJudge", "refusalForged"] as const),
    ...[order(index), opened.orders[index]?.signed],
  );
  const batch = { header: headerFromJson(file.header), committedAt: 0 };
  const data = accusationData(accusation, home.deployment.court, batch);
  const call = home.rpc.call({ to: home.deployment.judges["OrderJudge"] ?? null, data });
  await expect(call).rejects.toThrow("0x");
});

it("looks at nothing that strangers put there", { timeout: 60_000 }, async () => {
  const { token: stranger } = home.deployment;
  const offer = signOrder(home.order(0, 100_000), home.site(0).ownerKey);
  for (const account of [stranger, offer.account]) {
    await submit(account, encodeInboxOrder({ ...inboxOrder(offer), account }));
  }
  const askedBlock = vi.spyOn(home.rpc, "getBlock");
  const { orders } = inboxReader(home.rpc, home.deployment);
  expect((await orders(home.interval.index, [offer.account])).map(({ order }) => order.account)).toEqual([
    offer.account,
  ]);
  expect(askedBlock).toHaveBeenCalledTimes(1);
});

it("says nothing of an order whose block the node does not know any more, since it can't tell when it came", {
  timeout: 60_000,
}, async () => {
  const offer = signOrder(home.order(0, 100_000), home.site(0).ownerKey);
  await submit(offer.account, encodeInboxOrder(inboxOrder(offer)));
  const { orders } = inboxReader(home.rpc, home.deployment);
  vi.spyOn(home.rpc, "getBlock").mockResolvedValueOnce(null);
  await expect(orders(home.interval.index, [offer.account])).rejects.toMatchObject({
    code: "CHAIN_UNREACHABLE",
    retryable: true,
  });
  expect(await orders(home.interval.index, [offer.account])).toHaveLength(1);
});

it("would be taken back if it left one out", { timeout: 60_000 }, async () => {
  const offer = signOrder(home.order(0, 100_000), home.site(0).ownerKey);
  await submit(offer.account, encodeInboxOrder(inboxOrder(offer)));
  const { file, faults, kinds } = await home.judge(await home.settle());
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
  expect(leavesOf(file.archive).orders.map(({ ended }) => ended)).toEqual([4]);
});

it("refuses an order as its account put it there, with fields that mean nothing for how it is signed", {
  timeout: 60_000,
}, async () => {
  const offer = inboxOrder(signOrder(home.order(0, 100_000), home.site(0).ownerKey));
  const signature = { ...offer.signature, replaces: NONE, group: 5, counter: 7, index: 1, proof: [NONE] };
  await submit(offer.account, encodeInboxOrder({ ...offer, signature }));
  const { file, faults, kinds } = await home.judge(await home.settle());
  expect(leavesOf(file.archive).orders.map(({ ended }) => ended)).toEqual([4]);
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
});
