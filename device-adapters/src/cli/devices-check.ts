import type { Command } from "commander";
import type { DeviceProfile } from "../profile-device/profile.ts";
import { type CheckedProfile, checkProfileFile, type FileFault } from "../profile-device/profile-file.ts";
import { describeProfile, deviceLine, quirkCases } from "./describe-profile.ts";

/** Adds `commonwatt devices check`: says what is wrong with a profile of one's own, and in which line. */
export function registerDevicesCheck(devices: Command): void {
  devices
    .command("check")
    .description("check a profile of your own; exit code 1 when it has faults")
    .argument("<file>", "a TypeScript or JavaScript module that exports profiles, or a profile as JSON")
    .action(async (file: string, _options: unknown, command: Command) => {
      const { json = false } = command.optsWithGlobals<{ json?: boolean }>();
      const profiles = await checkProfileFile(file);
      for (const profile of profiles) process.stdout.write(await linesOf(file, profile, json));
      const faults = profiles.reduce((sum, profile) => sum + profile.faults.length, 0);
      if (json) {
        const summary = { event: "summary", file, profiles: profiles.length, faults };
        process.stdout.write(`${JSON.stringify(summary)}\n`);
      }
      if (faults > 0) process.exitCode = 1;
    });
}

async function linesOf(file: string, { value, faults }: CheckedProfile, json: boolean): Promise<string> {
  if (faults.length > 0) return faults.map((fault) => faultLine(file, fault, json)).join("");
  const device = await describeProfile(value as DeviceProfile, await quirkCases());
  return json ? `${JSON.stringify({ event: "device", ...device })}\n` : deviceLine(device);
}

function faultLine(file: string, { path, rule, place }: FileFault, json: boolean): string {
  const { line, column, path: linePath } = place;
  if (json) return `${JSON.stringify({ event: "fault", file, line, column, path, rule, linePath })}\n`;
  const note =
    linePath === path
      ? ""
      : linePath === null
        ? " (it is not written in this file)"
        : ` (not written there; the line is that of ${linePath})`;
  return `${file}:${line}: ${path}: ${rule}${note}\n`;
}
