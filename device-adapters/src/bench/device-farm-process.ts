import { type RunningService, serveChild, systemClock } from "@commonwatt/vpp-core";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { startModbusServer } from "../modbus/modbus-server.ts";
import type { FarmInit, FarmReady } from "./device-farm.ts";

const HOST = "127.0.0.1";
const REGISTERS = 65_536;

/** A grid meter: one request per poll, so that what is measured is the client and not the emulation. */
function startDevice(device: number): ReturnType<typeof startSunSpecEmulator> {
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const identity = {
    manufacturer: "Commonwatt",
    model: "Bench Meter",
    serialNumber: `FARM-${device}`,
    firmware: "1.0",
  };
  const units = [{ unit: 1, plant, kind: "meter", identity } as const];
  return startSunSpecEmulator({ host: HOST, port: 0, clock: systemClock, units });
}

function startRegisters(): ReturnType<typeof startModbusServer> {
  const image = Buffer.alloc(2 * REGISTERS);
  for (let address = 0; address < REGISTERS; address++) image.writeUInt16BE(address, 2 * address);
  const bank = {
    read: (address: number, count: number) =>
      address + count > REGISTERS ? (2 as const) : image.subarray(2 * address, 2 * (address + count)),
    write: () => 2 as const,
  };
  return startModbusServer({ host: HOST, port: 0, units: new Map([[1, bank]]) });
}

async function start({ firstDevice, devices }: FarmInit): Promise<RunningService<FarmReady>> {
  const registers = await startRegisters();
  const servers = await Promise.all(
    Array.from({ length: devices }, (_, index) => startDevice(firstDevice + index)),
  );
  return {
    ready: { ports: servers.map(({ port }) => port), registersPort: registers.port },
    stop: async () => {
      await Promise.all([registers, ...servers].map((server) => server.close()));
    },
  };
}

serveChild(start);
