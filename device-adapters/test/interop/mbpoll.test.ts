import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { deviceId, epochMs, systemClock, watts } from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModbusAddress, mbpollRegisters } from "../../../.ci/mbpoll.ts";
import { readSunSpecPower } from "../../../.ci/sunspec-power.ts";
import { modbus } from "../../src/sunspec/sunspec-connector.ts";
import { testContext } from "../test-context.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const EMULATE = ["emulate", "--profile", "generic-sunspec", "--port", "0", "--json"];
const END_MODEL_ID = 0xffff;

/** A SunSpec server of ours that mbpoll reads, started by the command that a user types. */
interface OurServer {
  readonly inverter: ModbusAddress;
  readonly meter: ModbusAddress;
  stop(): Promise<unknown>;
}

async function startEmulator(): Promise<OurServer> {
  const command = ["vpp-core/src/cli/commonwatt.ts", ...EMULATE];
  const child = spawn(process.execPath, command, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { host, port, unit, meterUnit } = JSON.parse(line) as ModbusAddress & { readonly meterUnit: number };
  return {
    inverter: { host, port, unit },
    meter: { host, port, unit: meterUnit },
    stop: () => {
      child.kill("SIGINT");
      return exited;
    },
  };
}

/** Walks the chain of models with mbpoll alone: where each begins. */
function chainOf(address: ModbusAddress): ReadonlyMap<number, number> {
  const models = new Map<number, number>();
  for (let at = 40_002; ; ) {
    const [id = END_MODEL_ID, length = 0] = mbpollRegisters(address, at, 2);
    models.set(id, at);
    if (id === END_MODEL_ID) return models;
    at += 2 + length;
  }
}

const signed = (register = 0x8000): number => (register >= 0x8000 ? register - 0x1_0000 : register);

/** Every server of ours that speaks SunSpec, by what it is: how it is started, and the models that it shows. */
const SERVERS: readonly (readonly [
  name: string,
  start: () => Promise<OurServer>,
  models: readonly number[],
])[] = [["our emulator", startEmulator, [1, 103, 120, 121, 123, 124, 160]]];

describe.each(SERVERS)("%s", (_name, start, models) => {
  let server: OurServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  test("has the marker, and a chain that mbpoll walks to its end", () => {
    expect(mbpollRegisters(server.inverter, 40_000, 2)).toEqual([0x5375, 0x6e53]);
    const inverter = [...chainOf(server.inverter).keys()];
    expect(inverter).toEqual(expect.arrayContaining([...models]));
    expect(inverter.at(-1)).toBe(END_MODEL_ID);
    expect([...chainOf(server.meter).keys()]).toEqual([1, 203, END_MODEL_ID]);
  });

  test("refuses mbpoll where there is nothing", () => {
    expect(() => mbpollRegisters(server.inverter, 100, 1)).toThrow(/Illegal data address/);
    expect(() => mbpollRegisters({ ...server.inverter, unit: 9 }, 40_000, 1)).toThrow(/Target device failed/);
  });
});

test("mbpoll reads the AC power and the grid power that our client reads, below zero, too", async () => {
  const server = await startEmulator();
  const connect = (address: ModbusAddress) =>
    modbus({ id: deviceId("home/device"), ...address }).connect(testContext(systemClock));
  const inverter = await connect(server.inverter);
  const meter = await connect(server.meter);
  // Whatever the sun does, discharging at 5 kW exports.
  const lease = {
    batteryPowerW: watts(5_000),
    validUntilMs: epochMs(systemClock.now() + 60_000),
    sequence: 1,
  };
  expect(await inverter.battery?.apply(lease)).toMatchObject({ status: "applied", appliedPowerW: 5_000 });
  const acPowerW = (await inverter.read()).points.inverterPowerW?.value ?? 0;
  const gridPowerW = (await meter.read()).points.gridPowerW?.value ?? 0;
  // The sun moves on between two readings, by half a watt a second at most.
  const seen = readSunSpecPower(server.inverter);
  expect(seen.hasMarker).toBe(true);
  expect(Math.abs((seen.acPowerW ?? 0) - acPowerW)).toBeLessThanOrEqual(20);
  const model = chainOf(server.meter).get(203) ?? 0;
  const [power, , , , scale] = mbpollRegisters(server.meter, model + 18, 5);
  expect(gridPowerW).toBeLessThanOrEqual(-4_500);
  expect(Math.abs(signed(power) * 10 ** signed(scale) - gridPowerW)).toBeLessThanOrEqual(20);
  await inverter.battery?.release();
  await Promise.all([inverter.close(), meter.close()]);
  await server.stop();
});
