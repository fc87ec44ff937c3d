import { expect, test } from "vitest";
import { parsePorts, parseUnits } from "./scan-places.ts";
import { parseTarget } from "./scan-target.ts";

test.each([
  ["192.168.1.20", ["192.168.1.20"], false],
  ["inverter.local", ["inverter.local"], false],
  ["192.168.1.20/32", ["192.168.1.20"], false],
  ["10.0.0.5/31", ["10.0.0.4", "10.0.0.5"], true],
  ["10.0.0.9/29", ["10.0.0.9", "10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14"], true],
])("%s is %j", (text, hosts, isRange) => {
  expect(parseTarget(text)).toEqual({ hosts, isRange });
});

test("a /24 is 254 hosts, and the largest range there is", () => {
  const { hosts } = parseTarget("192.168.255.77/24");
  expect([hosts.length, hosts[0], hosts.at(-1)]).toEqual([254, "192.168.255.1", "192.168.255.254"]);
  expect(() => parseTarget("192.168.0.0/23")).toThrow(/192.168.0.0\/23 has more than the 254 hosts/);
});

test.each(["", "192.168.1", "300.1.1.1", "192.168.1.0/", "192.168.1.0/33", "fe80::1/64", "a host", "x/24"])(
  "%j is no target",
  (text) => {
    expect(() => parseTarget(text)).toThrow(/is no host, no address and no IPv4 range/);
  },
);

test("ports say what is spoken there, by their number or by a word", () => {
  expect(parsePorts("502, 8899,4840,rtu:502,tcp:4840,opcua:4841")).toEqual([
    { port: 502, protocols: ["modbus-tcp"] },
    { port: 8899, protocols: ["modbus-tcp", "rtu-tcp"] },
    { port: 4840, protocols: ["opcua"] },
    { port: 502, protocols: ["rtu-tcp"] },
    { port: 4840, protocols: ["modbus-tcp"] },
    { port: 4841, protocols: ["opcua"] },
  ]);
});

test.each(["", "0", "65536", "udp:8899", "502;503", "502,"])("%j are no ports", (text) => {
  expect(() => parsePorts(text)).toThrow(/is no port/);
});

test("units are ids from 0 to 255", () => {
  expect(parseUnits("1, 0,247")).toEqual([1, 0, 247]);
  expect(() => parseUnits("1,256")).toThrow(/"256" is no unit id/);
  expect(() => parseUnits("one")).toThrow(/"one" is no unit id/);
});
