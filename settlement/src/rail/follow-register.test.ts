import {
  type Account,
  epochMs,
  type Hex,
  type SignedMeterReading,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import type { ChainBlock } from "../chain/read-block.ts";
import type { RegistryChanges } from "../chain/registry-reader.ts";
import { accountOfKey } from "../chain/signer.ts";
import { meterKeyOf, NO_METER, type SiteVersion, siteKey } from "../chain/site-record.ts";
import { keccak256 } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import { followRegister, type RegisterContext } from "./follow-register.ts";

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

/** Where a register is looked up that says the same of every range of blocks; `parts` stand in place of its parts. */
function contextOf(
  changes: Partial<RegistryChanges>,
  versions: readonly SiteVersion[],
  parts: Partial<RegisterContext["registry"]> = {},
): RegisterContext {
  const block = (number: number): ChainBlock => ({ number, hash: `0x${number}`, timestamp: 0, gasUsed: 0 });
  let head = 100;
  return {
    registry: {
      head: async () => block(head++),
      changes: async () => ({ siteKeys: [], revokedMeters: [], cancelledGroups: [], ...changes }),
      meterRevokedAt: async () => REVOKED_AT,
      versions: async (id) => (id === HOME ? versions : []),
      ...parts,
    },
    final: { block: async () => block(100) },
    deployment: { block: 7 },
    sites: [
      { id: HOME, account: ACCOUNT },
      { id: siteId("home-2"), account: accountOfKey(`0x${"66".repeat(32)}`) },
    ],
    patience: { until: (work) => work() },
  };
}

it("takes from each site what its registered meter says, until that is changed or revoked", async () => {
  const versions = [
    version(meterKeyOf(first.meterKey), 0),
    version(meterKeyOf(second.meterKey), CHANGED_AT),
    version(NO_METER, REVOKED_AT + 500),
  ];
  const register = await followRegister(
    contextOf({ siteKeys: [siteKey(HOME)], revokedMeters: [keccak256(second.meterKey)] }, versions),
  );
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
  const changes = {
    siteKeys: [siteKey(HOME)],
    revokedMeters: [keccak256(first.meterKey), keccak256(second.meterKey)],
    cancelledGroups: [
      ...[cancelled(STRANGER, 1), cancelled(ACCOUNT, 2), cancelled(ACCOUNT, 2)],
      ...[cancelled(FORMER_OWNER, 2), cancelled(STRANGER, 2)],
    ],
  };
  const register = await followRegister(
    contextOf(changes, owned, {
      async meterRevokedAt(hash) {
        asked.push(hash);
        return REVOKED_AT;
      },
    }),
  );
  expect(register.cancelledGroups()).toEqual([cancelled(ACCOUNT, 2), cancelled(FORMER_OWNER, 2)]);
  expect(asked).toEqual([keccak256(first.meterKey)]);
});

it("reads again whatever a reorganisation of the chain can still undo, and nothing while the chain is the same", async () => {
  const ranges: (readonly [number, number])[] = [];
  let [number, hash, stays]: [number, Hex, number] = [1_000, "0xa", 50];
  const context = contextOf({}, [], {
    head: async () => ({ number, hash, timestamp: 0, gasUsed: 0 }),
    async changes(...range) {
      ranges.push(range);
      return { siteKeys: [], revokedMeters: [], cancelledGroups: [] };
    },
  });
  const final = { block: async () => ({ number: stays, timestamp: 0 }) };
  const register = await followRegister({ ...context, final });
  await register.refresh();
  expect(ranges).toEqual([[7, 1_000]]);
  [hash, stays] = ["0xb", 999];
  await register.refresh();
  [number, hash] = [1_001, "0xc"];
  await register.refresh();
  expect(ranges).toEqual([
    [7, 1_000],
    [50, 1_000],
    [936, 1_001],
  ]);
});

it("looks again after a look that failed", async () => {
  let isAway = false;
  const context = contextOf({}, [version(NO_METER, 0)], {
    async changes() {
      if (isAway) throw new Error("away");
      return { siteKeys: [], revokedMeters: [], cancelledGroups: [{ account: ACCOUNT, group: 1 }] };
    },
    head: async () => ({ number: 1, hash: isAway ? "0xb" : "0xa", timestamp: 0, gasUsed: 0 }),
  });
  const register = await followRegister(context);
  isAway = true;
  for (let time = 0; time < 2; time++) await expect(register.refresh()).rejects.toThrow("away");
});
