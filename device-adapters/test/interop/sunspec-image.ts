import { epochMs, simulatedClock, systemClock, wattHours, watts } from "@commonwatt/vpp-core";
import { BenchPlant } from "../../src/emulator/bench-plant.ts";
import { startSunSpecEmulator } from "../../src/emulator/sunspec-emulator.ts";
import { ModbusConnection, READ_REGISTERS_MAX } from "../../src/modbus/modbus-connection.ts";

/** The unit id of the device in every image. */
export const UNIT = 1;
const ADDRESS = 40_000;
const END_MODEL_ID = 0xffff;
/** The sun is up for an hour, so that PV, battery and grid all carry power. */
const MORNING = epochMs(Date.UTC(2026, 5, 1, 7));

/** The registers of one device, as every peer serves them. */
export interface SunSpecImage {
  readonly unit: number;
  readonly address: number;
  readonly registers: readonly number[];
}

/** The registers of an emulated device while its battery is held at `batteryPowerW`, and its plant. */
export async function sunSpecImage(
  kind: "hybrid" | "der" | "meter",
  batteryPowerW: number,
): Promise<{ readonly image: SunSpecImage; readonly plant: BenchPlant }> {
  const plant = new BenchPlant({ startMs: MORNING, storedEnergyWh: wattHours(5_000) });
  plant.setBatteryWindow({ minW: watts(batteryPowerW), maxW: watts(batteryPowerW) });
  const identity = { manufacturer: "Bench", model: "Hybrid", serialNumber: "H-1", firmware: "2.5" };
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock: simulatedClock(MORNING),
    units: [{ unit: UNIT, plant, kind, identity }],
  });
  const connection = new ModbusConnection({
    host: "127.0.0.1",
    port: emulator.port,
    backOff: { baseMs: 1, maxMs: 1 },
    wallClock: systemClock,
  });
  const options = { deadlineMs: epochMs(systemClock.now() + 10_000) };
  const registers: number[] = [];
  const copy = async (count: number): Promise<void> => {
    for (const end = registers.length + count; registers.length < end; ) {
      const part = Math.min(READ_REGISTERS_MAX, end - registers.length);
      const bytes = await connection.readRegisters(UNIT, ADDRESS + registers.length, part, options);
      for (let at = 0; at < part; at += 1) registers.push(bytes.readUInt16BE(2 * at));
    }
  };
  await copy(4);
  while (registers.at(-2) !== END_MODEL_ID) await copy((registers.at(-1) ?? 0) + 2);
  connection.close();
  await emulator.close();
  return { image: { unit: UNIT, address: ADDRESS, registers }, plant };
}

/** Where a model begins in an image. */
export function modelAddress({ address, registers }: SunSpecImage, id: number): number {
  let at = 2;
  while (registers[at] !== id) {
    if (registers[at] === END_MODEL_ID) throw new Error(`the image has no model ${id}`);
    at += 2 + (registers[at + 1] ?? 0);
  }
  return address + at;
}
