import { readFile } from "node:fs/promises";
import { systemClock, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { type ModbusFault, parseModbusFault, standingFaults } from "../emulator/faults/standing-faults.ts";
import { startModbusServer } from "../emulator/modbus-server.ts";
import { parseRegisterTrace, TraceUnit } from "../emulator/register-trace.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import type { SunSpecEmulatorUnit } from "../emulator/sunspec-unit.ts";
import { repeated } from "./repeated-option.ts";
import { untilInterrupted } from "./until-interrupted.ts";

const METER_UNIT = 200;
const METER_ALONE_UNIT = 1;
const FIRMWARE = "1.0";
/** Width of a line that reads registers, so that what they are stands in one column. */
const READ_WIDTH = 76;

interface SunSpecOptions {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  readonly fault?: readonly ModbusFault[];
  readonly replay?: string;
  readonly json?: boolean;
}

/** `commonwatt emulate sunspec`: a hybrid inverter and its meter, until Ctrl-C. */
export function configureSunSpec(command: Command): void {
  command
    .description("emulate a SunSpec hybrid inverter with battery, and its grid meter, over Modbus TCP")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "TCP port; 0 takes a free one", wholeNumber(0, 65_535), 5020)
    .option("--unit <unit>", "unit id of the inverter", wholeNumber(1, 247), 1)
    .option(
      "--fault <name[:parameter]>",
      "something that goes wrong; may be repeated",
      repeated(parseModbusFault),
    )
    .option("--replay <trace.json>", "serve recorded registers in place of a plant")
    .option("--json", "say where it listens as one line of JSON")
    .action((options: SunSpecOptions) =>
      options.replay === undefined ? emulateSunSpec(options) : replayTrace(options, options.replay),
    );
}

async function emulateSunSpec(options: SunSpecOptions): Promise<void> {
  const { host, unit } = options;
  const meterUnit = unit === METER_UNIT ? METER_ALONE_UNIT : METER_UNIT;
  const emulator = await startSunSpecEmulator({
    host,
    port: options.port,
    clock: systemClock,
    units: benchUnits(unit, meterUnit),
    ...standingFaults(options.fault ?? [], systemClock),
  });
  const { port } = emulator;
  const lines =
    options.json === true ? asJson(host, port, unit, meterUnit) : asText(host, port, unit, meterUnit);
  process.stdout.write(`${lines}\n`);
  await untilInterrupted();
  await emulator.close();
  if (options.json === true) process.stdout.write(`${JSON.stringify({ event: "summary", host, port })}\n`);
}

/** Registers of a trace with faults of the wire; those of the registers are what was recorded. */
async function replayTrace({ host, port, fault = [], json }: SunSpecOptions, file: string): Promise<void> {
  const { units } = parseRegisterTrace(await readFile(file, "utf8"));
  const { wire } = standingFaults(fault, systemClock);
  const server = await startModbusServer({
    host,
    port,
    wire,
    units: new Map(units.map(({ unit, frames }) => [unit, new TraceUnit(frames, systemClock)])),
  });
  const ids = units.map(({ unit }) => unit);
  const listening = { event: "listening", protocol: "modbus", host, port: server.port, units: ids };
  const text = `What ${file} recorded of unit ${ids.join(", ")} is served on ${host}:${server.port}. Ctrl-C ends it.`;
  process.stdout.write(`${json === true ? JSON.stringify(listening) : text}\n`);
  await untilInterrupted();
  await server.close();
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ event: "summary", host, port: server.port })}\n`);
  }
}

function benchUnits(unit: number, meterUnit: number): readonly SunSpecEmulatorUnit[] {
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const identity = (model: string, serialNumber: string): SunSpecEmulatorUnit["identity"] => ({
    manufacturer: "Commonwatt",
    model,
    serialNumber,
    firmware: FIRMWARE,
  });
  return [
    { unit, plant, kind: "hybrid", identity: identity("Bench Hybrid 8", "BENCH-HYBRID-1") },
    { unit: meterUnit, plant, kind: "meter", identity: identity("Bench Meter", "BENCH-METER-1") },
  ];
}

function asJson(host: string, port: number, unit: number, meterUnit: number): string {
  return JSON.stringify({ event: "listening", protocol: "modbus", host, port, unit, meterUnit });
}

function asText(host: string, port: number, unit: number, meterUnit: number): string {
  const read = (what: string): string =>
    `  mbpoll -m tcp -p ${port} -0 -1 -q ${what} ${host}`.padEnd(READ_WIDTH);
  return [
    `A SunSpec hybrid inverter listens on ${host}:${port} as unit ${unit}, its meter as unit ${meterUnit}.`,
    "Read it with any Modbus client, for example:",
    `${read(`-a ${unit} -r 40000 -c 2 -t 4:hex`)}  the SunSpec marker (0x5375 0x6E53)`,
    `${read(`-a ${unit} -r 40084 -c 2`)}  AC power in watts, and its scale factor`,
    `${read(`-a ${meterUnit} -r 40088 -c 1`)}  grid power in watts (above 32767: 65536 less)`,
    "Ctrl-C ends it.",
  ].join("\n");
}
