import { CommonwattError, isCommonwattError, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { OPCUA_HOME } from "../emulator/faults/fitting-faults.ts";
import type { DeviceProfile } from "../profile-device/profile.ts";
import { PROFILES, profileByName } from "../profiles/profiles.ts";
import { emulateOpcua } from "./emulate-opcua.ts";
import { emulateProfile } from "./emulate-profile.ts";
import { replayTrace } from "./emulate-replay.ts";
import { emulateSunSpec } from "./emulate-sunspec.ts";
import { type EmulateOptions, type Emulation, MODBUS_PORT } from "./emulation.ts";
import { printFaults } from "./list-faults.ts";
import { untilInterrupted } from "./until-interrupted.ts";

type CommandOptions = EmulateOptions & {
  readonly profile?: string;
  readonly replay?: string;
  readonly listFaults?: boolean;
  readonly json?: boolean;
};

/** What is wrong on the command line, and not with the machine. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  "EMULATOR_BAD_TRACE",
  "EMULATOR_FAULT_UNFIT",
  "EMULATOR_OPTION_UNFIT",
  "EMULATOR_UNIT_TAKEN",
  "EMULATOR_UNKNOWN_FAULT",
  "PROFILE_UNKNOWN",
]);

/** Adds `commonwatt emulate` to the command line: one device of any profile, until Ctrl-C. */
export function registerEmulateCommand(program: Command): void {
  const names = [...PROFILES.map(({ name }) => name), OPCUA_HOME];
  program
    .command("emulate")
    .description("run an emulated device on the wire, until Ctrl-C")
    .option("--profile <name>", `what to emulate: ${names.join(", ")}`)
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option(
      "--port <port>",
      `TCP port, ${MODBUS_PORT} unless given, 4840 for OPC UA; 0 takes a free one`,
      wholeNumber(0, 65_535),
    )
    .option("--unit <unit>", "Modbus: its unit id, unless the profile's", wholeNumber(1, 247))
    .option("--firmware <version>", "Modbus: its firmware, by which some registers differ; 1.0 unless given")
    .option("--fault <fault...>", "what goes wrong, as name or name:parameter")
    .option("--list-faults", "tell what can go wrong, with --profile what can there, and end")
    .option("--replay <trace.json>", "serve recorded registers; with --profile by its habits on the wire")
    .option("--home <name>", `${OPCUA_HOME}: name of the home's object; home-1 unless given`)
    .option("--pki <folder>", `${OPCUA_HOME}: folder of certificates; opcua-pki unless given`)
    .option("--trust <certificate...>", `${OPCUA_HOME}: certificate files, PEM or DER, of clients to trust`)
    .option("--json", "print NDJSON: where it listens, and a summary at the end")
    .action((options: CommandOptions, command: Command) =>
      run(options).catch((error: unknown) => {
        if (!isCommonwattError(error) || !USAGE_CODES.has(error.code)) throw error;
        command.error(`${error.code}: ${error.message}`);
      }),
    );
}

async function run(options: CommandOptions): Promise<void> {
  const json = options.json === true;
  const profile = targetOf(options.profile);
  if (options.listFaults === true) {
    printFaults(profile, json);
    return;
  }
  assertFitting(options, profile);
  const emulation = await start(options, profile);
  // Whoever reads that it listens may end it at once.
  const interrupted = untilInterrupted();
  const ending = "Ctrl-C ends it.";
  process.stdout.write(json ? line(emulation.listening) : `${emulation.text}\n${ending}\n`);
  await interrupted;
  await emulation.close();
  process.stdout.write(
    json ? line({ event: "summary", ...emulation.summary() }) : (emulation.closingText?.() ?? ""),
  );
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

type Target = DeviceProfile | typeof OPCUA_HOME | null;

function targetOf(name: string | undefined): Target {
  if (name === undefined || name === OPCUA_HOME) return name ?? null;
  if (PROFILES.some((profile) => profile.name === name)) return profileByName(name);
  const known = [...PROFILES.map((profile) => profile.name), OPCUA_HOME].join(", ");
  throw new CommonwattError("PROFILE_UNKNOWN", `"${name}" cannot be emulated; known are ${known}`);
}

function start(options: CommandOptions, target: Target): Promise<Emulation> {
  if (target === OPCUA_HOME) return emulateOpcua(options);
  if (options.replay !== undefined) return replayTrace(options.replay, target, options);
  if (target === null) {
    throw new CommonwattError(
      "EMULATOR_OPTION_UNFIT",
      "say what to emulate with --profile, or what to serve with --replay",
    );
  }
  return target.kind === "sunspec" ? emulateSunSpec(target, options) : emulateProfile(target, options);
}

/** An option that says nothing to what is emulated is a mistake, not a wish to pass over. */
function assertFitting({ unit, firmware, replay, ...opcua }: CommandOptions, target: Target): void {
  const { home, pki, trust } = opcua;
  const ofDevice = { "--unit": unit, "--firmware": firmware };
  const unfit =
    target === OPCUA_HOME
      ? { ...ofDevice, "--replay": replay }
      : {
          "--home": home,
          "--pki": pki,
          "--trust": trust,
          ...(replay === undefined ? {} : ofDevice),
        };
  for (const [option, value] of Object.entries(unfit)) {
    if (value === undefined) continue;
    const what = target === OPCUA_HOME ? OPCUA_HOME : replay === undefined ? "a Modbus device" : "--replay";
    throw new CommonwattError("EMULATOR_OPTION_UNFIT", `${option} says nothing to ${what}`);
  }
}
