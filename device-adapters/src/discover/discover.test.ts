import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { emulatedHome, MIDNIGHT } from "../../test/emulated-home.ts";
import { look } from "../../test/look.ts";
import { openOpcuaBench } from "../../test/opcua-bench.ts";
import { common, points, quirkDevice } from "../../test/quirks/quirk-device.ts";
import { rtuFrame } from "../../test/rtu-frames.ts";
import { rtuPeer } from "../../test/rtu-peer.ts";
import { scriptedPeer } from "../../test/scripted-peer.ts";
import { testContext } from "../../test/test-context.ts";
import { pausesOf, watchedPort } from "../../test/watched-port.ts";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { standingFaults } from "../emulator/faults/standing-faults.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { opcua } from "../opcua/opcua-connector.ts";
import { configLines } from "./config-lines.ts";
import { discover } from "./discover.ts";
import { parsePorts } from "./scan-places.ts";
import { parseTarget } from "./scan-target.ts";

const GAP_MS = 200;
const READS = [3, 4];

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("an inverter and its meter behind one address are named, gently and without a write", async () => {
  await using home = await emulatedHome();
  await using wire = await watchedPort(home.port);
  const { finds, problems } = await look(`${wire.port}`, {
    units: [1, 200, 9],
    gapMs: GAP_MS,
    settleMs: GAP_MS,
  });
  expect(problems).toEqual([]);
  expect(finds).toMatchObject([
    {
      kind: "sunspec",
      unit: 1,
      device: null,
      manufacturer: "Bench",
      model: "Hybrid",
      serialNumber: "H-1",
      firmware: "2.5",
      models: [1, 103, 120, 121, 123, 124, 160],
      capabilities: ["pv", "battery"],
    },
    { kind: "sunspec", unit: 200, model: "Meter", serialNumber: "M-1", capabilities: ["meter"] },
  ]);
  expect(Math.min(...pausesOf(wire))).toBeGreaterThanOrEqual(GAP_MS);
  expect(wire.tries.length).toBeGreaterThan(20);
  expect(wire.openMax()).toBe(1);
  await expect.poll(wire.openNow).toBe(0);
  expect([...wire.functions].every((code) => READS.includes(code))).toBe(true);
});

test("a host with both protocols is told of with both, and what is asked without a session", async () => {
  const bench = await openOpcuaBench();
  await using home = await emulatedHome();
  await using wire = await watchedPort(bench.server.port);
  try {
    const { finds, problems } = await look(`${home.port},opcua:${wire.port}`);
    expect(problems).toEqual([]);
    expect(finds.map(({ kind }) => kind)).toEqual(["sunspec", "opcua"]);
    expect(finds[1]).toMatchObject({
      endpointUrl: `opc.tcp://127.0.0.1:${wire.port}`,
      applicationName: "Commonwatt DER server",
      productUri: "urn:commonwatt",
      endpoints: ["Aes256_Sha256_RsaPss", "Basic256Sha256"].map((securityPolicy) => ({
        securityMode: "SignAndEncrypt",
        securityPolicy,
        userTokens: ["UserName", "Certificate"],
      })),
      isUsable: true,
    });
    expect(wire.openMax()).toBe(1);
    await expect.poll(wire.openNow).toBe(0);
  } finally {
    await bench.close();
  }
});

test("a server's certificate that was saved is the one that our client then pins", async () => {
  const bench = await openOpcuaBench();
  try {
    const certificateDirectory = join(bench.directory, "found");
    const { finds } = await look(`opcua:${bench.server.port}`, { certificateDirectory });
    const [find] = finds;
    if (find?.kind !== "opcua" || find.certificateFile === null) throw new Error("nothing was saved");
    expect(find.certificateFingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const device = await opcua({
      id: "home-9/gateway",
      endpointUrl: find.endpointUrl,
      home: "home-9",
      user: bench.user,
      pkiDirectory: bench.trusted.pkiDirectory,
      serverCertificateFile: find.certificateFile,
    }).connect(testContext(bench.clock));
    expect(device.identity.serialNumber).toBe("S-home-9");
    await device.close();
  } finally {
    await bench.close();
  }
});

test("a port that only takes connections is told of, and the others are looked at all the same", async () => {
  await using deaf = await scriptedPeer(() => undefined);
  await using home = await emulatedHome();
  const { finds, problems } = await look(`${deaf.port},rtu:${deaf.port},opcua:${deaf.port},${home.port}`, {
    timeoutMs: 500,
  });
  expect(finds.map(({ port }) => port)).toEqual([home.port]);
  expect(problems.map(({ code }) => code)).toEqual([
    "DISCOVER_PORT_SILENT",
    "DISCOVER_PORT_SILENT",
    "DISCOVER_PORT_FAILED",
  ]);
});

test("a port that hangs up at once may be held by another program", async () => {
  await using peer = await scriptedPeer((_request, socket) => void socket.destroy());
  const { finds, problems } = await look(`${peer.port}`);
  expect(finds).toEqual([]);
  expect(problems).toMatchObject([{ code: "DISCOVER_PORT_HANGS_UP", port: peer.port }]);
});

test("an inverter with one client only, that is deaf after a connection, is found", async () => {
  const plant = new BenchPlant({ startMs: MIDNIGHT });
  const identity = { manufacturer: "Bench", model: "Shy", serialNumber: "S-1", firmware: "1" };
  const faults = [
    { name: "single-client", parameter: 0 },
    { name: "deaf", parameter: 400 },
  ] as const;
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    units: [{ unit: 1, plant, kind: "hybrid", identity }],
    ...standingFaults(faults, systemClock),
  });
  try {
    const { finds } = await look(`${emulator.port}`, { gapMs: 20, settleMs: 500 });
    expect(finds).toMatchObject([{ model: "Shy" }]);
  } finally {
    await emulator.close();
  }
});

test("a map with several devices is several finds; behind a SolarEdge meters count the other way", async () => {
  const inverter = [103, points({ W: 100, W_SF: 0 })] as const;
  const meter = [203, points({ W: 100, W_SF: 0 })] as const;
  await using quirk = await quirkDevice([
    common("INV", "SolarEdge"),
    inverter,
    common("MET", "WattNode"),
    meter,
  ]);
  const { finds } = await look(`${quirk.server.port}`);
  expect(finds).toMatchObject([
    { device: 0, serialNumber: "INV", meterSign: 1, capabilities: ["pv"] },
    { device: 1, serialNumber: "MET", meterSign: -1, capabilities: ["meter"] },
  ]);
  const at = `host: "127.0.0.1", port: ${quirk.server.port}, unit: 1`;
  expect(configLines(finds, "home-7").flat()).toEqual([
    `modbus({ id: deviceId("home-7/inverter"), ${at}, device: 0 }),`,
    `modbus({ id: deviceId("home-7/meter"), ${at}, device: 1, meterSign: -1 }),`,
  ]);
});

test("a device that answers at every unit id is one find", async () => {
  await using home = await emulatedHome();
  const away = createServer((client) => {
    const device = connect(home.port, "127.0.0.1");
    // Whatever unit is asked, unit 1 answers in its name.
    let unit = 1;
    client.on("data", (chunk) => {
      unit = chunk.readUInt8(6);
      chunk.writeUInt8(1, 6);
      device.write(chunk);
    });
    device.on("data", (chunk) => {
      chunk.writeUInt8(unit, 6);
      client.write(chunk);
    });
    client.on("close", () => device.destroy());
    for (const socket of [client, device]) socket.on("error", () => undefined);
  });
  const port = await listening(away);
  const { finds } = await look(`${port}`, { units: null });
  away.close();
  expect(finds).toMatchObject([{ unit: 1, alsoUnits: [2, 0, 3, 71, 100, 126, 200, 201, 202, 247] }]);
});

test("over RTU, units are asked on the line behind a serial server", async () => {
  await using line = await rtuPeer(({ unit, functionCode, address, count }, socket) => {
    if (unit !== 1) return;
    const isPower = functionCode === 4 && address === 52 && count === 2;
    socket.write(isPower ? rtuFrame(1, 4, 4, 0x44, 0x9a, 0x40, 0) : rtuFrame(1, functionCode | 0x80, 2));
  });
  const { finds } = await look(`rtu:${line.port}`, { units: [0, 2, 1], timeoutMs: 200 });
  expect(line.requests.every(({ functionCode }) => READS.includes(functionCode))).toBe(true);
  expect(finds).toMatchObject([
    { kind: "unknown", protocol: "rtu-tcp", unit: 1, candidates: ["eastron-sdm630"] },
  ]);
  expect(configLines(finds, "home-1").flat()).toEqual([
    `// modbusProfile({ id: deviceId("home-1/device"), profile: "eastron-sdm630", transport: { kind: "rtu-tcp", host: "127.0.0.1", port: ${line.port} }, unit: 1 }),`,
  ]);
});

test.for([1, 7])(
  "an answer that is lost on the way does not hide a device: the one of number %i",
  async (number) => {
    const plant = new BenchPlant({ startMs: MIDNIGHT });
    let count = 0;
    const identity = { manufacturer: "Bench", model: "Lossy", serialNumber: "L-1", firmware: "1" };
    const emulator = await startSunSpecEmulator({
      host: "127.0.0.1",
      port: 0,
      clock: systemClock,
      units: [{ unit: 1, plant, kind: "hybrid", identity }],
      wire: {
        connected: () => true,
        exchange: (socket, _request, answer) => {
          count += 1;
          if (count !== number) socket.write(answer());
        },
      },
    });
    try {
      const { finds } = await look(`${emulator.port}`, { timeoutMs: 600 });
      expect(finds).toMatchObject([{ model: "Lossy" }]);
    } finally {
      await emulator.close();
    }
  },
);

test("a host without a device, one that has no name, and a port where nobody listens are problems, not finds", async () => {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  expect(await look(`${port}`)).toEqual({ finds: [], problems: [], stopped: false });
  const options = { ports: parsePorts(`${port}`), units: [1], timeoutMs: 200, gapMs: 1, settleMs: 0 };
  const rest = { certificateDirectory: null, wallClock: systemClock, onEvent: () => undefined };
  const { signal } = new AbortController();
  const unknown = await discover(parseTarget("no-such-host.invalid"), { ...options, ...rest, signal });
  expect(unknown.problems).toMatchObject([{ code: "DISCOVER_HOST_UNKNOWN" }]);
  // Nobody connects to a multicast address: the machine itself says that there is no way to it.
  const far = await discover(parseTarget("224.0.0.1"), { ...options, ...rest, signal });
  expect(far.problems).toMatchObject([{ code: "DISCOVER_HOST_UNREACHABLE" }]);
});

test("a scan that is stopped gives what it has found, and leaves no connection", async () => {
  await using home = await emulatedHome();
  await using wire = await watchedPort(home.port);
  const stop = new AbortController();
  const { finds, stopped } = await look(`${home.port},${wire.port}`, {
    units: [1, 200],
    gapMs: 50,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.event === "looking" && event.port === wire.port && event.unit === 200) stop.abort();
    },
  });
  expect(stopped).toBe(true);
  expect(finds).toHaveLength(2);
  await expect.poll(wire.openNow).toBe(0);
});
