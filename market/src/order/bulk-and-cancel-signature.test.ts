import { type Hex, intervalIndex, priceMicroPerKwh, siteId, wattHours } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { isBulkProof } from "./bulk-order.ts";
import { orderId } from "./order-id.ts";
import { recoverOrderAccount } from "./recover-order-account.ts";
import { signBulk } from "./sign-bulk.ts";
import { signCancel } from "./sign-cancel.ts";
import { signOrder, signReplacement, type UnsignedOrder } from "./sign-order.ts";

/** Signatures made by another implementation of EIP-712 over the nested types: ethers 6.17.0, `signTypedData`. */
const KEY: Hex = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const ACCOUNT = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";
const SITE = { community: "sonnenweg", siteId: siteId("home-1") };
const OTHER: Hex = `0x${"22".repeat(32)}`;
const BULKS = [
  {
    name: "one order, padded",
    count: 1,
    group: { group: 255, counter: 0 },
    signature:
      "0x487360e4efb3e5bedf84ad49739cc1a91db9781b3596ad04ace57f78ed9d09e7278d0e4d9ec9d55ef4538a6ed48d7997aca03d049f1c120b35560c4f466488451b",
  },
  {
    name: "three orders of four",
    count: 3,
    group: { group: 3, counter: 7 },
    signature:
      "0xc7ca2b78798e8ef8034076faa45ed614a7e7c9778c4aadfa49dd9ed34775626961df7b98de435677551fed04437b8d3162d832ccf80ef517f858caf8850332e61c",
  },
  {
    name: "200 orders of 256",
    count: 200,
    group: { group: 0, counter: 1 },
    signature:
      "0xf29ccfb91bfda5829e22f7f819a5bde269ae1cce7576825407818c8f184c584f46fb064194b38e91d1af47b0476604cb41fccfe54c8d317b1161c946b6e8a9141b",
  },
] as const;
const REPLACEMENT_SIGNATURE =
  "0x87d5769065e835404ea31b9b86c0f31cd0f4b6e9e940f2ff47588397137b86541049446d2b444d1d8c058b8664100d3d34f11e75f48fabc8af5884448623ffe21c";
const CANCEL_SIGNATURES = [
  [
    { ...SITE, scope: "order", orderId: OTHER },
    "0x953b48bd74daeaba13e9eeefcb297d1135d7087e5e417ffff14c74c7f17e9bd95f73d38b3f8757a96d5d6097495dcb6cd43c6f9063812f480246d77b547eccc01b",
  ],
  [
    { ...SITE, scope: "interval", intervalIndex: intervalIndex(1_994_040), counter: 5 },
    "0x2e8cf19a5721ab44047b1c1309d99cb0b953b0c7f37b86971ce4b83e4face5a94d331030e7ef9e9279b0a3dbd18da2c2007d686e7416093baa2dde39a5fee1ba1b",
  ],
  [
    { ...SITE, scope: "group", group: 3, counter: 8 },
    "0x387c8548c416084aaf1b8a7c46a495249d342a8bb1c26d4b85fc5171d38461ef2dfaf95f861b9f519a9ae80dc0084505b27f7574c2c202633f34c407c3097ed21c",
  ],
] as const;

function orderAt(i: number): UnsignedOrder {
  return {
    ...SITE,
    side: i % 2 === 1 ? "offer" : "bid",
    intervalIndex: intervalIndex(1_994_040 + i),
    limitPrice: priceMicroPerKwh(245_000 + i),
    energyWh: wattHours(1_250 + i),
    salt: `0x${"11".repeat(32)}`,
  };
}

const ordersOf = (count: number): readonly UnsignedOrder[] =>
  Array.from({ length: count }, (_, i) => orderAt(i));

describe("orders signed at once", () => {
  it.each(BULKS)(
    "agree with ethers on $name, and each proves itself alone",
    ({ count, group, signature }) => {
      const signed = signBulk(ordersOf(count), group, KEY);
      expect(new Set(signed.map((order) => order.signature))).toEqual(new Set([signature]));
      for (const i of [0, count >> 1, count - 1]) {
        const order = signed[i];
        if (order === undefined) throw new Error("an order is missing");
        expect(recoverOrderAccount(order)).toBe(ACCOUNT);
        expect(orderId(order)).toBe(orderId(signOrder(orderAt(i), KEY)));
      }
    },
  );

  it("prove nothing once any part of the order or of its proof differs", () => {
    const order = signBulk(ordersOf(5), { group: 3, counter: 7 }, KEY)[2];
    const bulk = order?.bulk;
    if (order === undefined || bulk === undefined) throw new Error("no bulk order");
    expect(recoverOrderAccount(order)).toBe(ACCOUNT);
    const [first = OTHER, ...rest] = bulk.proof;
    const changes = [
      { energyWh: wattHours(1) },
      { bulk: { ...bulk, group: 4 } },
      { bulk: { ...bulk, counter: 8 } },
      { bulk: { ...bulk, index: 3 } },
      { bulk: { ...bulk, proof: rest } },
      { bulk: { ...bulk, proof: [...bulk.proof, OTHER] } },
      { bulk: { ...bulk, proof: [OTHER, ...rest] } },
      { bulk: { ...bulk, proof: [...rest, first] } },
    ];
    for (const change of changes) {
      expect(recoverOrderAccount({ ...order, ...change }), JSON.stringify(change)).not.toBe(ACCOUNT);
    }
    const { bulk: _, ...alone } = order;
    expect(recoverOrderAccount(alone)).not.toBe(ACCOUNT);
  });

  it("are 1 to 256 of one community, in a group that exists", () => {
    const group = { group: 0, counter: 0 };
    expect(() => signBulk([], group, KEY)).toThrowError("1 to 256");
    expect(() => signBulk(ordersOf(257), group, KEY)).toThrowError("1 to 256");
    expect(() => signBulk([orderAt(0), { ...orderAt(1), community: "b" }], group, KEY)).toThrowError(
      "community",
    );
    expect(() => signBulk(ordersOf(1), { group: 256, counter: 0 }, KEY)).toThrowError("group");
    expect(() => signBulk(ordersOf(1), { group: 0, counter: 0.5 }, KEY)).toThrowError("counter");
  });

  it("have proofs of one form only", () => {
    const bulk = signBulk(ordersOf(2), { group: 0, counter: 0 }, KEY)[0]?.bulk;
    expect(isBulkProof(bulk)).toBe(true);
    const wrong = [
      null,
      [],
      { ...bulk, proof: [] },
      { ...bulk, proof: "0x" },
      { ...bulk, proof: ["0x11"] },
      { ...bulk, proof: Array.from({ length: 9 }, () => OTHER) },
      { ...bulk, index: 2 },
      { ...bulk, index: -1 },
      { ...bulk, group: 256 },
      { ...bulk, counter: "0" },
    ];
    for (const value of wrong) expect(isBulkProof(value), JSON.stringify(value)).toBe(false);
  });
});

it("agrees with ethers on a replacement, which is no order without what it replaces", () => {
  const signed = signReplacement(orderAt(0), OTHER, KEY);
  expect(signed.signature).toBe(REPLACEMENT_SIGNATURE);
  expect(recoverOrderAccount(signed)).toBe(ACCOUNT);
  const { replaces: _, ...alone } = signed;
  expect(recoverOrderAccount(alone)).not.toBe(ACCOUNT);
  expect(recoverOrderAccount({ ...signed, replaces: `0x${"23".repeat(32)}` })).not.toBe(ACCOUNT);
  expect(recoverOrderAccount({ ...signOrder(orderAt(0), KEY), replaces: OTHER })).not.toBe(ACCOUNT);
});

it.each(CANCEL_SIGNATURES)("agrees with ethers on the cancel %o", (cancel, signature) => {
  expect(signCancel(cancel, KEY)).toEqual({ ...cancel, account: ACCOUNT, signature });
});
