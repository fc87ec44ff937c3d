import { signOrder } from "@commonwatt/market";
import type { Account, Hex, SignedOrder } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { COURT, callData } from "../chain/contracts.ts";
import { encodeInboxOrder } from "../chain/judge-calls.ts";
import { registryReader } from "../chain/registry-reader.ts";
import { inboxOrder } from "../proofs/inbox-order.ts";
import { type MarketStreet, marketStreet } from "../testing/market-street.ts";
import { followInbox } from "./follow-inbox.ts";

let home: MarketStreet;

beforeEach(async () => {
  home = await marketStreet();
}, 60_000);

afterEach(() => home.close());

function offerOf(site: number, micro: number): SignedOrder {
  return signOrder(home.order(site, micro), home.site(site).ownerKey);
}

async function submit(order: SignedOrder): Promise<void> {
  const data = callData(COURT, "submitOrder", [encodeInboxOrder(inboxOrder(order))]);
  await home.send(order.account, home.deployment.court, data);
}

async function mine(blocks: number): Promise<void> {
  await home.rpc.send("anvil_mine", [`0x${blocks.toString(16)}`]);
}

/** A followed inbox whose newest block that stays can be set; what it asks the node for; and the salts that it tells. */
function followed() {
  const { rpc, deployment } = home;
  const logs = vi.spyOn(rpc, "getLogs");
  const stays = { number: 0, timestamp: 0 };
  const registry = registryReader(rpc, deployment);
  const head = vi.spyOn(registry, "head");
  const inbox = followInbox({ rpc, deployment, registry, final: { block: async () => ({ ...stays }) } });
  return {
    head,
    stays,
    firstBlocks: () => logs.mock.calls.map(([filter]) => Number((filter as { fromBlock: number }).fromBlock)),
    salts: async (...accounts: readonly Account[]): Promise<readonly Hex[]> =>
      (await inbox.orders(home.interval.index, accounts)).map(({ order }) => order.orderSalt),
  };
}

it("reads each block that stays once, but for those in which a node may show events late", {
  timeout: 60_000,
}, async () => {
  const [first, second] = [offerOf(0, 100_000), offerOf(0, 150_000)];
  await submit(first);
  const inbox = followed();
  const begin = home.deployment.block;
  expect(await inbox.salts(first.account)).toEqual([first.salt]);
  await mine(200);
  const newest = await home.rpc.getBlockNumber();
  expect(await inbox.salts(first.account), "nothing stays yet").toEqual([first.salt]);
  inbox.stays.number = newest - 10;
  expect(await inbox.salts(first.account)).toEqual([first.salt]);
  await submit(second);
  expect(await inbox.salts(first.account)).toEqual([first.salt, second.salt]);
  expect(await inbox.salts(first.account), "each once").toEqual([first.salt, second.salt]);
  expect(inbox.firstBlocks()).toEqual([begin, begin, begin, newest - 64, newest - 63]);
});

it("reads everything again for an account that is new to it, and on a chain that began anew", {
  timeout: 60_000,
}, async () => {
  const [offer, other] = [offerOf(0, 100_000), offerOf(1, 200_000)];
  for (const order of [offer, other]) await submit(order);
  const inbox = followed();
  await mine(200);
  inbox.stays.number = await home.rpc.getBlockNumber();
  expect(await inbox.salts(offer.account)).toEqual([offer.salt]);
  expect(await inbox.salts(offer.account, other.account)).toEqual([offer.salt, other.salt]);
  expect(await inbox.salts(other.account)).toEqual([other.salt]);
  inbox.head.mockResolvedValueOnce({ number: 3, hash: "0x03", timestamp: 0, gasUsed: 0 });
  expect(await inbox.salts(offer.account, other.account)).toEqual([offer.salt, other.salt]);
  const begin = home.deployment.block;
  expect(inbox.firstBlocks()).toEqual([begin, begin, inbox.stays.number - 64, begin]);
});

it("goes on as before after a node that did not answer, and answers who asks at once in turn", {
  timeout: 60_000,
}, async () => {
  const offer = offerOf(0, 100_000);
  await submit(offer);
  const inbox = followed();
  await mine(200);
  inbox.stays.number = await home.rpc.getBlockNumber();
  inbox.head.mockRejectedValueOnce(new Error("nobody there"));
  const asked = await Promise.allSettled(Array.from({ length: 4 }, () => inbox.salts(offer.account)));
  expect(asked.map((one) => (one.status === "fulfilled" ? one.value : one.reason.message))).toEqual([
    "nobody there",
    ...Array(3).fill([offer.salt]),
  ]);
});
