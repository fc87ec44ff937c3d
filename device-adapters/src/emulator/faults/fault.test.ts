import { expect, test } from "vitest";
import { parseNetworkFault } from "./network-faults.ts";
import { registerFaultsAt } from "./register-faults.ts";
import { parseModbusFault } from "./standing-faults.ts";

test("a fault is a name, with a parameter or its usual one", () => {
  expect(parseModbusFault("reset")).toEqual({ name: "reset", parameter: 20 });
  expect(parseModbusFault("reset:3")).toEqual({ name: "reset", parameter: 3 });
  expect(parseModbusFault("night")).toEqual({ name: "night", parameter: 0 });
  expect(parseNetworkFault("delay:250")).toEqual({ name: "delay", parameter: 250 });
});

test.for(["toString", "reset:", "reset:-1", "reset:1.5", "", "cut"])(
  'fault "%s" is refused with what there is',
  (text) => {
    expect(() => parseModbusFault(text)).toThrow(/is no fault; there are reset\[:every n-th answer\], end/);
  },
);

test("faults of the registers come and go with their period", () => {
  const faults = ["moving-scale:1000", "night", "eeprom:5"].map(parseModbusFault) as never;
  expect(registerFaultsAt(faults, 999)).toMatchObject({ scaleMoved: false, night: true, writesMax: 5 });
  expect(registerFaultsAt(faults, 1_000)).toMatchObject({ scaleMoved: true, longer: false });
  expect(registerFaultsAt(faults, 2_000).scaleMoved).toBe(false);
});
