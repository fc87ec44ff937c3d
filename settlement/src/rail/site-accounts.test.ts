import type { Account } from "@commonwatt/vpp-core";
import { deliveryInterval, intervalIndex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { NO_METER, type SiteVersion } from "../chain/site-record.ts";
import { silent, testStreet } from "../testing/street.ts";
import { siteAccounts } from "./site-accounts.ts";

const { sites } = testStreet(2);
const [one, two] = sites;
if (one === undefined || two === undefined) throw new Error("the street has two homes");
const HEIR = `0x${"0E".repeat(20)}` as Account;
const interval = (index: number) => deliveryInterval(intervalIndex(index), 15);
const CHANGED = interval(101);

function version(owner: Account, since: number, powerMaxW: number): SiteVersion {
  const limits = { importMaxW: powerMaxW, exportMaxW: powerMaxW };
  return { owner, meterKey: NO_METER, ...limits, feeder: "0x", since };
}

it("says whose a site is as an interval begins, and takes in who came to the escrow since", async () => {
  const versions = [version(one.account, 0, 5), version(HEIR, CHANGED.startMs / 1_000, 7)];
  let onChain: readonly Account[] = [two.account, one.account];
  const asked: (readonly Account[])[] = [];
  const escrow = {
    accounts: async (known: readonly Account[]) => {
      asked.push(known);
      return onChain;
    },
  };
  const register = {
    refresh: async () => undefined,
    siteAt: (siteId: string, time: number) =>
      siteId === one.id ? (versions.findLast(({ since }) => since <= time) ?? null) : null,
  };
  const context = {
    escrow: escrow as never,
    patience: { until: <Result>(work: () => Promise<Result>) => work() },
    sites,
    logger: silent,
  } as const;
  const accounts = await siteAccounts(context, register, null);
  expect((await accounts.at(interval(100))).map(({ siteId, importMaxW }) => [siteId, importMaxW])).toEqual([
    [null, null],
    [one.id, 5],
  ]);
  expect((await accounts.at(CHANGED)).map(({ siteId }) => siteId)).toEqual([null, null]);
  onChain = [...onChain, HEIR];
  expect(await accounts.at(CHANGED)).toMatchObject([
    { account: two.account, siteId: null },
    { account: one.account, siteId: null },
    { account: HEIR, siteId: one.id, importMaxW: 7, exportMaxW: 7, meterKey: null },
  ]);
  expect(asked).toEqual([[], [two.account, one.account], [two.account, one.account]]);
  onChain = [one.account, two.account];
  const differ = expect.objectContaining({ code: "ESCROW_ACCOUNTS_DIFFER" });
  versions.push(version(`0x${"0F".repeat(20)}` as Account, CHANGED.startMs / 1_000 + 900, 7));
  await expect(accounts.at(interval(102))).rejects.toEqual(differ);
});
