import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../../../vpp-core/src/cli/commonwatt.ts", import.meta.url));

test("devices lists every profile with what it can do and its fixture, and a summary", {
  timeout: 30_000,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, "devices", "--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  const growatt = lines.find(({ profile }) => profile === "growatt-vpp");
  expect(growatt).toMatchObject({
    event: "device",
    capabilities: ["meter", "pv", "battery"],
    commands: true,
    abilities: { charge: true, discharge: true, pvLimit: false, eepromWritesPerDayMax: 48 },
    nativeTimer: "register",
    timerReliable: false,
    clientsMax: 1,
    quirkCases: expect.any(Number),
    fixture: { path: "test/fixtures/growatt-vpp.registers.json", points: 10, commands: 2 },
  });
  expect(lines.find(({ profile }) => profile === "deye-3-phase")).toMatchObject({
    commands: false,
    abilities: null,
  });
  expect(lines.at(-1)).toMatchObject({ event: "summary", devices: 14, withFixture: 13 });
  const { quirksByVendor } = lines.at(-1) as { quirksByVendor: Record<string, number> };
  for (const vendor of [
    "Huawei",
    "Sungrow",
    "GoodWe",
    "Victron",
    "Deye",
    "Growatt",
    "SolarEdge",
    "SMA",
    "Kostal",
  ]) {
    expect(quirksByVendor[vendor]).toBeGreaterThan(4);
  }
  expect(lines.at(-1)?.["checks"]).toEqual([
    expect.objectContaining({ name: "devices", value: 13, holds: true }),
    expect.objectContaining({ name: "withoutFixture", value: 0, holds: true }),
    expect.objectContaining({ name: "vendorsWithQuirkCases", value: 9, holds: true }),
  ]);
});
