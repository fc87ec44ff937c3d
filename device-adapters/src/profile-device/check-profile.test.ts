import { expect, test } from "vitest";
import { testProfile } from "../../test/test-profile.ts";
import { checkProfile } from "./check-profile.ts";

const { battery, registers } = testProfile;
const { gridPower, setpoint, keep } = registers;

test("a whole profile passes", () => {
  expect(checkProfile(testProfile)).toBe(testProfile);
});

test.for([
  [null, "a profile without a name: /: must be an object"],
  [{ ...testProfile, kind: "mqtt" }, 'test-battery: /kind: must be "registers" or "sunspec"'],
  [{ ...testProfile, name: "Test Battery" }, "Test Battery: /name: must match pattern"],
  [
    { ...testProfile, registers: { ...registers, gridPower: { ...gridPower, address: 70_000 } } },
    "test-battery: /registers/gridPower/address: must be <= 65535",
  ],
  [
    { ...testProfile, registers: { ...registers, gridPower: { ...gridPower, adress: 7 } } },
    "test-battery: /registers/gridPower/adress: there is no such field",
  ],
  [
    { ...testProfile, registers: { ...registers, gridPower: { ...gridPower, sentinels: ["0x80000000"] } } },
    'test-battery: /registers/gridPower/sentinels/0: "0x80000000" must have 4 digits, as many as int16 has',
  ],
  [
    { ...testProfile, registers: { ...registers, setpoint: { ...setpoint, type: "int32" } } },
    "test-battery: /registers/setpoint/write/function: function 6 writes one register only",
  ],
  [
    { ...testProfile, registers: { ...registers, keep: { ...keep, table: "input" } } },
    "test-battery: /registers/keep/write: input registers cannot be written",
  ],
  [
    { ...testProfile, points: { ...testProfile.points, gridImportWh: { add: ["gridPower"] } } },
    'test-battery: /points/gridImportWh: "gridPower" is in W, not in Wh or kWh',
  ],
  [
    { ...testProfile, points: { ...testProfile.points, pvPowerW: { add: ["roof"] } } },
    'test-battery: /points/pvPowerW: there is no register "roof"',
  ],
  [
    { ...testProfile, battery: { ...battery, charge: [{ register: "gridPower", value: { constant: 1 } }] } },
    'test-battery: /battery/charge/0/register: "gridPower" is only read',
  ],
  [
    {
      ...testProfile,
      battery: { ...battery, neutral: [{ register: "setpoint", value: { powerW: "signed" } }] },
    },
    "test-battery: /battery/neutral/0/value: neutral has no power and no end: constants and limits only",
  ],
  [
    {
      ...testProfile,
      battery: {
        ...battery,
        nativeTimer: { kind: "register", register: "keep", reliable: true },
        charge: [],
      },
    },
    "test-battery: /battery/charge: must not have fewer than 1 items",
  ],
  [
    { ...testProfile, battery: { ...battery, eepromWritesPerDayMax: undefined } },
    "test-battery: /battery/eepromWritesPerDayMax: a recipe that writes EEPROM needs a daily limit",
  ],
  [
    {
      ...testProfile,
      battery: { ...battery, charge: [{ register: "keep", value: { constant: 1, until: "s" } }] },
    },
    "test-battery: /battery/charge/0/value: must not have more than 1 properties",
  ],
  [
    { ...testProfile, probe: [{ register: "label", startsWith: "T" }] },
    'test-battery: /probe/0/register: there is no register "label"',
  ],
  [
    { ...testProfile, probe: [{ register: "keep", startsWith: "T" }] },
    "test-battery: /probe/0: a text begins with something, a number lies between two that rise",
  ],
  [
    { ...testProfile, probe: [{ register: "keep", between: [3, 2] }] },
    "test-battery: /probe/0: a text begins with something, a number lies between two that rise",
  ],
  [
    {
      ...testProfile,
      wire: { ...testProfile.wire, windowRegisters: 125 },
      registers: { ...registers, gridPower: { ...gridPower, address: 124, type: "int32" } },
    },
    "test-battery: /registers/gridPower/address: it crosses a window of 125 registers",
  ],
  [
    {
      ...testProfile,
      wire: { ...testProfile.wire, ignoresWriteEcho: true },
      registers: {
        ...registers,
        setpoint: { ...setpoint, write: { function: 6, storage: "ram", readBack: "none" } },
      },
    },
    "test-battery: /registers/setpoint/write/readBack: where the answer to a write tells nothing",
  ],
  [
    {
      ...testProfile,
      registers: {
        ...registers,
        gridPower: { ...gridPower, direction: { register: "keep", negativeMask: 1, orNegative: "amps" } },
      },
    },
    'test-battery: /registers/gridPower/direction/orNegative: there is no register "amps"',
  ],
  [{ ...testProfile, capabilities: ["pv"] }, 'test-battery: /capabilities: "pv" needs the point pvPowerW'],
] as const)("fault %#: names the profile, the place and the rule", ([profile, line]) => {
  let message = "it passed";
  try {
    checkProfile(profile);
  } catch (error) {
    expect(error).toMatchObject({ code: "PROFILE_INVALID" });
    message = (error as Error).message;
  }
  expect(message).toContain(line);
});
