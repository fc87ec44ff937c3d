import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** The whole program: its child processes cannot be started from one given as text. */
const PROGRAM = fileURLToPath(new URL("../../../vpp-core/src/cli/commonwatt.ts", import.meta.url));

async function run(...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, "devices-bench", ...args]);
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { output, errors, code: code as number | null };
}

test("devices-bench polls every meter as often as it should and compares three clients", async () => {
  const { output } = await run("--devices", "4", "--seconds", "2", "--rounds", "1", "--json");
  const summary = JSON.parse(output.trim().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ event: "summary", devices: 4, seconds: 2, polls: 8, rounds: 1 });
  const names = summary.checks.map(({ name }: { name: string }) => name);
  expect(names).toEqual(["devicesPolled1Hz", "missedPolls", "readsVsBareModbusSerial", "readsVsJsmodbus"]);
  expect(summary.registersPerSecond).toBeGreaterThan(0);
  expect(summary.readsVsJsmodbus).toBeGreaterThan(0);
}, 30_000);

test("devices-bench refuses a count that is none", async () => {
  const { errors, code } = await run("--devices", "0");
  expect(code).not.toBe(0);
  expect(errors).toContain("whole number from 1 to 10000");
});
