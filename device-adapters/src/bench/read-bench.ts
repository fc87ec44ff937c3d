import { createConnection } from "node:net";
import { epochMs, median, processUptimeMs, systemClock } from "@commonwatt/vpp-core";
import { type BenchReader, bareReader } from "../modbus/bare-reader.ts";
import { ModbusConnection } from "../modbus/modbus-connection.ts";

/** Registers of one read, about as many as a long SunSpec model has. */
const REGISTERS = 100;
const DEADLINE_MS = 3_000;
/** Before the first turn each client has been compiled. */
const WARM_UP_MS = 500;
/** Every order of three, so that who comes after whom makes no difference. */
const ORDERS = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 2, 0],
  [0, 2, 1],
  [2, 0, 1],
  [1, 0, 2],
] as const;

/** Registers per second on one connection, ours against others. */
export interface ReadResult {
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly registersPerSecond: number;
  readonly registersPerSecondModbusSerial: number;
  readonly registersPerSecondJsmodbus: number;
  /** Medians of the ratios of turns that follow each other, and the worst of them. */
  readonly readsVsBareModbusSerial: number;
  readonly readsVsBareModbusSerialWorst: number;
  readonly readsVsJsmodbus: number;
  readonly readsVsJsmodbusWorst: number;
  /** The same for reads per second of processor time, which waiting for a turn on a busy machine does not count in. */
  readonly readsPerCpuVsBareModbusSerial: number;
  readonly readsPerCpuVsJsmodbus: number;
}

/** What one turn came to. */
interface Turn {
  readonly registersPerSecond: number;
  readonly registersPerCpuSecond: number;
}

/**
 * Reads 100 registers again and again from the server at `port`, one request in flight, with our
 * connection, bare modbus-serial and jsmodbus. They take short turns, each round in another order, and a turn
 * is compared with those beside it alone: what else the machine does meets all three. The median of many
 * such comparisons is what counts.
 */
export async function compareReads(port: number, rounds: number, turnMs: number): Promise<ReadResult> {
  const readers = [ourReader(port), await bareReader(port), await jsmodbusReader(port)] as const;
  const turns: [Turn[], Turn[], Turn[]] = [[], [], []];
  try {
    for (const reader of readers) await readFor(reader, WARM_UP_MS);
    for (let round = 0; round < rounds; round++) {
      for (const who of ORDERS[round % ORDERS.length] ?? []) {
        turns[who].push(await readFor(readers[who], turnMs));
      }
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
  const [ours, bare, jsmodbus] = turns;
  const versusBare = ratios(ours, bare, ({ registersPerSecond }) => registersPerSecond);
  const versusJsmodbus = ratios(ours, jsmodbus, ({ registersPerSecond }) => registersPerSecond);
  const medianOf = (each: readonly Turn[]): number =>
    Math.round(median(each.map(({ registersPerSecond }) => registersPerSecond)));
  const perCpu = (theirs: readonly Turn[]): number =>
    rounded(median(ratios(ours, theirs, ({ registersPerCpuSecond }) => registersPerCpuSecond)));
  return {
    rounds,
    registersPerSecond: medianOf(ours),
    registersPerSecondModbusSerial: medianOf(bare),
    registersPerSecondJsmodbus: medianOf(jsmodbus),
    readsVsBareModbusSerial: rounded(median(versusBare)),
    readsVsBareModbusSerialWorst: rounded(Math.min(...versusBare)),
    readsVsJsmodbus: rounded(median(versusJsmodbus)),
    readsVsJsmodbusWorst: rounded(Math.min(...versusJsmodbus)),
    readsPerCpuVsBareModbusSerial: perCpu(bare),
    readsPerCpuVsJsmodbus: perCpu(jsmodbus),
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

/** Reads for `turnMs`; every answer is looked at. */
async function readFor(reader: BenchReader, turnMs: number): Promise<Turn> {
  const cpuBefore = process.threadCpuUsage();
  const beginMs = processUptimeMs();
  let registers = 0;
  for (let address = 0; processUptimeMs() - beginMs < turnMs; address = (address + REGISTERS) % 65_000) {
    const bytes = await reader.read(address, REGISTERS);
    if (bytes.length !== 2 * REGISTERS || bytes.readUInt16BE(0) !== address) {
      throw new Error(`wrong registers at ${address}`);
    }
    registers += REGISTERS;
  }
  const cpu = process.threadCpuUsage(cpuBefore);
  return {
    registersPerSecond: (registers * 1_000) / (processUptimeMs() - beginMs),
    registersPerCpuSecond: (registers * 1_000_000) / (cpu.user + cpu.system),
  };
}

function ratios(
  ours: readonly Turn[],
  theirs: readonly Turn[],
  rateOf: (turn: Turn) => number,
): readonly number[] {
  return ours.flatMap((turn, round) => {
    const other = theirs[round];
    return other === undefined ? [] : [rateOf(turn) / rateOf(other)];
  });
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
