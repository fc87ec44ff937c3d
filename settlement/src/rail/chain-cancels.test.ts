import { signBulk, signOrder } from "@commonwatt/market";
import type { Account, SignedOrder } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BatchFile } from "../batch/batch-archive.ts";
import { leavesOf } from "../batch/batch-leaves.ts";
import { readFacts } from "../chain/chain-facts-reader.ts";
import { callData, REGISTRY } from "../chain/contracts.ts";
import { type MarketStreet, marketStreet } from "../testing/market-street.ts";
import { fileOf } from "./stored-batch.ts";

let home: MarketStreet;
/** What the first home offers, and what the second one bids for, signed in group 3 with counter 5. */
let offer: SignedOrder;
let bid: SignedOrder;

beforeEach(async () => {
  home = await marketStreet();
  offer = signOrder(home.order(0, 100_000), home.site(0).ownerKey);
  const [first] = signBulk([home.order(1, 200_000)], { group: 3, counter: 5 }, home.site(1).ownerKey);
  if (first === undefined) throw new Error("one order was signed");
  bid = first;
}, 60_000);

afterEach(() => home.close());

async function cancelOnChain(account: Account, counter: bigint): Promise<void> {
  await home.send(account, home.deployment.registry, callData(REGISTRY, "cancelGroup", [3, counter]));
}

async function fileInCourt(): Promise<BatchFile> {
  const record = await home.batches.last();
  if (record === null) throw new Error("nothing was settled");
  return fileOf(record);
}

/** How the orders of the interval's batch ended, and whether a watcher or a judge finds anything wrong with it. */
async function judged(): Promise<{ readonly ended: readonly number[]; readonly fillCount: number }> {
  const { file, faults, kinds } = await home.judge(await home.settle());
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
  const byOrder = new Map(leavesOf(file.archive).orders.map(({ digest, ended }) => [digest, ended]));
  const ids = home.venue.bookedOrders(home.interval.index).map(({ id }) => id);
  return { ended: ids.map((id) => byOrder.get(id) ?? -1), fillCount: file.header.fillCount };
}

it("an order of a group that was cancelled on the chain does not trade, and its batch says why", {
  timeout: 60_000,
}, async () => {
  for (const order of [offer, bid])
    expect(await home.venue.submit(order)).toMatchObject({ status: "accepted" });
  expect(await home.rail.chainCancels(home.interval)).toEqual([]);
  await cancelOnChain(bid.account, 2n ** 64n - 1n);
  await cancelOnChain(home.deployment.token, 9n);
  const cancels = await home.rail.chainCancels(home.interval);
  for (const cancel of cancels) await home.venue.cancelFromChain(cancel);
  expect(cancels).toContainEqual({ account: bid.account, group: 3, counter: Number.MAX_SAFE_INTEGER });
  expect(await judged()).toEqual({ ended: [0, 2], fillCount: 0 });

  // A watcher asks for what concerns the batch, not for what strangers cancelled.
  const facts = await readFacts(home.rpc, home.deployment, await fileInCourt(), 0);
  const isCancelled = (account: Account): boolean => facts.groupCounterAt(account, 3, 2 ** 40) > 0;
  expect(isCancelled(bid.account)).toBe(true);
  expect(isCancelled(home.deployment.token)).toBe(false);
});

it("a counter that leaves an order alone lets it trade", { timeout: 60_000 }, async () => {
  for (const order of [offer, bid]) await home.venue.submit(order);
  await cancelOnChain(bid.account, 5n);
  for (const cancel of await home.rail.chainCancels(home.interval)) await home.venue.cancelFromChain(cancel);
  expect(await judged()).toEqual({ ended: [0, 0], fillCount: 2 });
});

it("a call in which a cancelled order traded, since nobody saw the chain, is void", {
  timeout: 60_000,
}, async () => {
  for (const order of [offer, bid]) await home.venue.submit(order);
  await cancelOnChain(bid.account, 6n);
  expect(await judged()).toEqual({ ended: [3, 3], fillCount: 0 });
});
