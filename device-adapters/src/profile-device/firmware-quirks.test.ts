import { expect, test } from "vitest";
import { testProfile } from "../../test/test-profile.ts";
import { compareVersions, withQuirks } from "./firmware-quirks.ts";
import type { RegisterMapProfile } from "./profile.ts";

const quirky: RegisterMapProfile = {
  ...testProfile,
  firmwareQuirks: [
    { from: "1098", why: "counts tens of watts", registers: { gridPower: { scale: 10 } } },
    { before: "1.9", why: "counts the other way", registers: { batteryPower: { sign: -1 } } },
  ],
};

test.for([
  ["1.9", "1.10", -1],
  ["V2.0", "2", 0],
  ["4.18.32", "4.18.7", 1],
] as const)("version %s against %s is %i", ([left, right, order]) => {
  expect(compareVersions(left, right)).toBe(order);
});

test.for([
  ["1097", undefined, undefined],
  ["1098", 10, undefined],
  ["1.8", undefined, -1],
] as const)("firmware %s: scale %s, sign %s", ([firmware, scale, sign]) => {
  const { registers } = withQuirks(quirky, firmware);
  expect(registers["gridPower"]?.scale).toBe(scale);
  expect(registers["batteryPower"]?.sign).toBe(sign);
});

test("without a firmware the registers of its quirks have no value, with the reason", () => {
  const { registers } = withQuirks(quirky, null);
  expect(registers["gridPower"]?.unknownBecause).toBe(
    "counts tens of watts: name the firmware in the configuration",
  );
  expect(registers["setpoint"]).toBe(testProfile.registers["setpoint"]);
});
