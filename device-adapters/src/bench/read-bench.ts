import { createConnection } from "node:net";
import { epochMs, systemClock } from "@commonwatt/vpp-core";
import { type BenchReader, bareReader } from "../modbus/bare-reader.ts";
import { ModbusConnection } from "../modbus/modbus-connection.ts";
import { elapsedMs } from "./elapsed.ts";
import { median } from "./percentile.ts";

/** Registers of one read, about as many as a long SunSpec model has. */
const REGISTERS = 100;
const DEADLINE_MS = 3_000;

/** Registers per second on one connection, ours against others. */
export interface ReadResult {
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly registersPerSecond: number;
  readonly registersPerSecondModbusSerial: number;
  readonly registersPerSecondJsmodbus: number;
  /** The median of the rounds' ratios, and the worst of them. */
  readonly readsVsBareModbusSerial: number;
  readonly readsVsBareModbusSerialWorst: number;
  readonly readsVsJsmodbus: number;
  readonly readsVsJsmodbusWorst: number;
}

/**
 * Reads 100 registers again and again from the server at `port`, one request in flight, with our
 * connection, bare modbus-serial and jsmodbus. They take turns, so that what else the machine does meets
 * all of them, and each round begins with another one.
 */
export async function compareReads(port: number, rounds: number, turnMs: number): Promise<ReadResult> {
  const readers = [ourReader(port), await bareReader(port), await jsmodbusReader(port)] as const;
  const rates: [number[], number[], number[]] = [[], [], []];
  try {
    for (const reader of readers) await readFor(reader, turnMs);
    for (let round = 0; round < rounds; round++) {
      for (const turn of [0, 1, 2]) {
        const who = (round + turn) % readers.length;
        const reader = readers[who];
        if (reader !== undefined) rates[who]?.push(await readFor(reader, turnMs));
      }
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
  const [ours, bare, jsmodbus] = rates;
  const versusBare = ratios(ours, bare);
  const versusJsmodbus = ratios(ours, jsmodbus);
  return {
    rounds,
    registersPerSecond: Math.round(median(ours)),
    registersPerSecondModbusSerial: Math.round(median(bare)),
    registersPerSecondJsmodbus: Math.round(median(jsmodbus)),
    readsVsBareModbusSerial: rounded(median(versusBare)),
    readsVsBareModbusSerialWorst: rounded(Math.min(...versusBare)),
    readsVsJsmodbus: rounded(median(versusJsmodbus)),
    readsVsJsmodbusWorst: rounded(Math.min(...versusJsmodbus)),
  };
}

function ourReader(port: number): BenchReader {
  const connection = new ModbusConnection({
    host: "127.0.0.1",
    port,
    backOff: { baseMs: 1_000, maxMs: 60_000 },
    wallClock: systemClock,
  });
  return {
    read: (address, count) =>
      connection.readRegisters(1, address, count, { deadlineMs: epochMs(systemClock.now() + DEADLINE_MS) }),
    close: async () => connection.close(),
  };
}

async function jsmodbusReader(port: number): Promise<BenchReader> {
  const jsmodbus = await import("jsmodbus");
  const socket = createConnection({ host: "127.0.0.1", port, noDelay: true });
  const client = new jsmodbus.client.TCP(socket, 1);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return {
    read: async (address, count) =>
      (await client.readHoldingRegisters(address, count)).response.body.valuesAsBuffer,
    close: async () => void socket.destroy(),
  };
}

/** Registers per second over `turnMs`; every answer is looked at. */
async function readFor(reader: BenchReader, turnMs: number): Promise<number> {
  const beginMs = elapsedMs();
  let registers = 0;
  for (let address = 0; elapsedMs() - beginMs < turnMs; address = (address + REGISTERS) % 65_000) {
    const bytes = await reader.read(address, REGISTERS);
    if (bytes.length !== 2 * REGISTERS || bytes.readUInt16BE(0) !== address) {
      throw new Error(`wrong registers at ${address}`);
    }
    registers += REGISTERS;
  }
  return (registers * 1_000) / (elapsedMs() - beginMs);
}

function ratios(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  return ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN));
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
