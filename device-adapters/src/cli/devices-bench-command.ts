import { type Check, createLogger, printChecks, systemClock, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { startFarm } from "../bench/device-farm.ts";
import { type PollResult, pollDevices } from "../bench/poll-bench.ts";
import { compareReads, type ReadResult } from "../bench/read-bench.ts";

const READ_RATIO_MIN = 0.8;
/** How long each client reads in a round. */
const TURN_MS = 25;

interface BenchOptions {
  readonly devices: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly json?: boolean;
}

/** Adds `commonwatt devices-bench`: how many devices one process polls, and how fast one connection reads. */
export function registerDevicesBench(program: Command): void {
  program
    .command("devices-bench")
    .description("poll many emulated SunSpec meters once a second; compare reads with other clients")
    .option(
      "--devices <n>",
      "emulated meters, each on a connection of its own",
      wholeNumber(1, 10_000),
      2_000,
    )
    .option("--seconds <n>", "how long they are polled", wholeNumber(1, 3_600), 60)
    .option("--rounds <n>", "turns of each client that reads", wholeNumber(1, 10_000), 300)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: BenchOptions) => {
      const json = options.json === true;
      const result = await runBench(options, json);
      printChecks(process.stdout, json, result, checksOf(result));
    });
}

type BenchResult = PollResult & ReadResult;

async function runBench({ devices, seconds, rounds }: BenchOptions, json: boolean): Promise<BenchResult> {
  const firstHalf = Math.ceil(devices / 2);
  const farms = await Promise.all([
    startFarm({ firstDevice: 0, devices: firstHalf }),
    startFarm({ firstDevice: firstHalf, devices: devices - firstHalf }),
  ]);
  try {
    const reads = await compareReads(farms[0].ready.registersPort, rounds, TURN_MS);
    if (json) process.stdout.write(`${JSON.stringify({ event: "reads", ...reads })}\n`);
    const context = { clock: systemClock, wallClock: systemClock, logger: createLogger("warn", json) };
    const ports = farms.flatMap(({ ready }) => ready.ports);
    const polls = await pollDevices(ports, seconds, context);
    if (json) process.stdout.write(`${JSON.stringify({ event: "polls", ...polls })}\n`);
    return { ...polls, ...reads };
  } finally {
    await Promise.all(farms.map((farm) => farm.stop()));
  }
}

function checksOf(result: BenchResult): readonly Check[] {
  const atLeast = (name: string, value: number, target: number): Check => ({
    name,
    value,
    target: `>=${target}`,
    holds: value >= target,
  });
  return [
    atLeast("devicesPolled1Hz", result.devicesPolled1Hz, result.devices),
    { name: "missedPolls", value: result.missedPolls, target: "0", holds: result.missedPolls === 0 },
    atLeast("readsVsBareModbusSerial", result.readsVsBareModbusSerial, READ_RATIO_MIN),
    atLeast("readsVsJsmodbus", result.readsVsJsmodbus, READ_RATIO_MIN),
  ];
}
