import {
  accountOfKey,
  orderId,
  signBulk,
  signCancel,
  signOrder,
  signReplacement,
  type UnsignedOrder,
} from "@commonwatt/market";
import {
  type BookedOrder,
  type Hex,
  intervalIndex,
  priceMicroPerKwh,
  type SignedOrder,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { endWords, signatureWords } from "../testing/encoded-vectors.ts";
import { DOMAIN } from "../testing/street.ts";
import { communityHash } from "./batch-header.ts";
import { orderDomain } from "./order-digest.ts";
import type { OrderLeaf } from "./order-leaf.ts";
import { orderLeaves } from "./order-leaves.ts";

const COMMUNITY = "elm street";
const KEY: Hex = `0x${"00".repeat(31)}07`;
const SITE = siteId("home-1");
const INTERVAL = intervalIndex(2_000_000);

function unsigned(salt: number): UnsignedOrder {
  return {
    ...{
      siteId: SITE,
      community: COMMUNITY,
      domain: DOMAIN,
      intervalIndex: INTERVAL,
      side: salt % 2 === 0 ? "bid" : "offer",
    },
    energyWh: wattHours(100 + salt),
    limitPrice: priceMicroPerKwh(200_000 + salt),
    salt: `0x${salt.toString(16).padStart(64, "0")}`,
  };
}

/** Orders signed in every way, each ended in another; as a market's wallets sign them. */
function bookedOrders(): readonly BookedOrder[] {
  const bulk = signBulk([1, 2, 3, 4, 5].map(unsigned), { group: 9, counter: 3 }, KEY);
  const alone = [6, 7, 8].map((salt) => signOrder(unsigned(salt), KEY));
  const [first, second, third] = alone as [SignedOrder, SignedOrder, SignedOrder];
  const successor = signReplacement(unsigned(9), orderId(third), KEY);
  const whose = { community: COMMUNITY, domain: DOMAIN, siteId: SITE };
  const cancels = {
    order: signCancel({ ...whose, scope: "order", orderId: orderId(first) }, KEY),
    interval: signCancel({ ...whose, scope: "interval", intervalIndex: INTERVAL, counter: 4 }, KEY),
    group: signCancel({ ...whose, scope: "group", group: 9, counter: 4 }, KEY),
  };
  const ends = new Map<SignedOrder, BookedOrder["ended"]>([
    [first, { by: "order-cancel", cancel: cancels.order }],
    [second, { by: "interval-cancel", cancel: cancels.interval }],
    [third, { by: "replacement", cancel: null }],
    [bulk[4] as SignedOrder, { by: "group-cancel", cancel: cancels.group }],
  ]);
  const orders = [...bulk, ...alone, successor];
  return orders.map((order) => ({ id: orderId(order), order, ended: ends.get(order) ?? null }));
}

/** A leaf's fields as the contracts' type has them. */
function inContractOrder({
  digest,
  accountIndex,
  account,
  isBid,
  limitPrice,
  ...rest
}: OrderLeaf): OrderLeaf {
  const { energyWh, intervalIndex, orderSalt, signedHash, ended, endedHash } = rest;
  const first = { digest, accountIndex, account, isBid, limitPrice, energyWh };
  return { ...first, intervalIndex, orderSalt, signedHash, ended, endedHash };
}

it("keeps the signatures of a market's wallets that the contracts are held to", async () => {
  const orders = orderLeaves(orderDomain(COMMUNITY, DOMAIN), bookedOrders(), () => 0).map(
    ({ leaf, signed, end }) => ({
      ...inContractOrder(leaf),
      signature: signatureWords(signed),
      end: end === null ? "0x" : endWords(end),
    }),
  );
  const { chainId, verifyingContract: court } = DOMAIN;
  const signedFor = { community: communityHash(COMMUNITY), chainId, court };
  const vectors = { ...signedFor, account: accountOfKey(KEY), orders };
  const text = `${JSON.stringify(vectors, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../contracts/test/vectors/order-signatures.json");
});
