import type { EpochMs } from "../time/clock.ts";
import type { DeviceId } from "./device-identity.ts";
import type { Measured } from "./measured.ts";
import type { PointName, PointValues } from "./point.ts";

/** The points of a device, each with its quality; a point the device cannot have is left out. */
export type PointReadings = { readonly [Name in PointName]?: Measured<PointValues[Name]> };

/** What a device said at one time, frozen for one control cycle. */
export interface DeviceReading {
  readonly deviceId: DeviceId;
  readonly readAtMs: EpochMs;
  readonly points: PointReadings;
}
