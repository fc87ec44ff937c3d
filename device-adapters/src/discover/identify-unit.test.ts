import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { fixtureDevice, type RegisterFixture } from "../../test/fixture-device.ts";
import { look } from "../../test/look.ts";
import { common, points, quirkDevice } from "../../test/quirks/quirk-device.ts";
import { configLines } from "./config-lines.ts";

async function fixtureOf(name: string): Promise<RegisterFixture> {
  const url = new URL(`../../test/fixtures/${name}.registers.json`, import.meta.url);
  return JSON.parse(await readFile(url, "utf8")) as RegisterFixture;
}

test.for([
  ["huawei-sun2000", 1, { model: "SUN2000-10KTL-M1", serialNumber: "HV2140123456" }],
  ["growatt-vpp", 1, { serialNumber: "ABC1234567", firmware: "201" }],
  ["solaredge-storedge", 1, { model: "SE10K-RWS" }],
] as const)("%s is told by the registers of its probe", async ([name, unit, identity]) => {
  await using device = await fixtureDevice(await fixtureOf(name));
  const { finds } = await look(`${device.port}`, { units: [unit] });
  expect(finds).toMatchObject([{ kind: "profile", profile: name, unit, ...identity }]);
  expect(device.takeWrites()).toEqual([]);
});

test.for([
  ["sma-hybrid", 3],
  ["victron-gx", 100],
  ["goodwe-et", 247],
  ["kostal-plenticore", 71],
  ["eastron-sdm630", 1],
  ["deye-3-phase", 1],
  ["sungrow-sh", 1],
] as const)("%s cannot be told for certain: it is a candidate", async ([name, unit]) => {
  await using device = await fixtureDevice(await fixtureOf(name));
  const { finds } = await look(`${device.port}`, { units: [unit] });
  expect(finds).toMatchObject([{ kind: "unknown", unit, candidates: expect.arrayContaining([name]) }]);
  // Another kind of the same make may answer alike; devices of others do not.
  const [make = ""] = name.split("-");
  const [find] = finds;
  if (find?.kind !== "unknown") throw new Error("it was told apart");
  expect(find.candidates.every((candidate) => candidate.startsWith(make))).toBe(true);
  const lines = configLines(finds, "home-1").flat();
  expect(lines).toContain(
    `// modbusProfile({ id: deviceId("home-1/device"), profile: "${name}", host: "127.0.0.1", port: ${device.port}, unit: ${unit} }),`,
  );
  expect(device.takeWrites()).toEqual([]);
});

test("a maker's own registers beside its SunSpec map are told of", async () => {
  await using quirk = await quirkDevice([common("INV", "SolarEdge"), [103, points({ W: 100, W_SF: 0 })]]);
  // State of energy, 50 %, low word first.
  quirk.server.registers.set(0xe184, 0).set(0xe185, 0x4248);
  const { finds } = await look(`${quirk.server.port}`);
  expect(finds).toMatchObject([{ kind: "sunspec", alternatives: ["solaredge-storedge"] }]);
  quirk.server.registers.set(0xe184, 0xffff).set(0xe185, 0xff7f);
  const { finds: without } = await look(`${quirk.server.port}`);
  expect(without).toMatchObject([{ kind: "sunspec", alternatives: [] }]);
});
