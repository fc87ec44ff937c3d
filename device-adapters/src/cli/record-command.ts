import { open, rm } from "node:fs/promises";
import {
  CommonwattError,
  isCommonwattError,
  messageOf,
  stopRequest,
  systemClock,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { type Command, InvalidArgumentError } from "commander";
import { ModbusConnection } from "../modbus/modbus-connection.ts";
import type { DeviceProfile } from "../profile-device/profile.ts";
import { profileByName } from "../profiles/profiles.ts";
import { profileSource, type RecordedPeer } from "../record/profile-source.ts";
import { type RecordedPass, type Recording, recordRegisters } from "../record/record-registers.ts";
import type { RegisterSource } from "../record/register-source.ts";
import { sunSpecSource } from "../record/sunspec-source.ts";

const GENERIC = "generic-sunspec";
const BACK_OFF = { baseMs: 1_000, maxMs: 60_000 };
const PORT_MAX = 65_535;

interface Peer {
  readonly host: string;
  readonly port: number | null;
}

interface RecordCommandOptions {
  readonly profile?: string;
  readonly sunspec?: boolean;
  readonly unit?: readonly number[];
  readonly seconds: number;
  readonly interval: number;
  readonly out: string;
  readonly maskSerial?: boolean;
  readonly json?: boolean;
}

/** Adds `commonwatt record`: keeps what a device's registers read over some time, for `emulate --replay`. */
export function registerRecord(program: Command): void {
  program
    .command("record")
    .description("record the registers of a device, with their time; only reads")
    .argument("<host[:port]>", "where the device is; its profile's port unless given", parsePeer)
    .option("--profile <name>", "record the registers of this profile, by its habits on the wire")
    .option("--sunspec", "record a whole SunSpec map")
    .option("--unit <unit...>", "unit ids; the profile's unless given", collectUnits)
    .option("--seconds <n>", "how long", wholeNumber(1, 604_800), 60)
    .option(
      "--interval <ms>",
      "from one pass over the registers to the next",
      wholeNumber(100, 3_600_000),
      1_000,
    )
    .requiredOption("--out <trace.json>", "the file to write; it must not be there yet")
    .option("--mask-serial", "write X for every character of serial numbers")
    .option("--json", "print NDJSON; the last line is the summary")
    .action((peer: Peer, options: RecordCommandOptions, command: Command) =>
      record(peer, options).catch((error: unknown) => {
        if (
          !isCommonwattError(error, "RECORD_OPTION_UNFIT") &&
          !isCommonwattError(error, "PROFILE_UNKNOWN")
        ) {
          throw error;
        }
        command.error(`${error.code}: ${error.message}`);
      }),
    );
}

async function record(peer: Peer, options: RecordCommandOptions): Promise<void> {
  const profile = profileOf(options);
  const units = options.unit ?? [profile.wire.unit];
  if (profile.kind === "registers" && units.length > 1) {
    throw new CommonwattError("RECORD_OPTION_UNFIT", `${profile.name} is one device: give one --unit`);
  }
  const file = await newFile(options.out);
  try {
    const recording = await recordPeer(peer, profile, units, options);
    const text = JSON.stringify({ profile: profile.name, ...recording.trace });
    await file.writeFile(`${text}\n`);
    process.stdout.write(closingLines(recording, options));
  } catch (error) {
    // Nothing stands in it: leave no file that looks like a recording.
    await rm(options.out);
    throw error;
  } finally {
    await file.close();
  }
}

async function recordPeer(
  { host, port: ownPort }: Peer,
  profile: DeviceProfile,
  units: readonly number[],
  { seconds, interval, maskSerial = false, json = false }: RecordCommandOptions,
): Promise<Recording> {
  const { port: usualPort, settleMs, gapMs, hangUpAfterRequest = false, timeoutMs } = profile.wire;
  const port = ownPort ?? usualPort;
  const habits = { settleMs, gapMs, hangUpAfterRequest };
  const wallClock = systemClock;
  const connection = new ModbusConnection({ host, port, backOff: BACK_OFF, wallClock, ...habits });
  try {
    const recorded = { connection, wallClock, timeoutMs, maskSerial };
    const recording = await recordRegisters({
      sources: units.map((unit) => sourceOf(profile, unit, recorded)),
      clock: systemClock,
      lengthMs: 1_000 * seconds,
      intervalMs: interval,
      signal: stopRequest(process, process.stdout),
      onPass: (pass) => tell(pass, json),
    });
    if (recording.trace.units.length > 0) return recording;
    const why = recording.failure ?? "it was stopped before the first pass";
    throw new CommonwattError("RECORD_NOTHING", `nothing of ${host}:${port} was recorded: ${why}`, {
      retryable: true,
    });
  } finally {
    connection.close();
  }
}

function closingLines({ trace, passes, missed }: Recording, { out, json }: RecordCommandOptions): string {
  const frames = trace.units.reduce((sum, each) => sum + each.frames.length, 0);
  const units = trace.units.map(({ unit }) => unit);
  if (json === true) return `${JSON.stringify({ event: "summary", out, units, passes, missed, frames })}\n`;
  return [
    `${frames} frames of unit ${units.join(", ")} are in ${out}; ${missed} of ${passes} passes failed.\n`,
    `Play them back: npx commonwatt emulate --replay ${out}\n`,
  ].join("");
}

function profileOf({ profile, sunspec }: RecordCommandOptions): DeviceProfile {
  if ((profile === undefined) === (sunspec === undefined)) {
    throw new CommonwattError("RECORD_OPTION_UNFIT", "say what it is: --profile or --sunspec");
  }
  return profileByName(profile ?? GENERIC);
}

function sourceOf(profile: DeviceProfile, unit: number, peer: RecordedPeer): RegisterSource {
  return profile.kind === "sunspec" ? sunSpecSource(unit, peer) : profileSource(profile, unit, peer);
}

/** Made at the start: a recording of a day is not to fail at its end, nor to write over another. */
function newFile(path: string): ReturnType<typeof open> {
  return open(path, "wx").catch((error: unknown) => {
    throw new CommonwattError(
      "RECORD_FILE_UNUSABLE",
      `cannot write a new file ${path}: ${messageOf(error)}`,
      {
        details: { path },
      },
    );
  });
}

function tell({ atMs, registers, failure }: RecordedPass, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ event: "pass", atMs, registers, failure })}\n`);
  else if (failure !== null) process.stdout.write(`after ${Math.round(atMs / 1_000)} s: ${failure}\n`);
}

function collectUnits(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, wholeNumber(0, 255)(text)];
}

function parsePeer(text: string): Peer {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > PORT_MAX) {
    throw new InvalidArgumentError("It must be a host, or host:port.");
  }
  return { host, port: port === undefined ? null : Number(port) };
}
