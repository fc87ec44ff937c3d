import {
  CommonwattError,
  type Device,
  type DeviceConnector,
  type DeviceContext,
  type DeviceId,
  type DeviceIdentity,
  epochMs,
} from "@commonwatt/vpp-core";
import { holdConnection } from "../modbus/connection-pool.ts";
import type { ModbusConnection } from "../modbus/modbus-connection.ts";
import { peerName, type Transport, transportOf } from "../modbus/transport.ts";
import { profileByName } from "../profiles/profiles.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { checkProfile } from "./check-profile.ts";
import { withQuirks } from "./firmware-quirks.ts";
import type { DeviceProfile, RegisterMapProfile } from "./profile.ts";
import { ProfileBattery } from "./profile-battery.ts";
import { ProfileDevice } from "./profile-device.ts";
import { ProfileValues } from "./profile-values.ts";
import { profileWire } from "./profile-wire.ts";
import { decodeRegisterText } from "./register-codec.ts";
import { RegisterReader } from "./register-reader.ts";

/** Where a device is: a Modbus TCP peer, whose port is the profile's unless given, or any other transport. */
type ProfilePlace =
  | { readonly host: string; readonly port?: number; readonly transport?: never }
  | { readonly transport: Transport; readonly host?: never; readonly port?: never };

/** A device that a profile describes, and where it is reached. */
export type ModbusProfileOptions = ProfilePlace & {
  readonly id: DeviceId;
  /** A name that `commonwatt devices` lists, or a profile of your own. */
  readonly profile: string | DeviceProfile;
  /** As the profile says unless given. */
  readonly unit?: number;
  /** Further unit ids by their names in the profile, where they differ. */
  readonly units?: Readonly<Record<string, number>>;
  /** Where the device has no register for it. */
  readonly firmware?: string;
  /** The order of words that the device is set to, where the profile says that it is a setting. */
  readonly wordOrder?: "big" | "little";
  /** What the battery holds, where the device does not say. */
  readonly batteryCapacityWh?: number;
  /** Most power to charge with; lowers what the device says, or stands in for it. */
  readonly chargePowerMaxW?: number;
  /** Most power to discharge with; lowers what the device says, or stands in for it. */
  readonly dischargePowerMaxW?: number;
  /** How long one call to the device may take; as the profile says unless given. */
  readonly requestTimeoutMs?: number;
  /** How long an unreachable peer is left alone after the first failure; doubles up to 60 s. 1 s unless given. */
  readonly backOffBaseMs?: number;
};

const BACK_OFF_BASE_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;

/**
 * A device as its profile describes it. Profiles of devices that describe themselves lead to the SunSpec
 * driver.
 * @throws CommonwattError `PROFILE_UNKNOWN` or `PROFILE_INVALID`.
 */
export function modbusProfile(options: ModbusProfileOptions): DeviceConnector {
  const named =
    typeof options.profile === "string" ? profileByName(options.profile) : checkProfile(options.profile);
  const profile = options.wordOrder === undefined ? named : withWordOrder(named, options.wordOrder);
  const { id } = options;
  const transport = transportOf(
    options.transport === undefined
      ? { host: options.host, port: options.port ?? profile.wire.port }
      : { transport: options.transport },
  );
  const unit = options.unit ?? profile.wire.unit;
  if (profile.kind === "sunspec") {
    const requestTimeoutMs = options.requestTimeoutMs ?? profile.wire.timeoutMs;
    const { backOffBaseMs = BACK_OFF_BASE_MS } = options;
    const wear = profile.wear === undefined ? {} : { wear: profile.wear };
    return modbus({ id, transport, unit, requestTimeoutMs, backOffBaseMs, ...wear });
  }
  const address = `${peerName(transport)} unit ${unit}`;
  return {
    id,
    protocol: "modbus",
    address,
    connect: async (context: DeviceContext): Promise<Device> => {
      const { settleMs, gapMs, writeGapMs = 0, hangUpAfterRequest = false } = profile.wire;
      const hold = holdConnection({
        transport,
        backOff: { baseMs: options.backOffBaseMs ?? BACK_OFF_BASE_MS, maxMs: BACK_OFF_MAX_MS },
        wallClock: context.wallClock,
        settleMs,
        gapMs,
        writeGapMs,
        hangUpAfterRequest,
      });
      try {
        const opened = { connection: hold.connection, unit, address, letGo: hold.release };
        return await openDevice(profile, options, opened, context);
      } catch (error) {
        hold.release();
        throw error;
      }
    },
  };
}

function withWordOrder<Profile extends DeviceProfile>(
  profile: Profile,
  wordOrder: "big" | "little",
): Profile {
  if (profile.wire.wordOrderIsSetting === true) return { ...profile, wire: { ...profile.wire, wordOrder } };
  const message = `${profile.name}: /wire/wordOrder: it is no setting of this device, leave "wordOrder" out`;
  throw new CommonwattError("PROFILE_INVALID", message, { details: { profile: profile.name } });
}

interface Opened {
  readonly connection: ModbusConnection;
  readonly unit: number;
  readonly address: string;
  readonly letGo: () => void;
}

async function openDevice(
  named: RegisterMapProfile,
  options: ModbusProfileOptions,
  { connection, unit, address, letGo }: Opened,
  context: DeviceContext,
): Promise<Device> {
  const wire = profileWire(named.wire, connection, unit, options.units ?? {});
  const timeoutMs = options.requestTimeoutMs ?? named.wire.timeoutMs;
  const readerOf = (profile: RegisterMapProfile): RegisterReader =>
    new RegisterReader(profile.registers, wire, context.wallClock);
  const deadlineMs = epochMs(context.wallClock.now() + timeoutMs);
  const identity = await readIdentity(named, readerOf(named), address, deadlineMs);
  const profile = withQuirks(named, options.firmware ?? identity.firmware);
  const reader = readerOf(profile);
  const { battery } = profile;
  const parts = { id: options.id, profile, configured: options, reader, context, timeoutMs };
  return new ProfileDevice({
    ...parts,
    identity: { ...identity, firmware: options.firmware ?? identity.firmware },
    battery: battery === null ? null : new ProfileBattery({ ...parts, battery, wire }),
    letGo,
  });
}

/** Reads what a device says it is; where the profile knows no such register, one point proves it is there. */
async function readIdentity(
  profile: RegisterMapProfile,
  reader: RegisterReader,
  address: string,
  deadlineMs: ReturnType<typeof epochMs>,
): Promise<DeviceIdentity> {
  const { serialNumber, model, firmware } = profile.identity;
  const named = [serialNumber, model, firmware].filter((name) => name !== undefined);
  const [anyPoint] = Object.values(profile.points).flatMap(({ add = [] }) => add);
  const proof = named.length > 0 || anyPoint === undefined ? named : [anyPoint];
  const bytes = await reader.read(proof, deadlineMs);
  if (![...bytes.values()].some(({ status }) => status === "good")) {
    throw new CommonwattError("PROFILE_NO_ANSWER", `${address}: nothing there answers as ${profile.name}`, {
      details: { profile: profile.name, address },
      retryable: true,
    });
  }
  const values = new ProfileValues(profile, bytes, {});
  const said = (name: string | undefined): string | null => {
    const found = name === undefined ? undefined : bytes.get(name);
    if (name === undefined || found?.status !== "good") return null;
    const isText = profile.registers[name]?.type === "string";
    const decoded = isText ? decodeRegisterText(found.value) : values.value(name);
    return decoded.status === "good" ? String(decoded.value) : null;
  };
  return {
    protocol: "modbus",
    address,
    manufacturer: profile.vendor,
    model: said(model) ?? profile.model,
    serialNumber: said(serialNumber) ?? "unknown",
    firmware: said(firmware),
  };
}
