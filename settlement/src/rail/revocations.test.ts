import {
  epochMs,
  type Hex,
  type SignedMeterReading,
  siteId,
  systemClock,
  wattHours,
} from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { keccak256 } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import { silent } from "../testing/street.ts";
import { followRevocations } from "./revocations.ts";

const REVOKED_AT = 1_800_000_000;
const revoked = meterSigner(`0x${"21".repeat(32)}`);
const honest = meterSigner(`0x${"22".repeat(32)}`);

function reading(meter: typeof revoked, takenAtSeconds: number): SignedMeterReading {
  const registers = { importWh: wattHours(1), exportWh: wattHours(0) };
  return meter.sign({
    siteId: siteId("home-1"),
    sequence: 1,
    takenAtMs: epochMs(1_000 * takenAtSeconds),
    ...registers,
  });
}

it("leaves out what a revoked meter says later, in whole seconds as the judge counts them", async () => {
  const stopping = new AbortController();
  const blocks: number[] = [];
  const revocations = await followRevocations({
    registry: {
      async revokedSince(block) {
        blocks.push(block);
        return { meterKeyHashes: [keccak256(revoked.meterKey)], upTo: 100 };
      },
      meterRevokedAt: async (hash: Hex) => (hash === keccak256(revoked.meterKey) ? REVOKED_AT : 0),
    },
    deployment: { block: 7 },
    patience: { until: (work) => work() },
    ...{ wallClock: systemClock, logger: silent, signal: stopping.signal },
  });
  expect(blocks).toEqual([7]);
  expect(revocations.covers(reading(revoked, REVOKED_AT + 1))).toBe(true);
  expect(revocations.covers(reading(revoked, REVOKED_AT + 0.999))).toBe(false);
  expect(revocations.covers(reading(revoked, REVOKED_AT - 900))).toBe(false);
  expect(revocations.covers(reading(honest, REVOKED_AT + 900))).toBe(false);
  stopping.abort();
  await revocations.ended;
});
