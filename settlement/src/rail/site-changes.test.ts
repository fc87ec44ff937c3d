import { signCancel, signOrder } from "@commonwatt/market";
import { epochMs, type Hex, wattHours } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { partyOf } from "../batch/batch-archive.ts";
import { leavesOf } from "../batch/batch-leaves.ts";
import { siteHashOf } from "../batch/reading-leaf.ts";
import { COURT, callData, REGISTRY } from "../chain/contracts.ts";
import { courtSeparator } from "../chain/court-domain.ts";
import { encodeInboxOrder } from "../chain/judge-calls.ts";
import { registryReader } from "../chain/registry-reader.ts";
import { accountOfKey } from "../chain/signer.ts";
import { recordArguments, recordDigest, revokeMeterData, signDigest, siteKey } from "../chain/site-record.ts";
import { fromHex } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import { inboxOrder } from "../proofs/inbox-order.ts";
import { type MarketStreet, marketStreet } from "../testing/market-street.ts";

let home: MarketStreet;
let onWarning: (message: string) => void;

beforeEach(async () => {
  onWarning = () => undefined;
  home = await marketStreet((message) => onWarning(message));
}, 60_000);

afterEach(() => home.close());

/** An account as leaves have it, however its archive writes it. */
function small(account: string): string {
  return account.toLowerCase();
}

/** Gives a home to whose key it is, from a time in seconds on. */
async function handOver(number: number, newOwner: Hex, newOwnerKey: Hex, since: number): Promise<void> {
  const { id: siteId, ownerKey, signWithMeter } = home.site(number);
  const [first] = await registryReader(home.rpc, home.deployment).versions(siteId);
  if (first === undefined) throw new Error("the site is not registered");
  const version = { ...first, owner: newOwner as typeof first.owner, since };
  const record = { siteId, version, nonce: 1, deadline: 2n ** 63n };
  const digest = recordDigest(home.deployment, record);
  const signatures = {
    owner: signDigest(digest, ownerKey),
    newOwner: signDigest(digest, newOwnerKey),
    meter: signWithMeter(digest),
  };
  const data = callData(REGISTRY, "register", recordArguments(record, signatures));
  await home.send(newOwner, home.deployment.registry, data);
}

/** Has the meter of a home contradict itself, and be revoked for it. */
async function revokeMeter(number: number): Promise<void> {
  const { id: siteId, meterKey, account } = home.site(number);
  const domain = courtSeparator(home.deployment);
  const privateKey: Hex = `0x${(0x2000 + number).toString(16).padStart(64, "0")}`;
  const meter = meterSigner(privateKey, () => fromHex(domain));
  const said = (importWh: number) => {
    const registers = { importWh: wattHours(importWh), exportWh: wattHours(0) };
    const reading = { siteId, sequence: 77, takenAtMs: epochMs(1_000), ...registers };
    return { leaf: { ...reading, siteHash: siteHashOf(siteId) }, signature: meter.sign(reading).signature };
  };
  const data = revokeMeterData(meterKey, domain, said(1), said(2));
  await home.send(account, home.deployment.registry, data);
}

it("settles with whoever owns a site as the interval begins", { timeout: 60_000 }, async () => {
  const [one, two, three] = [home.site(0), home.site(1), home.site(2)];
  const startSeconds = home.interval.startMs / 1_000;
  await handOver(0, two.account, two.ownerKey, startSeconds);
  await handOver(1, one.account, one.ownerKey, startSeconds);
  const strangerKey: Hex = `0x${"57".repeat(32)}`;
  await handOver(2, accountOfKey(strangerKey), strangerKey, startSeconds);
  for (const [number, limit] of [100_000, 150_000, 200_000].entries()) {
    const order = { ...home.order(number, limit), energyWh: wattHours(number === 0 ? 150 : 100) };
    const reply = await home.venue.submit(signOrder(order, home.site(number).ownerKey));
    expect(reply.status).toBe("accepted");
  }
  const record = await home.settle();
  const { file, faults, kinds } = await home.judge(record);
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
  expect(file.header.fillCount).toBe(4);
  const sites = new Map(file.archive.accounts.map((account) => [account.account, partyOf(account)]));
  expect(sites.get(one.account)).toBe(two.id);
  expect(sites.get(two.account)).toBe(one.id);
  expect(sites.get(three.account), "its site is a stranger's").toBe(three.account);
  const { positions } = leavesOf(file.archive);
  const keys = new Map<string, Hex>(positions.map(({ account, siteId }) => [account, siteId]));
  expect([one, two].map(({ account }) => keys.get(small(account)))).toEqual([
    siteKey(two.id),
    siteKey(one.id),
  ]);
  expect(record.settlement.statements.map(({ siteId }) => siteId).toSorted()).toEqual([one.id, two.id]);
});

it("an order of a home that was handed over ends by its own key's cancel, and nothing is wrong with its batch", {
  timeout: 60_000,
}, async () => {
  const [one, two] = [home.site(0), home.site(1)];
  const strangerKey: Hex = `0x${"57".repeat(32)}`;
  await handOver(0, accountOfKey(strangerKey), strangerKey, home.interval.startMs / 1_000);
  expect(
    await home.rail.handedOver({ ...home.interval, startMs: epochMs(home.interval.startMs - 1_000) }),
  ).toEqual([]);
  expect(await home.rail.handedOver(home.interval)).toEqual([one.id]);
  const order = home.order(0, 100_000);
  for (const [signed, key] of [
    [order, one.ownerKey],
    [home.order(1, 200_000), two.ownerKey],
  ] as const) {
    expect(await home.venue.submit(signOrder(signed, key))).toMatchObject({ status: "accepted" });
  }
  const { community, domain, siteId, intervalIndex } = order;
  const cancel = {
    community,
    ...(domain && { domain }),
    siteId,
    intervalIndex,
    scope: "interval",
    counter: 1,
  } as const;
  expect(await home.venue.cancel(signCancel(cancel, one.ownerKey))).toMatchObject({ status: "cancelled" });
  const { file, faults, kinds } = await home.judge(await home.settle());
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
  expect(file.header.fillCount).toBe(0);
  expect(
    new Map<string, number>(leavesOf(file.archive).orders.map(({ account, ended }) => [account, ended])),
  ).toEqual(
    new Map([
      [small(one.account), 1],
      [small(two.account), 0],
    ]),
  );
});

it("holds up no gate while the chain is away", { timeout: 60_000 }, async () => {
  home.setReachable(false);
  await expect(home.rail.chainCancels(home.interval)).rejects.toThrow();
  await expect(home.rail.forcedOrders(home.interval)).rejects.toThrow();
  await expect(home.rail.handedOver(home.interval)).rejects.toThrow();
  home.setReachable(true);
  expect(await home.rail.forcedOrders(home.interval)).toEqual([]);
});

it("leaves out a meter that was revoked while the chain was away", { timeout: 60_000 }, async () => {
  // The chain goes away when the rail has seen its register and its inbox, in which an order lies that nobody took.
  const away = Promise.withResolvers<void>();
  onWarning = (message) => {
    if (message !== "an order out of the inbox is refused by the market") return;
    home.setReachable(false);
    away.resolve();
  };
  const order = signOrder(home.order(1, 200_000), home.site(1).ownerKey);
  const data = callData(COURT, "submitOrder", [encodeInboxOrder(inboxOrder(order))]);
  await home.send(order.account, home.deployment.court, data);
  const settling = home.settle();
  await away.promise;
  await revokeMeter(0);
  home.setReachable(true);
  const { file, faults, kinds } = await home.judge(await settling, 600);
  expect(faults).toEqual([]);
  expect(kinds).toEqual([]);
  const meters = new Set(leavesOf(file.archive).readings.map(({ accountIndex }) => accountIndex));
  const index = file.archive.accounts.findIndex(({ account }) => account === home.site(0).account);
  expect(meters.size).toBe(2);
  expect(meters.has(index)).toBe(false);
});
