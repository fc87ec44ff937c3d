import {
  type Hex,
  intervalIndex,
  priceMicroPerKwh,
  type SignedOrder,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, it } from "vitest";
import { hexOf } from "./hex.ts";
import { orderId } from "./order-id.ts";
import { recoverOrderAccount } from "./recover-order-account.ts";
import { accountOfKey, signOrder, type UnsignedOrder } from "./sign-order.ts";
import { domainSeparator } from "./typed-data.ts";

/** Digests and signatures computed with another implementation of EIP-712: ethers 6.17.0, `signTypedData`. */
const KEY: Hex = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const ACCOUNT = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";
const DOMAIN = "0xc162e1f4eea8459a6cfe624d5e5bb8644da8e9d4cfcba7042b02b7b970c788b4";
const BID: UnsignedOrder = {
  community: "sonnenweg",
  siteId: siteId("home-1"),
  side: "bid",
  intervalIndex: intervalIndex(1_994_040),
  limitPrice: priceMicroPerKwh(245_000),
  energyWh: wattHours(1_250),
  salt: `0x${"11".repeat(32)}`,
};
const OFFER: UnsignedOrder = {
  ...BID,
  side: "offer",
  intervalIndex: intervalIndex(0),
  limitPrice: priceMicroPerKwh(0),
  energyWh: wattHours(Number.MAX_SAFE_INTEGER),
  salt: `0x${"00".repeat(32)}`,
};
const VECTORS: readonly { name: string; order: UnsignedOrder; digest: Hex; signature: Hex }[] = [
  {
    name: "a bid, v = 27",
    order: BID,
    digest: "0xcda16ae4dc4b09f86b4cd93df2d05f4be83f09196b4c70eb9d03b50f4daec43f",
    signature:
      "0x8861d8b0ca5d8e13b7a41453257b32d37ee4973028d1aa2457d757d9883cb8f112c941338db74f896bdf6cd43325a0d0383e21fd55378518ec26e74c00e19fdb1b",
  },
  {
    name: "an offer at the edges of its integers, v = 28",
    order: OFFER,
    digest: "0x2ceb38e6489aa01ac89d4e97dcefee1fe0b90029ad993efd604a8ddab090d4f4",
    signature:
      "0x926e6074c49c9f09efac572e0f1ce602e436cc393d34564df8b9414bd68e0ba6344df451f1c022c34108fe3d37cd47e171c45db89012af467e2e11bf77d8075c1c",
  },
];

describe("an order's digest and signature", () => {
  it("separates communities by the domain", () => {
    expect(hexOf(domainSeparator({ community: "sonnenweg" }))).toBe(DOMAIN);
    expect(hexOf(domainSeparator({ community: "lindenweg" }))).not.toBe(DOMAIN);
  });

  it.each(VECTORS)("agrees with ethers on $name", ({ order, digest, signature }) => {
    const signed = signOrder(order, KEY);
    expect(signed.account).toBe(ACCOUNT);
    expect(orderId(signed)).toBe(digest);
    expect(signed.signature).toBe(signature);
    expect(recoverOrderAccount(signed)).toBe(ACCOUNT);
  });

  it("gives another id and another account as soon as any signed field differs", () => {
    const signed = signOrder(BID, KEY);
    const changes: readonly Partial<SignedOrder>[] = [
      { community: "lindenweg" },
      { side: "offer" },
      { intervalIndex: intervalIndex(1_994_041) },
      { limitPrice: priceMicroPerKwh(245_001) },
      { energyWh: wattHours(1_251) },
      { salt: `0x${"12".repeat(32)}` },
    ];
    for (const change of changes) {
      const changed = { ...signed, ...change };
      expect(orderId(changed), JSON.stringify(change)).not.toBe(orderId(signed));
      expect(recoverOrderAccount(changed), JSON.stringify(change)).not.toBe(ACCOUNT);
    }
  });

  it("leaves the site id to the community's register", () => {
    const signed = signOrder(BID, KEY);
    expect(orderId({ ...signed, siteId: siteId("home-2") } as SignedOrder)).toBe(orderId(signed));
  });

  it("recovers nobody from a malformed signature, and never throws", () => {
    const signed = signOrder(BID, KEY);
    const body = signed.signature.slice(2, -2);
    const wrong: readonly unknown[] = [
      "0x",
      `0x${body}`,
      `0x${body}00`,
      `0x${body}1d`,
      `0x${"00".repeat(64)}1b`,
      `0x${"ff".repeat(64)}1b`,
      `0x${"zz".repeat(65)}`,
      `${signed.signature}00`,
      42,
      null,
      undefined,
    ];
    for (const signature of wrong) {
      expect(recoverOrderAccount({ ...signed, signature: signature as Hex }), String(signature)).toBeNull();
    }
  });

  it("refuses the second form of a valid signature (high s)", () => {
    const signed = signOrder(BID, KEY);
    const s = BigInt(`0x${signed.signature.slice(66, 130)}`);
    const highS = (secp256k1.Point.Fn.ORDER - s).toString(16).padStart(64, "0");
    const twin: Hex = `0x${signed.signature.slice(2, 66)}${highS}1c`;
    expect(recoverOrderAccount({ ...signed, signature: twin })).toBeNull();
  });

  it.each(["0x", "0x01", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`] as const)(
    "refuses the key %s",
    (key) => {
      expect(() => accountOfKey(key)).toThrowError(expect.objectContaining({ code: "ORDER_KEY_INVALID" }));
    },
  );
});
