import { deviceId, epochMs, systemClock, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { runEmulate } from "../../test/emulate-process.ts";
import { testContext } from "../../test/test-context.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { PROFILES } from "../profiles/profiles.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { registerEmulateCommand } from "./emulate-command.ts";
import { refusalOf } from "./refusal.ts";

test("a SunSpec profile listens, can be read, and ends with 0 at Ctrl-C", async () => {
  const args = ["--profile", "generic-sunspec", "--port", "0", "--unit", "7", "--json"];
  const { child, output, exit } = runEmulate(...args);
  await expect.poll(output, { timeout: 30_000 }).toContain("\n");
  const { event, port, meterUnit } = JSON.parse(output());
  expect({ event, meterUnit }).toEqual({ event: "listening", meterUnit: 200 });
  const device = await modbus({ id: deviceId("bench"), host: "127.0.0.1", port, unit: 7 }).connect(
    testContext(systemClock),
  );
  expect(device.identity.serialNumber).toBe("BENCH-HYBRID-1");
  expect((await device.read()).points.batteryCapacityWh?.value).toBe(10_000);
  await device.close();
  child.kill("SIGINT");
  expect(await exit).toBe(0);
  expect(JSON.parse(output().trim().split("\n").at(-1) ?? "")).toMatchObject({ event: "summary" });
}, 60_000);

test("a profile of registers listens, takes a command, and tells what it wrote to its EEPROM", async () => {
  const { child, output, exit } = runEmulate("--profile", "solaredge-storedge", "--port", "0", "--json");
  await expect.poll(output, { timeout: 30_000 }).toContain("\n");
  const { event, profile, port, unit } = JSON.parse(output());
  expect({ event, profile, unit }).toEqual({ event: "listening", profile: "solaredge-storedge", unit: 1 });
  const limits = { batteryCapacityWh: 10_000, chargePowerMaxW: 5_000, dischargePowerMaxW: 5_000 };
  const device = await modbusProfile({
    id: deviceId("bench"),
    ...{ host: "127.0.0.1", port, profile, ...limits },
  }).connect(testContext(systemClock));
  const validUntilMs = epochMs(systemClock.now() + 60_000);
  const lease = { batteryPowerW: watts(-2_000), validUntilMs, sequence: 1 };
  expect(await device.battery?.apply(lease)).toEqual({ status: "applied", appliedPowerW: -2_000 });
  expect((await device.read()).points.batteryPowerW?.value).toBe(-2_000);
  await device.close();
  child.kill("SIGINT");
  expect(await exit).toBe(0);
  const summary = JSON.parse(output().trim().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ event: "summary", eepromWrites: { controlMode: 1, defaultMode: 1 } });
}, 60_000);

test("--list-faults tells every fault with its meaning and whom it fits", async () => {
  const { output, exit } = runEmulate("--list-faults", "--json");
  expect(await exit).toBe(0);
  const lines = output()
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text));
  const faultOf = (name: string) => lines.find((each) => each.name === name);
  expect(lines.at(-1)).toEqual({ event: "summary", faults: lines.length - 1 });
  expect(faultOf("reset").fits).toHaveLength(PROFILES.length + 1);
  expect(faultOf("length-change").fits).toEqual(["generic-sunspec", "fronius-gen24"]);
  expect(faultOf("moving-scale").fits).toContain("solaredge-storedge");
  expect(faultOf("restart")).toMatchObject({ meaning: "the server starts anew", fits: ["opcua-home"] });
});

test("--list-faults with a profile tells what can go wrong there", async () => {
  const { output, exit } = runEmulate("--list-faults", "--profile", "huawei-sun2000");
  expect(await exit).toBe(0);
  expect(output()).toMatch(/^huawei-sun2000:\n {2}reset:20 +the connection is reset/);
  expect(output()).toContain("stuck-timer");
  expect(output()).not.toContain("no-end-model");
});

const SUNSPEC = ["--profile", "generic-sunspec"];

test.for([
  [[...SUNSPEC, "--port", "65536"], "whole number from 0 to 65535"],
  [[...SUNSPEC, "--unit", "0"], "whole number from 1 to 247"],
  [[...SUNSPEC, "--fault", "smoke"], 'EMULATOR_UNKNOWN_FAULT: "smoke" is no fault; there are reset'],
  [[...SUNSPEC, "--fault", "cut:5"], "EMULATOR_FAULT_UNFIT: generic-sunspec cannot have the fault"],
  [["--profile", "deye-3-phase", "--fault", "stuck-timer"], "EMULATOR_FAULT_UNFIT: deye-3-phase cannot"],
  [["--profile", "opcua-home", "--fault", "reset"], "it can have cut"],
  [["--profile", "opcua-home", "--unit", "3"], "EMULATOR_OPTION_UNFIT: --unit says nothing to opcua-home"],
  [["--replay", "t.json", "--firmware", "2"], "EMULATOR_OPTION_UNFIT: --firmware says nothing to --replay"],
  [[...SUNSPEC, "--pki", "here"], "EMULATOR_OPTION_UNFIT: --pki says nothing to a Modbus device"],
  [["--profile", "victron-gx", "--unit", "227"], "EMULATOR_UNIT_TAKEN: unit 227 is taken"],
  [["--replay", "no-such-trace.json"], "EMULATOR_BAD_TRACE: cannot read no-such-trace.json"],
  [["--profile", "toaster"], 'PROFILE_UNKNOWN: "toaster" cannot be emulated; known are generic-sunspec'],
  [[], "say what to emulate with --profile"],
] as const)("emulate %j is refused with the reason", async ([args, reason]) => {
  expect(await refusalOf(registerEmulateCommand, "emulate", ...args)).toContain(reason);
});
