import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { opcua } from "@commonwatt/device-adapters";
import {
  durationMs,
  epochMs,
  type Logger,
  type PointReadings,
  simulatedClock,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildStreet } from "./build-street.ts";
import type { HardwareAddress, ModbusHardware, OpcuaHardware } from "./emulator-messages.ts";
import { loadPlants } from "./plant-file.ts";
import { type StreetHardware, startStreetHardware } from "./street-hardware.ts";
import { streetHash } from "./street-hash.ts";

const START = epochMs(Date.UTC(2026, 5, 21, 8));
const SPEED = 3_600;
const street = buildStreet({ homes: 5, seed: 21 });
/** A street without OPC UA, which is slow to start. */
const pair = buildStreet({ homes: 2, seed: 21 });
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => logger,
};
let directory = "";
let hardware: StreetHardware | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "street-hardware-"));
});
afterEach(async () => {
  await hardware?.stop();
  hardware = null;
  await rm(directory, { recursive: true });
});

async function startAt(startMs: number, homes = street): Promise<readonly HardwareAddress[]> {
  hardware = await startStreetHardware({ street: homes, startMs: epochMs(startMs), directory, logger });
  return hardware.devices;
}

async function stopped(): Promise<void> {
  await hardware?.stop();
  hardware = null;
}

/** Reads holding registers with nothing but a socket: the hardware must answer anybody, not our client alone. */
function readRegisters(
  device: ModbusHardware,
  unit: number,
  address: number,
  count: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(device.port, device.host);
    const request = Buffer.from([0, 1, 0, 0, 0, 6, unit, 3, address >> 8, address & 0xff, 0, count]);
    let reply = Buffer.alloc(0);
    socket.on("connect", () => socket.write(request));
    socket.on("data", (chunk) => {
      reply = Buffer.concat([reply, chunk]);
      if (reply.length < 9 + 2 * count) return;
      socket.destroy();
      resolve(reply.subarray(9, 9 + 2 * count));
    });
    socket.on("error", reject);
  });
}
async function markerAt(device: ModbusHardware, unit: number): Promise<string> {
  return (await readRegisters(device, unit, 40_000, 2)).toString("latin1");
}

/** Connects as a member of the community would, with the certificates that were put in place. */
async function opcuaPoints(device: OpcuaHardware): Promise<PointReadings> {
  const connected = await opcua({
    id: `${device.homeId}/gateway`,
    endpointUrl: device.endpointUrl,
    home: device.name,
    pkiDirectory: device.clientPkiDirectory,
    serverCertificateFile: device.serverCertificateFile,
  }).connect({ clock: simulatedClock(START), wallClock: systemClock, logger });
  try {
    return (await connected.read()).points;
  } finally {
    await connected.close();
  }
}

async function registers(): Promise<Map<string, { timeMs: number; importMj: number; exportMj: number }>> {
  const plants = await Promise.all(
    ["modbus", "opcua"].map((protocol) =>
      loadPlants(join(directory, `plants-${protocol}.json`), streetHash(street)),
    ),
  );
  return new Map(
    plants.flatMap(Object.entries).map(([home, plant]) => [
      home,
      {
        timeMs: plant.timeMs,
        importMj: plant.gridImportMillijoules,
        exportMj: plant.gridExportMillijoules,
      },
    ]),
  );
}

test("speaks SunSpec and OPC UA, runs when told to, and goes on after a restart where it stopped", async () => {
  const devices = await startAt(START);
  expect(devices.map((device) => [device.homeId, device.protocol])).toEqual([
    ["home-1", "modbus"],
    ["home-2", "modbus"],
    ["home-3", "modbus"],
    ["home-4", "opcua"],
    ["home-5", "modbus"],
  ]);
  for (const device of devices) {
    if (device.protocol === "opcua") {
      expect(await opcuaPoints(device)).toMatchObject({
        storedEnergyWh: { value: street.homes[3]?.startStoredWh, quality: "good", sourceTimeMs: START },
        gridImportWh: { value: 0, quality: "good" },
      });
      continue;
    }
    expect(await markerAt(device, device.meterUnit)).toBe("SunS");
    if (device.inverterUnit !== null) expect(await markerAt(device, device.inverterUnit)).toBe("SunS");
  }
  expect(devices.map((device) => (device.protocol === "modbus" ? device.inverterUnit : "none"))).toEqual([
    1,
    1,
    1,
    "none",
    null,
  ]);
  expect([...(await registers()).values()].map((plant) => plant.timeMs)).toEqual(Array(5).fill(START));

  hardware?.go({ anchorMs: START, wallAnchorMs: systemClock.now(), speed: SPEED });
  await sleep(systemClock, durationMs(400));
  await stopped();
  const first = await registers();
  const firstEnd = Math.max(...[...first.values()].map((plant) => plant.timeMs));
  expect(firstEnd).toBeGreaterThan(START);
  expect(first.get("home-5")?.importMj).toBeGreaterThan(0);

  await startAt(firstEnd + 3_600_000);
  await stopped();
  const second = await registers();
  expect(second.size).toBe(5);
  for (const [home, plant] of second) {
    expect(plant.timeMs).toBe(firstEnd + 3_600_000);
    expect(plant.importMj).toBeGreaterThanOrEqual(first.get(home)?.importMj ?? Number.NaN);
    expect(plant.exportMj).toBeGreaterThanOrEqual(first.get(home)?.exportMj ?? Number.NaN);
  }
  expect(second.get("home-5")?.importMj).toBeGreaterThan(first.get("home-5")?.importMj ?? Number.NaN);

  // A clock that was set back: the registers stay where they were.
  await startAt(START);
  await stopped();
  expect(await registers()).toEqual(second);
}, 60_000);

test("hardware that was killed comes back at its address, with registers that went on", async () => {
  const [device] = await startAt(START, pair);
  if (device?.protocol !== "modbus") throw new Error("the pair is on Modbus");
  hardware?.go({ anchorMs: START, wallAnchorMs: systemClock.now(), speed: SPEED });
  const processId = Number.parseInt(await readFile(join(directory, "modbus.pid"), "utf8"), 10);
  process.kill(processId, "SIGKILL");
  const answered = (): Promise<string> => markerAt(device, device.meterUnit).catch(() => "");
  await expect.poll(answered, { timeout: 10_000 }).toBe("");
  await expect.poll(answered, { timeout: 30_000, interval: 100 }).toBe("SunS");
  await stopped();
  const plants = await loadPlants(join(directory, "plants-modbus.json"), streetHash(pair));
  expect(plants["home-1"]?.timeMs).toBeGreaterThan(START);
  expect(Number.parseInt(await readFile(join(directory, "modbus.pid"), "utf8"), 10)).not.toBe(processId);
}, 60_000);

test("does not start from state that it cannot use, and leaves nothing running", async () => {
  await writeFile(join(directory, "plants-modbus.json"), "{");
  await expect(startAt(START, pair)).rejects.toMatchObject({
    code: "PROCESS_START_FAILED",
    message: expect.stringContaining("plants-modbus.json cannot be read"),
  });
}, 60_000);

test("says which port is taken", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const { port } = blocker.address() as AddressInfo;
  const options = { street: pair, startMs: START, directory: join(directory, "deeper"), logger };
  await expect(startStreetHardware({ ...options, modbusBasePort: port })).rejects.toMatchObject({
    code: "PROCESS_START_FAILED",
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  await new Promise((resolve) => blocker.close(resolve));
}, 60_000);
