import type { Branded } from "../units/brand.ts";

/** Names one device within a community, e.g. `home-3/inverter`. */
export type DeviceId = Branded<string, "device">;

/** Takes a text as a device id. */
export function deviceId(value: string): DeviceId {
  return value as DeviceId;
}

/** The wire a device is reached by. */
export type DeviceProtocol = "modbus" | "opcua";

/** What a device says it is. */
export interface DeviceIdentity {
  readonly protocol: DeviceProtocol;
  /** Where it is reached, as a person would type it, e.g. `127.0.0.1:5020 unit 1`. */
  readonly address: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmware: string | null;
}
