import type {
  Capability,
  Device,
  DeviceContext,
  DeviceId,
  DeviceIdentity,
  DeviceReading,
  EpochMs,
  PointName,
  PointReadings,
} from "@commonwatt/vpp-core";
import { epochMs } from "@commonwatt/vpp-core";
import { CounterWatch } from "../sunspec/counter-watch.ts";
import { limitFrom } from "../sunspec/measure.ts";
import type { RegisterMapProfile } from "./profile.ts";
import type { ProfileBattery } from "./profile-battery.ts";
import { limitsNow, registersOfLimits } from "./profile-limits.ts";
import {
  type ConfiguredValues,
  type CounterWatches,
  ProfileValues,
  registersOfPoints,
} from "./profile-values.ts";
import type { RegisterReader } from "./register-reader.ts";

/** What a device is made of. */
export interface ProfileDeviceParts {
  readonly id: DeviceId;
  readonly identity: DeviceIdentity;
  readonly profile: RegisterMapProfile;
  readonly configured: ConfiguredValues;
  readonly reader: RegisterReader;
  readonly battery: ProfileBattery | null;
  readonly context: DeviceContext;
  readonly timeoutMs: number;
  readonly letGo: () => void;
}

/** An open device whose registers a profile describes. */
export class ProfileDevice implements Device {
  readonly id: DeviceId;
  readonly identity: DeviceIdentity;
  readonly capabilities: ReadonlySet<Capability>;
  readonly battery: ProfileBattery | null;
  readonly pvLimit: null = null;
  readonly #parts: ProfileDeviceParts;
  readonly #names: readonly string[];
  readonly #counters: CounterWatches = {
    gridImportWh: new CounterWatch(),
    gridExportWh: new CounterWatch(),
  };

  constructor(parts: ProfileDeviceParts) {
    this.id = parts.id;
    this.identity = parts.identity;
    this.capabilities = new Set(parts.profile.capabilities);
    this.battery = parts.battery;
    this.#parts = parts;
    const { profile } = parts;
    this.#names = [
      ...registersOfPoints(profile, Object.keys(profile.points) as PointName[]),
      ...(profile.battery === null ? [] : registersOfLimits(profile, profile.battery)),
    ];
  }

  async read(): Promise<DeviceReading> {
    const { profile, reader, context, configured, timeoutMs } = this.#parts;
    const deadlineMs = epochMs(context.wallClock.now() + timeoutMs);
    const bytes = await reader.read(this.#names, deadlineMs);
    const readAtMs = context.clock.now();
    const values = new ProfileValues(profile, bytes, configured);
    const points = { ...values.points(this.#counters, readAtMs), ...this.#limits(values, readAtMs) };
    return { deviceId: this.id, readAtMs, points };
  }

  /** What the battery takes and gives now, in place of what its registers alone say. */
  #limits(values: ProfileValues, atMs: EpochMs): PointReadings {
    const { profile, configured } = this.#parts;
    if (profile.battery === null) return {};
    const { charge, discharge } = limitsNow(profile, profile.battery, values, configured);
    return {
      chargePowerMaxW: limitFrom(charge.power, charge.why, atMs),
      dischargePowerMaxW: limitFrom(discharge.power, discharge.why, atMs),
    };
  }

  async close(): Promise<void> {
    this.battery?.stop();
    this.#parts.letGo();
  }
}
