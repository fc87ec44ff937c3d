import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deviceId, epochMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { runEmulate } from "../../test/emulate-process.ts";
import { rejection, testContext } from "../../test/test-context.ts";
import { ModbusConnection } from "../modbus/modbus-connection.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";

const SUNSPEC = ["--profile", "generic-sunspec"];

/** Runs `emulate` while `use` talks to its port; gives its exit code at Ctrl-C. */
async function whileEmulating(
  args: readonly string[],
  use: (port: number) => Promise<void>,
): Promise<number | null> {
  const { child, output, exit } = runEmulate("--port", "0", "--json", ...args);
  try {
    await expect.poll(output, { timeout: 30_000 }).toContain("\n");
    await use(JSON.parse(output().split("\n")[0] ?? "").port);
  } finally {
    child.kill("SIGINT");
  }
  return exit;
}

test("emulate --fault is a device with that fault", async () => {
  const code = await whileEmulating(
    [...SUNSPEC, "--fault", "byte-by-byte", "--fault", "busy:10"],
    async (port) => {
      const options = { id: deviceId("bench"), host: "127.0.0.1", port, unit: 1 };
      const connect = modbus(options).connect(testContext(systemClock));
      // Discovery takes more than ten requests.
      expect(await rejection(connect)).toMatchObject({
        code: "MODBUS_EXCEPTION",
        details: { exceptionCode: 6 },
      });
    },
  );
  expect(code).toBe(0);
}, 60_000);

test("emulate --replay serves what was recorded", async () => {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-trace-"));
  const file = join(directory, "trace.json");
  const registers = { 40000: [0x5375, 0x6e53, 1] };
  await writeFile(file, JSON.stringify({ units: [{ unit: 7, frames: [{ atMs: 0, registers }] }] }));
  const code = await whileEmulating(["--replay", file], async (port) => {
    const connection = new ModbusConnection({
      host: "127.0.0.1",
      port,
      backOff: { baseMs: 50, maxMs: 60_000 },
      wallClock: systemClock,
    });
    const options = { deadlineMs: epochMs(systemClock.now() + 5_000) };
    expect(await connection.readRegisters(7, 40_000, 3, options)).toEqual(Buffer.from("SunS\u0000\u0001"));
    expect(await rejection(connection.readRegisters(7, 0, 3, options))).toMatchObject({
      details: { exceptionCode: 2 },
    });
    connection.close();
  });
  expect(code).toBe(0);
  await rm(directory, { recursive: true });
}, 60_000);
