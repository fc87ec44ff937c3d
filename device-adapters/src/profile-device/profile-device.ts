import type {
  Capability,
  Device,
  DeviceContext,
  DeviceId,
  DeviceIdentity,
  DeviceReading,
  PointName,
} from "@commonwatt/vpp-core";
import { epochMs } from "@commonwatt/vpp-core";
import { CounterWatch } from "../sunspec/counter-watch.ts";
import type { RegisterMapProfile } from "./profile.ts";
import type { ProfileBattery } from "./profile-battery.ts";
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
    this.#names = registersOfPoints(parts.profile, Object.keys(parts.profile.points) as PointName[]);
  }

  async read(): Promise<DeviceReading> {
    const { profile, reader, context, configured, timeoutMs } = this.#parts;
    const deadlineMs = epochMs(context.wallClock.now() + timeoutMs);
    const bytes = await reader.read(this.#names, deadlineMs);
    const readAtMs = context.clock.now();
    const points = new ProfileValues(profile, bytes, configured).points(this.#counters, readAtMs);
    return { deviceId: this.id, readAtMs, points };
  }

  async close(): Promise<void> {
    this.battery?.stop();
    this.#parts.letGo();
  }
}
