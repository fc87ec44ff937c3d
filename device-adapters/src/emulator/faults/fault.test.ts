import { expect, test } from "vitest";
import { genericSunSpec } from "../../profiles/generic-sunspec.ts";
import { PROFILES, profileByName } from "../../profiles/profiles.ts";
import { fittingFaults, modbusFaultOf, networkFaultOf, OPCUA_HOME } from "./fitting-faults.ts";
import { registerFaultsAt } from "./register-faults.ts";

test("a fault is a name, with a parameter or its usual one", () => {
  expect(modbusFaultOf(genericSunSpec, "reset")).toEqual({ name: "reset", parameter: 20 });
  expect(modbusFaultOf(genericSunSpec, "reset:3")).toEqual({ name: "reset", parameter: 3 });
  expect(modbusFaultOf(genericSunSpec, "night")).toEqual({ name: "night", parameter: 0 });
  expect(networkFaultOf("delay:250")).toEqual({ name: "delay", parameter: 250 });
});

test.for(["toString", "reset:", "reset:-1", "reset:1.5", "", "smoke"])(
  'fault "%s" is refused with what there is',
  (text) => {
    expect(() => modbusFaultOf(genericSunSpec, text)).toThrow(
      /is no fault; there are reset\[:every n-th answer\], end/,
    );
  },
);

test.for([
  ["carlo-gavazzi-em24", "stuck-timer"],
  ["sungrow-sh", "stuck-timer"],
  ["sungrow-sh", "night"],
  ["goodwe-et", "moving-scale"],
  ["goodwe-et", "eeprom"],
  ["solaredge-storedge", "no-end-model"],
  ["huawei-sun2000", "length-change:5"],
  ["huawei-sun2000", "cut"],
] as const)("%s cannot have the fault %s, which is refused with what it can have", ([name, text]) => {
  expect(() => modbusFaultOf(profileByName(name), text)).toThrow(
    expect.objectContaining({
      code: "EMULATOR_FAULT_UNFIT",
      message: expect.stringContaining("it can have reset, end"),
    }),
  );
});

test("a home with OPC UA and recorded registers have faults of their own", () => {
  expect(() => networkFaultOf("reset")).toThrow(/opcua-home cannot have the fault "reset"; it can have cut/);
  expect(() => modbusFaultOf("replay", "night")).toThrow(/replay cannot have the fault "night"/);
  expect(Object.keys(fittingFaults(OPCUA_HOME))).toEqual(["cut", "freeze", "delay", "restart"]);
});

test("every fault of the registers fits some profile that is no SunSpec map, but for those of its models", () => {
  const fitting = PROFILES.filter(({ kind }) => kind === "registers").flatMap((profile) =>
    Object.keys(fittingFaults(profile)),
  );
  for (const name of ["moving-scale", "night", "stuck-timer", "eeprom"]) expect(fitting).toContain(name);
});

test("faults of the registers come and go with their period", () => {
  const faults = ["moving-scale:1000", "night", "eeprom:5"].map((text) =>
    modbusFaultOf(genericSunSpec, text),
  );
  expect(registerFaultsAt(faults as never, 999)).toMatchObject({
    scaleMoved: false,
    night: true,
    writesMax: 5,
  });
  expect(registerFaultsAt(faults as never, 1_000)).toMatchObject({ scaleMoved: true, longer: false });
  expect(registerFaultsAt(faults as never, 2_000).scaleMoved).toBe(false);
});
