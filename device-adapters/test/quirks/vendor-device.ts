import { readFile } from "node:fs/promises";
import {
  type Device,
  deviceId,
  epochMs,
  type LeaseReceipt,
  type SimulatedClock,
  simulatedClock,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import type { WireProfile } from "../../src/profile-device/profile.ts";
import { type ModbusProfileOptions, modbusProfile } from "../../src/profile-device/profile-connector.ts";
import { profileByName } from "../../src/profiles/profiles.ts";
import { type FixtureDevice, fixtureDevice, type RegisterFixture } from "../fixture-device.ts";
import { testContext } from "../test-context.ts";

/** Pauses that nobody needs to wait for, where a case is not about them. */
const HURRIED: Partial<WireProfile> = { gapMs: 0, writeGapMs: 0, settleMs: 0 };

/** How a case differs from the recorded device and from the profile as it is. */
export interface VendorQuirk {
  /** Registers by `unit/table/address` that read otherwise. */
  readonly words?: Readonly<Record<string, number>>;
  /** Wire habits that a case is about; all others are hurried. */
  readonly wire?: Partial<WireProfile>;
  readonly options?: Partial<
    Pick<ModbusProfileOptions, "unit" | "units" | "firmware" | "wordOrder" | "requestTimeoutMs">
  >;
  readonly connectLater?: boolean;
}

/** A vendor's recorded device on a real socket, with our driver on it. */
export interface VendorDevice {
  readonly peer: FixtureDevice;
  readonly clock: SimulatedClock;
  /** When each request came in, on the machine's clock. */
  readonly arrivedAtMs: readonly number[];
  readonly device: Device;
  connect(): Promise<Device>;
  values(): Promise<Readonly<Record<string, number | null | undefined>>>;
  apply(powerW: number, durationS?: number): Promise<LeaseReceipt | undefined>;
  /** Reads since the last call, as `function:address+count`. */
  takeReads(): readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves the recorded registers of a profile and connects to them. */
export async function vendorDevice(name: string, quirk: VendorQuirk = {}): Promise<VendorDevice> {
  const url = new URL(`../fixtures/${name}.registers.json`, import.meta.url);
  const fixture = JSON.parse(await readFile(url, "utf8")) as RegisterFixture;
  const peer = await fixtureDevice(fixture);
  for (const [place, word] of Object.entries(quirk.words ?? {})) peer.words.set(place, word);
  const arrivedAtMs: number[] = [];
  peer.oddity.takes = () => {
    arrivedAtMs.push(systemClock.now());
    return false;
  };
  const clock = simulatedClock(epochMs(1_800_000_000_000));
  const context = testContext(clock);
  const named = profileByName(name);
  const opened: Device[] = [];
  const connect = async (): Promise<Device> => {
    const connector = modbusProfile({
      ...fixture.options,
      ...quirk.options,
      id: deviceId("home-1/device"),
      host: "127.0.0.1",
      port: peer.port,
      profile: { ...named, wire: { ...named.wire, ...HURRIED, ...quirk.wire } },
    });
    const device = await connector.connect(context);
    opened.push(device);
    return device;
  };
  const first = quirk.connectLater === true ? null : await connect();
  let sequence = 0;
  const device = (): Device => {
    const found = first ?? opened[0];
    if (found === undefined) throw new Error("nothing is connected yet");
    return found;
  };
  return {
    peer,
    clock,
    arrivedAtMs,
    get device() {
      return device();
    },
    connect,
    values: async () => {
      const { points } = await device().read();
      return Object.fromEntries(Object.entries(points).map(([point, { value }]) => [point, value]));
    },
    apply: async (powerW, durationS = 90) =>
      device().battery?.apply({
        batteryPowerW: watts(powerW),
        validUntilMs: epochMs(clock.now() + 1_000 * durationS),
        sequence: ++sequence,
      }),
    takeReads: () =>
      peer.requests
        .splice(0)
        .filter(({ pdu }) => pdu.readUInt8(0) < 5)
        .map(({ pdu }) => `${pdu.readUInt8(0)}:${pdu.readUInt16BE(1)}+${pdu.readUInt16BE(3)}`),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** The wire habits of a profile, as it ships. */
export function wireOf(name: string): WireProfile {
  return profileByName(name).wire;
}

/** The pauses between one arrival and the next. */
export function pausesOf(arrivedAtMs: readonly number[]): readonly number[] {
  return arrivedAtMs.slice(1).map((atMs, index) => atMs - (arrivedAtMs[index] ?? 0));
}
