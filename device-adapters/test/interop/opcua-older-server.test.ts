import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BatteryLease, type Device, epochMs, systemClock, watts } from "@commonwatt/vpp-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { applicationCertificate } from "../../src/opcua/application-certificate.ts";
import { opcua } from "../../src/opcua/opcua-connector.ts";
import { eventually } from "../eventually.ts";
import { codeOf } from "../opcua-bench.ts";
import { testContext } from "../test-context.ts";
import { capture, testOnWire } from "./capture.ts";
import { type OlderServer, startOlderServer, VENDOR_NODES } from "./older-opcua-server.ts";
import { expectSecureConversation, OPCUA_FIELDS } from "./opcua-wire.ts";

let folder: string;
let server: OlderServer;
let device: Device;
let sequence = 0;

async function start(port: number): Promise<OlderServer> {
  const client = await applicationCertificate(join(folder, "client"), "client");
  const trustedClientFile = client.certificateFile;
  return startOlderServer({ port, folder: join(folder, "vendor"), trustedClientFile, clock: systemClock });
}

function connect(pkiDirectory = join(folder, "client")): Promise<Device> {
  return opcua({
    id: "home/storage",
    endpointUrl: `opc.tcp://127.0.0.1:${server.port}`,
    pkiDirectory,
    serverCertificateFile: server.certificateFile,
    nodes: VENDOR_NODES,
    publishingIntervalMs: 100,
  }).connect(testContext(systemClock));
}

function lease(powerW: number, lifeMs = 60_000): BatteryLease {
  sequence += 10;
  return { batteryPowerW: watts(powerW), validUntilMs: epochMs(systemClock.now() + lifeMs), sequence };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "commonwatt-older-"));
  server = await start(0);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  device = await connect();
});
afterEach(() => device.close());

test("our client reads an older server through its own nodes, and follows what changes", async () => {
  expect(device.identity).toMatchObject({ manufacturer: "Vendor", model: "Storage 10", serialNumber: "V-1" });
  expect((await device.read()).points.batteryCapacityWh).toMatchObject({ value: 10_000, quality: "good" });
  await device.battery?.apply(lease(-1_500));
  const followed = await eventually(async () => {
    const { batteryPowerW, gridPowerW } = (await device.read()).points;
    return batteryPowerW?.value === -1_500 ? gridPowerW : null;
  });
  expect(followed?.quality).toBe("good");
});

test("a command is applied and read back; an expired or older one is refused by the server", async () => {
  const inTime = lease(2_000);
  expect(await device.battery?.apply(inTime)).toEqual({ status: "applied", appliedPowerW: 2_000 });
  expect(server.battery.setpointW()).toBe(2_000);
  const older = { ...inTime, sequence: inTime.sequence - 1 };
  expect(await device.battery?.apply(older)).toMatchObject({ status: "refused", code: "out-of-order" });
  // Our clock is an hour slow: we believe that the lease still holds, the server knows better.
  const slow = { ...systemClock, now: () => epochMs(systemClock.now() - 3_600_000) };
  const { validUntilMs, ...rest } = lease(3_000);
  const mistaken = await opcua({
    id: "home/slow",
    endpointUrl: `opc.tcp://127.0.0.1:${server.port}`,
    pkiDirectory: join(folder, "client"),
    serverCertificateFile: server.certificateFile,
    nodes: VENDOR_NODES,
  }).connect({ ...testContext(slow), wallClock: systemClock });
  const expired = { ...rest, validUntilMs: epochMs(validUntilMs - 1_800_000) };
  expect(await mistaken.battery?.apply(expired)).toMatchObject({ status: "refused", code: "expired" });
  await mistaken.close();
  expect(server.battery.setpointW()).toBe(2_000);
  await device.battery?.release();
  expect(server.battery.setpointW()).toBeNull();
});

test("an older server that restarts is found again, and no command from between reaches it", async () => {
  const { port } = server;
  await server.close();
  await eventually(async () => ((await codeOf(device.read())) === "no error" ? null : true));
  expect(await codeOf(device.battery?.apply(lease(4_000)))).toBe("OPCUA_CONNECTION_LOST");
  server = await start(port);
  await eventually(async () => (await device.read()).points.batteryPowerW ?? null);
  expect(server.battery.lastSequence()).toBe(0);
  expect(await device.battery?.apply(lease(500))).toMatchObject({ status: "applied" });
});

test("a client that the older server does not know is refused", async () => {
  await applicationCertificate(join(folder, "stranger"), "client");
  expect(await codeOf(connect(join(folder, "stranger")))).toBe("OPCUA_UNTRUSTED");
});

testOnWire("what our client says to an older server is well-formed, on one secure channel", async () => {
  await device.close();
  await using wire = await capture(server.port, "opcua", OPCUA_FIELDS);
  const captured = await connect();
  await captured.read();
  expect(await captured.battery?.apply(lease(1_000))).toMatchObject({ status: "applied" });
  await captured.battery?.release();
  await captured.close();
  expectSecureConversation(await wire.ended(), server.port, "Aes256_Sha256_RsaPss");
});
