import {
  type DeviceConnector,
  deviceId,
  durationMs,
  epochMs,
  type PointName,
  simulatedClock,
  watts,
} from "@commonwatt/vpp-core";
import { expect } from "vitest";
import type { DeviceProfile } from "../src/profile-device/profile.ts";
import type { ModbusProfileOptions } from "../src/profile-device/profile-connector.ts";
import { fixtureDevice, type RegisterFixture } from "./fixture-device.ts";
import { testContext } from "./test-context.ts";

/** The two doors to profiles: of the sources, or of a copy of them. */
export interface ProfileDoors {
  readonly profileByName: (name: string) => DeviceProfile;
  readonly modbusProfile: (options: ModbusProfileOptions) => DeviceConnector;
}

/** A profile whose pauses are too short to wait for in a test. */
export function hurried<Profile extends DeviceProfile>(profile: Profile): Profile {
  const gapMs = Math.min(profile.wire.gapMs, 1);
  return { ...profile, wire: { ...profile.wire, gapMs, writeGapMs: 0, settleMs: 0 } };
}

/** Checks a profile against its fixture: identity, every value, and the exact frames of its commands. */
export async function checkFixture(fixture: RegisterFixture, doors: ProfileDoors): Promise<void> {
  await using peer = await fixtureDevice(fixture);
  const clock = simulatedClock(epochMs(1_800_000_000_000));
  const profile = hurried(doors.profileByName(fixture.profile));
  const where = { id: deviceId("home-1/device"), host: "127.0.0.1", port: peer.port };
  const device = await doors
    .modbusProfile({ ...fixture.options, ...where, profile })
    .connect(testContext(clock));
  try {
    expect(device.identity).toMatchObject(fixture.identity ?? {});
    const { points } = await device.read();
    const values = Object.entries(points).map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual(fixture.expected);
    for (const name of Object.keys(points) as PointName[]) {
      if (points[name]?.value === null) expect(points[name]?.reason).not.toBeNull();
    }
    let sequence = 0;
    for (const { powerW, durationS, appliedPowerW, frames } of fixture.commands ?? []) {
      const validUntilMs = epochMs(clock.now() + durationMs(1_000 * durationS));
      const lease = { batteryPowerW: watts(powerW), validUntilMs, sequence: ++sequence };
      expect(await device.battery?.apply(lease)).toEqual({ status: "applied", appliedPowerW });
      expect(peer.takeWrites()).toEqual(frames);
    }
    expect(device.battery === null).toBe(fixture.commands === undefined);
    await device.battery?.release();
    expect(peer.takeWrites()).toEqual(fixture.release ?? []);
  } finally {
    await device.close();
  }
}
