import { type Check, printChecks } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { PROFILES, profileByName } from "../profiles/profiles.ts";
import { type DeviceLine, describeProfile, deviceLine, quirkCases } from "./describe-profile.ts";
import { registerDevicesCheck } from "./devices-check.ts";

/** Beside generic SunSpec, which has no registers of its own to record. */
const DEVICES_MIN = 12;
const GENERIC = "generic-sunspec";
/** Makers whose oddities are known from the field. */
const VENDORS_MIN = 9;

/** Adds `commonwatt devices`: lists the devices that are known as data, and checks those that are to be. */
export function registerDevices(program: Command): void {
  const devices = program
    .command("devices")
    .description("list the device profiles, what they can do, and their recorded registers")
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: { json?: boolean }) => {
      const json = options.json === true;
      const quirks = await quirkCases();
      const known = await Promise.all(
        PROFILES.map(({ name }) => describeProfile(profileByName(name), quirks)),
      );
      for (const device of known) {
        process.stdout.write(
          json ? `${JSON.stringify({ event: "device", ...device })}\n` : deviceLine(device),
        );
      }
      const withFixture = known.filter(({ fixture }) => fixture !== null).length;
      const quirksByVendor = Object.fromEntries(quirks);
      const summary = { devices: known.length, withFixture, quirkCases: sumOf(quirks), quirksByVendor };
      printChecks(process.stdout, json, summary, checksOf(known, quirks));
    });
  registerDevicesCheck(devices);
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function checksOf(devices: readonly DeviceLine[], quirks: ReadonlyMap<string, number>): readonly Check[] {
  const own = devices.filter(({ profile }) => profile !== GENERIC);
  const untested = own.filter(({ fixture, commands }) =>
    fixture === null ? true : commands && fixture.commands === 0,
  );
  const vendors = new Set(own.flatMap(({ vendor }) => ((quirks.get(vendor) ?? 0) > 0 ? [vendor] : [])));
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
    {
      name: "vendorsWithQuirkCases",
      value: vendors.size,
      target: `>=${VENDORS_MIN} makers with named cases of their oddities`,
      holds: vendors.size >= VENDORS_MIN,
    },
  ];
}
