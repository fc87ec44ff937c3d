import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatteryLease,
  type ChildService,
  CommonwattError,
  type Device,
  epochMs,
  startChild,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import type { BenchHomeInit } from "../../test/opcua-home-process.ts";
import { testContext } from "../../test/test-context.ts";
import { provisionTrust } from "../opcua/application-certificate.ts";
import { opcua } from "../opcua/opcua-connector.ts";
import { BenchPlant } from "./bench-plant.ts";
import { startOpcuaEmulator } from "./opcua-emulator.ts";

const ENTRY = new URL("../../test/opcua-home-process.ts", import.meta.url);

let directory: string;
let serverCertificateFile: string;
let child: ChildService<{ readonly port: number }>;
let device: Device | null = null;

function startServer(port: number): Promise<typeof child> {
  const init: BenchHomeInit = { port, pkiDirectory: join(directory, "server") };
  return startChild("the home", ENTRY, init);
}

function lease(powerW: number, sequence: number): BatteryLease {
  return { batteryPowerW: watts(powerW), validUntilMs: epochMs(systemClock.now() + 60_000), sequence };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-opcua-"));
  ({ serverCertificateFile } = await provisionTrust({
    clientPkiDirectory: join(directory, "client"),
    serverPkiDirectory: join(directory, "server"),
  }));
  child = await startServer(0);
}, 30_000);

afterEach(async () => {
  await device?.close();
  await child.stop();
  await rm(directory, { recursive: true });
});

test("a server that is killed comes back, readings with it, and a command made meanwhile never arrives", async () => {
  const { port } = child.ready;
  const endpointUrl = `opc.tcp://127.0.0.1:${port}`;
  const open = await opcua({
    id: "home-1/gateway",
    endpointUrl,
    home: "home-1",
    pkiDirectory: join(directory, "client"),
    serverCertificateFile,
    publishingIntervalMs: 100,
  }).connect(testContext(systemClock));
  device = open;
  expect([...open.capabilities]).toEqual(["meter", "pv", "battery"]);
  expect((await open.read()).points).toMatchObject({
    batteryCapacityWh: { value: 10_000, quality: "good" },
    storedEnergyWh: { quality: "good" },
    chargePowerMaxW: { value: 5_000 },
    gridImportWh: { value: 0, quality: "good" },
  });
  expect(await open.battery?.apply(lease(-2_500, 10))).toEqual({ status: "applied", appliedPowerW: -2_500 });
  await eventually(async () => ((await open.read()).points.batteryPowerW?.value === -2_500 ? true : null));

  process.kill(child.processId, "SIGKILL");
  // At once, before the loss may have been noticed, and again when it surely has.
  await expect(open.battery?.apply(lease(4_000, 20))).rejects.toBeInstanceOf(CommonwattError);
  await child.exited;
  await eventually(async () =>
    open.read().then(
      () => null,
      () => true,
    ),
  );
  await expect(open.battery?.apply(lease(4_000, 21))).rejects.toMatchObject({
    code: "OPCUA_CONNECTION_LOST",
    retryable: true,
  });

  child = await startServer(port);
  const restartedMs = systemClock.now();
  const fresh = await eventually(async () => {
    const reading = await open.read();
    return (reading.points.batteryPowerW?.sourceTimeMs ?? 0) > restartedMs + 1_000 ? reading : null;
  });
  expect(fresh.points.gridPowerW?.quality).toBe("good");
  expect(fresh.points.batteryPowerW?.value).not.toBe(4_000);
  // The new server knows no order yet: had one of the lost commands arrived, 20 would be too late.
  expect(await open.battery?.apply(lease(1_500, 20))).toEqual({ status: "applied", appliedPowerW: 1_500 });
}, 60_000);

test("a port that is taken is said so, and a home may be named only once", async () => {
  const home = {
    name: "home-1",
    plant: new BenchPlant({ startMs: systemClock.now() }),
    identity: { manufacturer: "Acme", model: "Gateway", serialNumber: "S1", firmware: "1" },
  };
  const options = { pkiDirectory: join(directory, "server"), clock: systemClock };
  await expect(
    startOpcuaEmulator({ ...options, port: child.ready.port, homes: [home] }),
  ).rejects.toMatchObject({ code: "EMULATOR_PORT_IN_USE" });
  await expect(startOpcuaEmulator({ ...options, port: 0, homes: [home, home] })).rejects.toThrow(/name/);
}, 30_000);
