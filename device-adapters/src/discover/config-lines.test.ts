import { type DeviceConnector, deviceId } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { opcua } from "../opcua/opcua-connector.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { configLines, importLines } from "./config-lines.ts";
import type { Find, OpcuaFind, ProfileFind, SunSpecFind, UnknownFind } from "./find.ts";

const head = {
  host: "10.0.0.7",
  port: 502,
  notes: [],
  protocol: "modbus-tcp",
  unit: 1,
  alsoUnits: [],
} as const;
const identity = { manufacturer: "Maker", model: "Model", serialNumber: "S-1", firmware: null };
const sunspec: SunSpecFind = {
  kind: "sunspec",
  ...head,
  ...identity,
  device: null,
  models: [1, 103],
  capabilities: ["pv"],
  meterSign: 1,
  alternatives: [],
};
const profile: ProfileFind = {
  kind: "profile",
  ...head,
  ...identity,
  profile: "huawei-sun2000",
  capabilities: ["meter", "pv", "battery"],
};
const unknown: UnknownFind = {
  kind: "unknown",
  ...head,
  unit: 71,
  candidates: ["kostal-plenticore", "deye-3-phase"],
};
const server: OpcuaFind = {
  kind: "opcua",
  host: "10.0.0.8",
  port: 4840,
  notes: [],
  endpointUrl: "opc.tcp://10.0.0.8:4840/path",
  applicationName: "Gateway",
  applicationUri: null,
  productUri: null,
  endpoints: [],
  certificateFingerprint: null,
  certificateFile: "trust/10.0.0.8-4840.pem",
  isUsable: true,
};

/** Runs the lines with our own functions, as a configuration does. */
function evaluated(finds: readonly Find[]): readonly DeviceConnector[] {
  const text = configLines(finds, "home-1").flat().join("\n");
  const body = new Function("modbus", "modbusProfile", "opcua", "deviceId", `return [${text}\n];`);
  return body(modbus, modbusProfile, opcua, deviceId) as readonly DeviceConnector[];
}

test("the lines are what our functions take, each with an id of its own", () => {
  const serial: SunSpecFind = {
    ...sunspec,
    protocol: "rtu-tcp",
    port: 8899,
    capabilities: ["meter"],
    meterSign: -1,
  };
  const finds = [sunspec, { ...sunspec, device: 1 }, serial, profile, server, unknown];
  expect(evaluated(finds).map(({ id, address }) => [id, address])).toEqual([
    ["home-1/inverter", "10.0.0.7:502 unit 1"],
    ["home-1/inverter-2", "10.0.0.7:502 unit 1 device 1"],
    ["home-1/meter", "rtu+10.0.0.7:8899 unit 1"],
    ["home-1/inverter-3", "10.0.0.7:502 unit 1"],
    ["home-1/gateway", "opc.tcp://10.0.0.8:4840/path home-1"],
  ]);
});

test("what cannot be used as it is, or not for certain, stands as a comment", () => {
  const finds = [{ ...sunspec, capabilities: [] }, { ...server, isUsable: false }, unknown];
  const lines = configLines(finds, "home-1");
  expect(lines.map((each) => each.length)).toEqual([1, 1, 2]);
  expect(lines.flat().every((line) => line.startsWith("// "))).toBe(true);
  expect(evaluated(finds)).toEqual([]);
});

test("the imports are those that the lines need", () => {
  expect(importLines(configLines([profile], "home-1").flat())).toEqual([
    'import { modbusProfile } from "@commonwatt/device-adapters";',
    'import { deviceId } from "@commonwatt/vpp-core";',
  ]);
  expect(importLines(configLines([server], "home-1").flat())).toEqual([
    'import { opcua } from "@commonwatt/device-adapters";',
  ]);
  expect(importLines([])).toEqual([]);
});
