import { readFile } from "node:fs/promises";
import type { DeviceProfile, NativeTimer, RegisterMapProfile } from "../profile-device/profile.ts";

const QUIRK_CASES = "test/quirks/corpus.json";

/** What a profile can do, and what it was tested with. */
export interface DeviceLine {
  readonly profile: string;
  readonly vendor: string;
  readonly model: string;
  readonly capabilities: readonly string[];
  /** Whether its battery takes commands. */
  readonly commands: boolean;
  /** What can be commanded, and how far. */
  readonly abilities: CommandAbilities | null;
  /** What ends a command when nobody is left; `null` where none is taken. */
  readonly nativeTimer: NativeTimer["kind"] | null;
  /** Whether that timer has been seen to release; `null` where no command is taken. */
  readonly timerReliable: boolean | null;
  /** How many clients the device serves; `null` where it is not known. */
  readonly clientsMax: number | null;
  /** Named test cases of its maker's oddities, of SunSpec's rules for devices that describe themselves. */
  readonly quirkCases: number;
  readonly fixture: { readonly path: string; readonly points: number; readonly commands: number } | null;
}

/** What a battery can be told. */
interface CommandAbilities {
  readonly charge: boolean;
  readonly discharge: boolean;
  /** Whether the power of PV can be limited. */
  readonly pvLimit: boolean;
  /** Writes of registers that wear out that a day allows; 0 where there are none. */
  readonly eepromWritesPerDayMax: number;
}

/** Describes a checked profile; `quirks` counts the named cases of each maker. */
export async function describeProfile(
  profile: DeviceProfile,
  quirks: ReadonlyMap<string, number>,
): Promise<DeviceLine> {
  const { name, vendor, model, capabilities, wire } = profile;
  const head = { profile: name, vendor, model, capabilities, clientsMax: wire.clientsMax };
  const fixture = await fixtureOf(name);
  if (profile.kind === "registers") {
    return { ...head, ...commandsOf(profile), quirkCases: quirks.get(vendor) ?? 0, fixture };
  }
  const commands = capabilities.includes("battery");
  const abilities = { charge: commands, discharge: commands, pvLimit: capabilities.includes("pv") };
  return {
    ...head,
    commands,
    abilities: { ...abilities, eepromWritesPerDayMax: 0 },
    nativeTimer: "register",
    timerReliable: true,
    quirkCases: [...quirks].reduce((sum, [about, count]) => sum + (/^\d/.test(about) ? count : 0), 0),
    fixture,
  };
}

function commandsOf({
  battery,
}: RegisterMapProfile): Pick<DeviceLine, "commands" | "abilities" | "nativeTimer" | "timerReliable"> {
  if (battery === null) return { commands: false, abilities: null, nativeTimer: null, timerReliable: null };
  const { nativeTimer, charge, discharge, eepromWritesPerDayMax = 0 } = battery;
  return {
    commands: true,
    abilities: {
      charge: charge.length > 0,
      discharge: discharge.length > 0,
      pvLimit: false,
      eepromWritesPerDayMax,
    },
    nativeTimer: nativeTimer.kind,
    timerReliable: nativeTimer.reliable,
  };
}

/** How many named cases there are of each rule, maker and library, as far as the list came along. */
export async function quirkCases(): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(new URL(`../../${QUIRK_CASES}`, import.meta.url), "utf8").catch(() => null);
  const { cases } = JSON.parse(text ?? '{"cases":[]}') as { cases: readonly { about: string }[] };
  const counts = new Map<string, number>();
  for (const { about } of cases) counts.set(about, (counts.get(about) ?? 0) + 1);
  return counts;
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

/** What a person reads of it. */
export function deviceLine(device: DeviceLine): string {
  const { profile, capabilities, commands, nativeTimer, clientsMax, quirkCases, fixture } = device;
  const control = commands ? `commands, timer: ${nativeTimer}` : "read only";
  const clients = clientsMax === null ? "" : `clients: ${clientsMax}`;
  const tested =
    fixture === null ? "no fixture" : `fixture: ${fixture.points} points, ${fixture.commands} commands`;
  const columns = [
    profile.padEnd(18),
    capabilities.join(", ").padEnd(18),
    control.padEnd(25),
    clients.padEnd(10),
  ];
  return `${columns.join(" ")} ${tested}, ${quirkCases} quirks\n`;
}
