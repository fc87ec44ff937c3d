import { readFile } from "node:fs/promises";
import { type Check, printChecks } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import type { DeviceProfile, NativeTimer } from "../profile-device/profile.ts";
import { PROFILES, profileByName } from "../profiles/profiles.ts";

/** Beside generic SunSpec, which has no registers of its own to record. */
const DEVICES_MIN = 12;
const GENERIC = "generic-sunspec";

/** Adds `commonwatt devices`: lists the devices that are known as data. */
export function registerDevices(program: Command): void {
  program
    .command("devices")
    .description("list the device profiles, what they can do, and their recorded registers")
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: { json?: boolean }) => {
      const json = options.json === true;
      const devices = await Promise.all(PROFILES.map(({ name }) => describe(profileByName(name))));
      for (const device of devices) {
        process.stdout.write(json ? `${JSON.stringify({ event: "device", ...device })}\n` : line(device));
      }
      const withFixture = devices.filter(({ fixture }) => fixture !== null).length;
      printChecks(process.stdout, json, { devices: devices.length, withFixture }, checksOf(devices));
    });
}

interface DeviceLine {
  readonly profile: string;
  readonly vendor: string;
  readonly model: string;
  readonly capabilities: readonly string[];
  /** Whether its battery takes commands. */
  readonly commands: boolean;
  /** What ends a command when nobody is left; `null` where none is taken. */
  readonly nativeTimer: NativeTimer["kind"] | null;
  readonly fixture: { readonly path: string; readonly points: number; readonly commands: number } | null;
}

async function describe(profile: DeviceProfile): Promise<DeviceLine> {
  const { name, vendor, model, capabilities } = profile;
  const battery = profile.kind === "registers" ? profile.battery : null;
  const commands = profile.kind === "sunspec" ? capabilities.includes("battery") : battery !== null;
  const nativeTimer = profile.kind === "sunspec" ? "register" : (battery?.nativeTimer.kind ?? null);
  const fixture = await fixtureOf(name);
  return { profile: name, vendor, model, capabilities, commands, nativeTimer, fixture };
}

/** The recorded registers that the tests check a profile against, as far as they came along. */
async function fixtureOf(name: string): Promise<DeviceLine["fixture"]> {
  const path = `test/fixtures/${name}.registers.json`;
  const text = await readFile(new URL(`../../${path}`, import.meta.url), "utf8").catch(() => null);
  if (text === null) return null;
  const fixture = JSON.parse(text) as { expected: object; commands?: readonly unknown[] };
  const points = Object.keys(fixture.expected).length;
  return { path, points, commands: fixture.commands?.length ?? 0 };
}

function line({ profile, capabilities, commands, nativeTimer, fixture }: DeviceLine): string {
  const control = commands ? `commands, timer: ${nativeTimer}` : "read only";
  const tested =
    fixture === null ? "no fixture" : `fixture: ${fixture.points} points, ${fixture.commands} commands`;
  return `${profile.padEnd(20)} ${capabilities.join(", ").padEnd(20)} ${control.padEnd(26)} ${tested}\n`;
}

function checksOf(devices: readonly DeviceLine[]): readonly Check[] {
  const own = devices.filter(({ profile }) => profile !== GENERIC);
  const untested = own.filter(({ fixture, commands }) =>
    fixture === null ? true : commands && fixture.commands === 0,
  );
  return [
    {
      name: "devices",
      value: own.length,
      target: `>=${DEVICES_MIN}, beside generic SunSpec`,
      holds: own.length >= DEVICES_MIN,
    },
    {
      name: "withoutFixture",
      value: untested.length,
      target: "0 without recorded values, and frames where it takes commands",
      holds: untested.length === 0,
    },
  ];
}
