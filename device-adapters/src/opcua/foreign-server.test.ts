import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Device,
  type DeviceContext,
  durationMs,
  epochMs,
  type SimulatedClock,
  simulatedClock,
  sleep,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import {
  type ForeignOptions,
  type ForeignServer,
  foreignNodes,
  startForeignServer,
} from "../../test/foreign-opcua-server.ts";
import { codeOf } from "../../test/opcua-bench.ts";
import { testContext } from "../../test/test-context.ts";
import { startRelay, type TcpRelay } from "../emulator/faults/tcp-relay.ts";
import { applicationCertificate, provisionTrust } from "./application-certificate.ts";
import { type OpcuaOptions, opcua } from "./opcua-connector.ts";

let directory: string;
let trusted: Pick<OpcuaOptions, "pkiDirectory" | "serverCertificateFile">;
let clock: SimulatedClock;
let closing: (() => Promise<void>)[] = [];
let sequence = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-foreign-"));
  const clientPkiDirectory = join(directory, "client");
  const sides = { clientPkiDirectory, serverPkiDirectory: join(directory, "server") };
  trusted = { pkiDirectory: clientPkiDirectory, ...(await provisionTrust(sides)) };
}, 30_000);

afterAll(() => rm(directory, { recursive: true }));

beforeEach(() => {
  clock = simulatedClock(epochMs(systemClock.now()));
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

interface Foreign {
  readonly server: ForeignServer;
  readonly relay: TcpRelay;
  connect(options?: Partial<OpcuaOptions>, context?: DeviceContext): Promise<Device>;
}

async function foreign(options: Partial<ForeignOptions> = {}): Promise<Foreign> {
  const server = await startForeignServer({ directory, ...options });
  const relay = await startRelay(server.port, { record: true });
  closing.push(
    () => server.close(),
    () => relay.close(),
  );
  return {
    server,
    relay,
    connect: async (more = {}, context = testContext(clock)) => {
      const endpointUrl = `opc.tcp://127.0.0.1:${relay.port}`;
      const at = { id: "home-1/ems", endpointUrl, nodes: foreignNodes, requestTimeoutMs: 1_000, ...trusted };
      const device = await opcua({ ...at, publishingIntervalMs: 100, ...more }).connect(context);
      closing.push(() => device.close());
      return device;
    },
  };
}

const lease = (powerW: number, lifeMs = 60_000) => ({
  batteryPowerW: watts(powerW),
  validUntilMs: epochMs(clock.now() + lifeMs),
  sequence: ++sequence,
});

const valuesOf = async (device: Device): Promise<Record<string, number | null | undefined>> => {
  const { points } = await device.read();
  return Object.fromEntries(Object.entries(points).map(([name, point]) => [name, point.value]));
};

test("OPC UA: a foreign model is mapped by configuration: kilowatts, percent, other signs, and constants", async () => {
  const { connect, server } = await foreign();
  const device = await connect();
  expect([...device.capabilities]).toEqual(["meter", "battery"]);
  expect(await valuesOf(device)).toEqual({
    gridPowerW: 1_250,
    gridImportWh: 4_711_500,
    batteryPowerW: -800,
    storedEnergyWh: 4_500,
    batteryCapacityWh: 10_000,
    chargePowerMaxW: 4_000,
    dischargePowerMaxW: 5_000,
  });
  server.values.gridKw = 0.5;
  await eventually(async () => ((await valuesOf(device))["gridPowerW"] === -500 ? true : null));
});

test.for([
  [["Aes256_Sha256_RsaPss", "Basic256Sha256"], "Aes256_Sha256_RsaPss"],
  [["Basic256Sha256"], "Basic256Sha256"],
] as const)("OPC UA: of the policies %j it takes %s", async ([policies, taken]) => {
  const { connect, relay } = await foreign({ policies });
  expect(await valuesOf(await connect())).toMatchObject({ gridPowerW: 1_250 });
  const opened = relay.sentByClients().match(/SecurityPolicy#\w+/g) ?? [];
  expect(opened.at(-1)).toBe(`SecurityPolicy#${taken}`);
});

test("OPC UA: a user with an X.509 certificate gets in, another and nobody do not", async () => {
  const person = await applicationCertificate(join(directory, "person"), "client");
  const stranger = await applicationCertificate(join(directory, "stranger"), "client");
  const { connect } = await foreign({ userCertificateFile: person.certificateFile });
  expect(await valuesOf(await connect({ user: person }))).toMatchObject({ gridPowerW: 1_250 });
  expect(await codeOf(connect({ user: stranger }))).toBe("OPCUA_ACCESS_DENIED");
  expect(await codeOf(connect())).toBe("OPCUA_ACCESS_DENIED");
});

test("OPC UA: a deadband holds small moves of power back, never energy, and the value stays as young as the server's last word", async () => {
  const { connect, server } = await foreign();
  const device = await connect({ powerDeadbandW: 20 });
  server.values.gridKw = -1.26;
  server.values.importKwh = 4_711.501;
  await eventually(async () => ((await valuesOf(device))["gridImportWh"] === 4_711_501 ? true : null));
  clock.advanceTo(epochMs(clock.now() + 5_000));
  await sleep(systemClock, durationMs(600));
  const { points } = await device.read();
  expect(points.gridPowerW).toMatchObject({ value: 1_250, quality: "good", sourceTimeMs: clock.now() });
  server.values.gridKw = -1.3;
  await eventually(async () => ((await valuesOf(device))["gridPowerW"] === 1_300 ? true : null));
});

test("OPC UA: a server without subscriptions is polled", async () => {
  const { connect, server } = await foreign({ hasSubscriptions: false });
  const device = await connect();
  server.values.gridKw = 2;
  await eventually(async () => ((await valuesOf(device))["gridPowerW"] === -2_000 ? true : null));
  expect((await device.read()).points.gridPowerW?.quality).toBe("good");
});

test.for([
  [3_600_000, "the server's clock is \\d+ ms behind ours"],
  [-3_600_000, "the server's clock is \\d+ ms ahead of ours"],
] as const)(
  "OPC UA: a server whose clock is wrong is suspect: we are %i ms ahead",
  async ([aheadMs, reason]) => {
    const { connect } = await foreign();
    const context = testContext(clock);
    const wallClock = { ...context.wallClock, now: () => epochMs(systemClock.now() + aheadMs) };
    const { points } = await (await connect({}, { ...context, wallClock })).read();
    expect(points.gridPowerW).toMatchObject({ value: 1_250, quality: "suspect" });
    expect(points.gridPowerW?.reason).toMatch(new RegExp(reason));
  },
);

test("OPC UA: without methods: setpoint and counter in one request, clamped, scaled, read back; the counter goes on", async () => {
  const { connect, server } = await foreign();
  const device = await connect();
  expect(await device.battery?.apply(lease(-2_000))).toEqual({ status: "applied", appliedPowerW: -2_000 });
  expect(server.inForceKw()).toBe(2);
  expect(await device.battery?.apply(lease(99_000))).toEqual({ status: "applied", appliedPowerW: 5_000 });
  expect(server.setpoints).toEqual([2, -5]);
  await eventually(async () => (server.beats.length >= 4 ? true : null));
  expect(new Set(server.beats).size).toBe(server.beats.length);
  expect(server.setpoints).toEqual([2, -5]);
  await device.battery?.release();
  expect(server.inForceKw()).toBeNull();
  expect(await device.battery?.apply({ ...lease(1_000), sequence: 1 })).toMatchObject({
    code: "out-of-order",
  });
  expect(await device.battery?.apply(lease(1_000, 0))).toMatchObject({ status: "refused", code: "expired" });
});

test("OPC UA: without methods: the host ends the lease, and the counter stops", async () => {
  const { connect, server } = await foreign();
  const device = await connect();
  await device.battery?.apply(lease(-2_000, 30_000));
  clock.advanceTo(epochMs(clock.now() + 30_000));
  await eventually(async () => (server.inForceKw() === null ? true : null));
  expect(server.setpoints.at(-1)).toBe(0);
  const beats = server.beats.length;
  await sleep(systemClock, durationMs(1_300));
  expect(server.beats.length).toBe(beats);
});

test("OPC UA: without methods: when we are gone the counter stands still and the battery is its own", async () => {
  const { connect, server } = await foreign();
  const device = await connect();
  await device.battery?.apply(lease(-2_000));
  await device.close();
  expect(server.setpoints.at(-1)).toBe(2);
  await eventually(async () => (server.inForceKw() === null ? true : null));
});

test("OPC UA: without methods: a release does not feed the watchdog, and a successor counts on from the server's count", async () => {
  const { connect, server } = await foreign({ neutralKw: null });
  const device = await connect();
  await device.battery?.apply(lease(0));
  const beats = server.beats.length;
  await device.battery?.release();
  expect(server.beats.length).toBe(beats);
  await eventually(async () => (server.inForceKw() === null ? true : null));
  await device.close();
  const next = await connect();
  await next.battery?.apply(lease(0));
  expect(server.beats.at(-1)).not.toBe(server.beats[beats - 1]);
  expect(server.inForceKw()).toBeCloseTo(0);
});

test("OPC UA: without methods: the 36-second trap: a write made while the connection is down is never delivered", async () => {
  const { connect, relay, server } = await foreign();
  const device = await connect();
  relay.cut(true);
  await eventually(async () => ((await codeOf(device.read())) === "OPCUA_CONNECTION_LOST" ? true : null));
  expect(await codeOf(device.battery?.apply(lease(-3_000)))).toBe("OPCUA_CONNECTION_LOST");
  relay.cut(false);
  await eventually(() => device.read());
  await sleep(systemClock, durationMs(500));
  expect(server.setpoints).toEqual([]);
  expect(await device.battery?.apply(lease(-1_000))).toEqual({ status: "applied", appliedPowerW: -1_000 });
});

test("OPC UA: without methods: a write that the network delivers late is taken back when we are connected again", async () => {
  const { connect, relay, server } = await foreign();
  const device = await connect();
  relay.freeze();
  expect(await codeOf(device.battery?.apply(lease(-3_000)))).toMatch(/^OPCUA_(TIMEOUT|CONNECTION_LOST)$/);
  relay.thaw();
  await eventually(() => device.read());
  await eventually(async () => {
    // What fails on a slow network is tried again after a while.
    clock.advanceTo(epochMs(clock.now() + 5_000));
    return server.inForceKw() === null && server.setpoints.at(-1) === 0 ? true : null;
  });
});
