import { type Device, epochMs, type LeaseReceipt, watts } from "@commonwatt/vpp-core";
import { describe, expect, test, vi } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { LEASE_DRIVERS, type LeaseRig } from "../../test/lease-rigs.ts";
import { rejection } from "../../test/test-context.ts";

// Servers with certificates start in these tests, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const HALF_FULL_WH = 5_000;
const FULL_WH = 10_000;
/** What the house takes: in its own mode the battery gives just that. */
const OWN_W = 500;
const LEASE_S = 60;
/** What a device may still do after its lease while the host tells it that it has ended. */
const HOST_PATIENCE_S = 1;

function apply(rig: LeaseRig, powerW: number, sequence: number, seconds = LEASE_S): Promise<LeaseReceipt> {
  const { battery } = rig.device;
  if (battery === null) throw new TypeError("the driver commands no battery");
  const validUntilMs = epochMs(rig.clock.now() + 1_000 * seconds);
  return battery.apply({ batteryPowerW: watts(powerW), validUntilMs, sequence });
}

/** The battery does this soon, in real time: where the host ends a lease, its requests take a moment. */
const becomes = (rig: LeaseRig, powerW: number): Promise<boolean> =>
  eventually(async () => ((await rig.after(0)) === powerW ? true : null));

describe.each(LEASE_DRIVERS)(
  "the contract of leases: $name",
  ({ open, endsAfterS, readsBack, endsInTime, releaseTakesS }) => {
    test.each([2_000, -1_500, 0])("holds %i W, as its receipt says", async (powerW) => {
      await using rig = await open(HALF_FULL_WH);
      expect(await rig.after(0)).toBe(OWN_W);
      expect(await apply(rig, powerW, 1)).toEqual({ status: "applied", appliedPowerW: powerW });
      expect(await rig.after(0)).toBe(powerW);
      expect(await rig.after(LEASE_S - 1)).toBe(powerW);
    });

    test("clamps to what the battery can do now, and says so in receipt and readings", async () => {
      await using rig = await open(FULL_WH);
      expect(await apply(rig, 90_000, 1)).toEqual({ status: "applied", appliedPowerW: 4_000 });
      expect(await rig.after(0)).toBe(4_000);
      await rig.device.battery?.release();
      await using full = await open(FULL_WH);
      expect((await full.device.read()).points.chargePowerMaxW).toMatchObject({
        value: 0,
        reason: "the battery is full",
      });
      expect(await apply(full, -2_000, 1)).toEqual({ status: "applied", appliedPowerW: 0 });
    });

    test("goes on without a gap when it is refreshed at half its time, and ends when it is not", async () => {
      await using rig = await open(HALF_FULL_WH);
      await apply(rig, 2_000, 1);
      expect(await rig.after(LEASE_S / 2)).toBe(2_000);
      expect(await apply(rig, 2_000, 2)).toMatchObject({ status: "applied" });
      expect(await rig.after(LEASE_S / 2 + 1)).toBe(2_000);
      expect(await rig.after(LEASE_S / 2 - 2)).toBe(2_000);
      await rig.after(HOST_PATIENCE_S + 1 + releaseTakesS);
      expect(await becomes(rig, endsInTime ? OWN_W : 2_000)).toBe(true);
    });

    test("refuses what comes late or out of order, and the device hears nothing of it", async () => {
      await using rig = await open(HALF_FULL_WH);
      expect(await apply(rig, 2_000, 5, 0)).toMatchObject({ status: "refused", code: "expired" });
      expect(await rig.after(0)).toBe(OWN_W);
      await apply(rig, 2_000, 5);
      for (const sequence of [5, 4]) {
        const receipt = await apply(rig, -2_000, sequence);
        expect(receipt).toMatchObject({ status: "refused", code: "out-of-order" });
      }
      expect(await rig.after(0)).toBe(2_000);
    });

    test("does not take a device at its word: what it holds is read back, after a release, too", async () => {
      await using rig = await open(HALF_FULL_WH);
      rig.deafen(true);
      const status = readsBack ? "refused" : "applied";
      expect(await apply(rig, 2_000, 1)).toMatchObject({
        status,
        ...(readsBack && { code: "not-confirmed" }),
      });
      expect(await rig.after(0)).toBe(OWN_W);
      rig.deafen(false);
      await apply(rig, 2_000, 2);
      rig.deafen(true);
      if (readsBack) {
        const released = rig.device.battery?.release() ?? Promise.resolve();
        expect((await rejection(released)).code).toMatch(/_RELEASE_NOT_CONFIRMED$/);
      }
      expect(await rig.after(0)).toBe(2_000);
      rig.deafen(false);
      await rig.device.battery?.release();
      expect(await rig.after(releaseTakesS)).toBe(OWN_W);
    });

    test("a controller that is gone leaves no battery on: its timer ends it, or its successor", async () => {
      await using rig = await open(HALF_FULL_WH);
      await apply(rig, 2_000, 1);
      const next: Device = await rig.restart();
      expect(await rig.after((endsAfterS ?? LEASE_S) - 1)).toBe(2_000);
      expect(await rig.after(2)).toBe(endsAfterS === null ? 2_000 : OWN_W);
      await next.battery?.release();
      expect(await rig.after(releaseTakesS)).toBe(OWN_W);
      expect(await apply(rig, 1_000, 2)).toEqual({ status: "applied", appliedPowerW: 1_000 });
      expect(await rig.after(0)).toBe(1_000);
    });
  },
);
