import { epochMs, type Hex, type SignedMeterReading, siteId, wattHours } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { accountOfKey } from "../chain/signer.ts";
import { meterKeyOf, NO_METER, type SiteVersion, siteKey } from "../chain/site-record.ts";
import { keccak256 } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import { followRegister } from "./follow-register.ts";

const REVOKED_AT = 1_800_000_000;
const CHANGED_AT = 1_700_000_000;
const HOME = siteId("home-1");
const domain = (): Uint8Array => new Uint8Array(32);
const first = meterSigner(`0x${"21".repeat(32)}`, domain);
const second = meterSigner(`0x${"22".repeat(32)}`, domain);

function reading(meter: typeof first, takenAtSeconds: number, id = HOME): SignedMeterReading {
  const registers = { importWh: wattHours(1), exportWh: wattHours(0) };
  return meter.sign({ siteId: id, sequence: 1, takenAtMs: epochMs(1_000 * takenAtSeconds), ...registers });
}

function version(meterKey: SiteVersion["meterKey"], since: number): SiteVersion {
  const owner = accountOfKey(`0x${"33".repeat(32)}`);
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
    deployment: { block: 7 },
    sites: [{ id: HOME }, { id: siteId("home-2") }],
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
