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
    nativeTimer: "register",
    fixture: { path: "test/fixtures/growatt-vpp.registers.json", points: 10, commands: 2 },
  });
  expect(lines.at(-1)).toMatchObject({ event: "summary", devices: 13, withFixture: 12 });
  expect(lines.at(-1)?.["checks"]).toEqual([
    expect.objectContaining({ name: "devices", value: 12, holds: true }),
    expect.objectContaining({ name: "withoutFixture", value: 0, holds: true }),
  ]);
});
