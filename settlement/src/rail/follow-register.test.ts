import {
  type Account,
  epochMs,
  type Hex,
  type SignedMeterReading,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { accountOfKey } from "../chain/signer.ts";
import { meterKeyOf, NO_METER, type SiteVersion, siteKey } from "../chain/site-record.ts";
import { keccak256 } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import { followRegister } from "./follow-register.ts";

const REVOKED_AT = 1_800_000_000;
const CHANGED_AT = 1_700_000_000;
const HOME = siteId("home-1");
const ACCOUNT = accountOfKey(`0x${"33".repeat(32)}`);
const STRANGER = accountOfKey(`0x${"44".repeat(32)}`);
const FORMER_OWNER = accountOfKey(`0x${"55".repeat(32)}`);
const domain = (): Uint8Array => new Uint8Array(32);
const first = meterSigner(`0x${"21".repeat(32)}`, domain);
const second = meterSigner(`0x${"22".repeat(32)}`, domain);

function reading(meter: typeof first, takenAtSeconds: number, id = HOME): SignedMeterReading {
  const registers = { importWh: wattHours(1), exportWh: wattHours(0) };
  return meter.sign({ siteId: id, sequence: 1, takenAtMs: epochMs(1_000 * takenAtSeconds), ...registers });
}

function version(meterKey: SiteVersion["meterKey"], since: number, owner = ACCOUNT): SiteVersion {
  return { owner, meterKey, importMaxW: 1, exportMaxW: 1, feeder: siteKey("feeder-1"), since };
}

it("takes from each site what its registered meter says, until that is changed or revoked", async () => {
  const blocks: number[] = [];
  const versions = [
    version(meterKeyOf(first.meterKey), 0),
    version(meterKeyOf(second.meterKey), CHANGED_AT),
    version(NO_METER, REVOKED_AT + 500),
  ];
  const register = await followRegister({
    registry: {
      async changesSince(block) {
        blocks.push(block);
        return {
          siteKeys: [siteKey(HOME)],
          revokedMeters: [keccak256(second.meterKey)],
          cancelledGroups: [],
          upTo: 100,
        };
      },
      meterRevokedAt: async (hash: Hex) => (hash === keccak256(second.meterKey) ? REVOKED_AT : 0),
      versions: async (id) => (id === HOME ? versions : []),
    },
    final: { block: async () => ({ number: 100, timestamp: 0 }) },
    deployment: { block: 7 },
    sites: [
      { id: HOME, account: ACCOUNT },
      { id: siteId("home-2"), account: accountOfKey(`0x${"66".repeat(32)}`) },
    ],
    patience: { until: (work) => work() },
  });
  expect(blocks).toEqual([7]);
  expect(register.speaks(reading(first, CHANGED_AT - 1))).toBe(true);
  expect(register.speaks(reading(second, CHANGED_AT - 1)), "announced, and not yet").toBe(false);
  expect(register.speaks(reading(first, CHANGED_AT)), "replaced").toBe(false);
  expect(register.speaks(reading(second, CHANGED_AT))).toBe(true);
  expect(register.speaks(reading(second, REVOKED_AT + 0.999)), "whole seconds, as the judge counts").toBe(
    true,
  );
  expect(register.speaks(reading(second, REVOKED_AT + 1)), "revoked").toBe(false);
  expect(register.speaks(reading(second, REVOKED_AT + 900)), "no meter any more").toBe(false);
  expect(register.speaks(reading(first, CHANGED_AT - 1, siteId("home-2"))), "not registered").toBe(false);
  expect(register.siteAt(HOME, CHANGED_AT)?.meterKey).toEqual(meterKeyOf(second.meterKey));
  expect(register.siteAt("home-2", CHANGED_AT)).toBeNull();
});

it("keeps nothing of strangers: neither the groups that they cancel nor the meters that they have revoked", async () => {
  const asked: Hex[] = [];
  const owned = [version(meterKeyOf(first.meterKey), 0, FORMER_OWNER), version(NO_METER, CHANGED_AT)];
  const cancelled = (account: Account, group: number) => ({ account, group });
  const register = await followRegister({
    registry: {
      changesSince: async () => ({
        siteKeys: [siteKey(HOME)],
        revokedMeters: [keccak256(first.meterKey), keccak256(second.meterKey)],
        cancelledGroups: [
          ...[cancelled(STRANGER, 1), cancelled(ACCOUNT, 2), cancelled(ACCOUNT, 2)],
          ...[cancelled(FORMER_OWNER, 2), cancelled(STRANGER, 2)],
        ],
        upTo: 100,
      }),
      async meterRevokedAt(hash) {
        asked.push(hash);
        return REVOKED_AT;
      },
      versions: async () => owned,
    },
    final: { block: async () => ({ number: 100, timestamp: 0 }) },
    deployment: { block: 7 },
    sites: [{ id: HOME, account: ACCOUNT }],
    patience: { until: (work) => work() },
  });
  expect(register.cancelledGroups()).toEqual([cancelled(ACCOUNT, 2), cancelled(FORMER_OWNER, 2)]);
  expect(asked).toEqual([keccak256(first.meterKey)]);
});

it("reads again whatever a reorganisation of the chain can still undo", async () => {
  const from: number[] = [];
  let stays = 50;
  const register = await followRegister({
    registry: {
      async changesSince(block) {
        from.push(block);
        return { siteKeys: [], revokedMeters: [], cancelledGroups: [], upTo: 1_000 };
      },
      meterRevokedAt: async () => 0,
      versions: async () => [],
    },
    final: { block: async () => ({ number: stays, timestamp: 0 }) },
    deployment: { block: 7 },
    sites: [],
    patience: { until: (work) => work() },
  });
  stays = 999;
  await register.refresh();
  await register.refresh();
  expect(from).toEqual([7, 50, 936]);
});
