import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, seededRandom, sleep, systemClock } from "@commonwatt/vpp-core";
import { ModbusFaults } from "./modbus-faults.ts";
import { OpcuaFaults } from "./opcua-faults.ts";
import { quantile, Tally } from "./tally.ts";

/** The share of faults that go to OPC UA, whose connections take a hundred times as long to make. */
const OPCUA_SHARE = 0.1;
const MODBUS_DEVICES = 24;
const OPCUA_DEVICES = 5;
/** After everything is closed, the last promises have this long to settle. */
const GRACE_MS = 1_000;
/** No deadline is longer than this; a call that was is counted as hung. */
const CALL_MAX_MS = 10_000;

/** What to inject, and whom to tell how far it is. */
export interface FaultsTestOptions {
  readonly faults: number;
  readonly seed: number;
  readonly onProgress: (progress: { readonly protocol: string; readonly faults: number }) => void;
}

/** What came of it. */
export interface FaultsTestResult {
  readonly faults: number;
  readonly modbusFaults: number;
  readonly opcuaFaults: number;
  readonly permanentHangs: number;
  readonly unsettledPromises: number;
  readonly lateCommandsApplied: number;
  readonly wrongReadings: number;
  readonly goodValuesChecked: number;
  readonly valuesNotGood: number;
  readonly calls: number;
  readonly longestCallMs: number;
  readonly failedReads: number;
  readonly commandsApplied: number;
  readonly commandsRefused: number;
  readonly commandsFailed: number;
  readonly recoveryMedianMs: number;
  readonly recoveryP99Ms: number;
  /** Recovery as a share of two poll intervals and one back-off step. */
  readonly recoveryMedian: number;
  readonly recoveryP99: number;
  readonly recoveryByFault: Readonly<Record<string, { readonly p50Ms: number; readonly p99Ms: number }>>;
  readonly injected: Readonly<Record<string, number>>;
  readonly examples: readonly string[];
  readonly elapsedMs: number;
}

/** Something that faults can be injected into, one after the other. */
interface FaultTarget {
  open(): Promise<void>;
  inject(): Promise<void>;
  close(): Promise<void>;
}

/** Injects faults into emulated devices while real clients poll and command them. */
export async function faultsTest(options: FaultsTestOptions): Promise<FaultsTestResult> {
  const { faults, seed } = options;
  const startMs = systemClock.now();
  const tally = new Tally();
  const random = seededRandom(seed);
  const opcuaFaults = Math.round(faults * OPCUA_SHARE);
  const modbusFaults = faults - opcuaFaults;
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-faults-"));
  try {
    const modbusTargets = Array.from({ length: Math.min(MODBUS_DEVICES, modbusFaults) }, (_, index) => {
      const name = `modbus-${index}`;
      return new ModbusFaults(`${seed}/${name}`, random.fork(name), tally);
    });
    const progress = (protocol: string) => (done: number) => options.onProgress({ protocol, faults: done });
    await injectAll(modbusTargets, modbusFaults, progress("modbus"));
    const opcuaTargets = Array.from({ length: Math.min(OPCUA_DEVICES, opcuaFaults) }, (_, index) => {
      const name = `opcua-${index}`;
      return new OpcuaFaults(name, join(directory, name), random.fork(name), tally);
    });
    await injectAll(opcuaTargets, opcuaFaults, progress("opcua"));
    await sleep(systemClock, durationMs(GRACE_MS));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return { ...resultOf(tally), faults, modbusFaults, opcuaFaults, elapsedMs: systemClock.now() - startMs };
}

async function injectAll(
  targets: readonly FaultTarget[],
  faults: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const opened: FaultTarget[] = [];
  try {
    for (const target of targets) {
      await target.open();
      opened.push(target);
    }
    let left = faults;
    await Promise.all(
      opened.map(async (target) => {
        while (left > 0) {
          left -= 1;
          await target.inject();
          if ((faults - left) % PROGRESS_EVERY === 0) onProgress(faults - left);
        }
      }),
    );
  } finally {
    await Promise.all(opened.map((target) => target.close()));
  }
}

const PROGRESS_EVERY = 500;
const EXAMPLES_MAX = 10;

function resultOf(
  tally: Tally,
): Omit<FaultsTestResult, "faults" | "modbusFaults" | "opcuaFaults" | "elapsedMs"> {
  const times = tally.recoveries.map(({ recoveryMs }) => recoveryMs);
  const shares = tally.recoveries.map(({ recoveryMs, allowedMs }) => recoveryMs / allowedMs);
  const hung = tally.calls.longestMs > CALL_MAX_MS ? 1 : 0;
  const wrong = tally.wrong.map(({ fault, point, value }) => `wrong after ${fault}: ${point} ${value}`);
  const late = tally.late.map(({ lateMs, what }) => `late by ${lateMs} ms after ${what}`);
  return {
    permanentHangs: tally.neverRecovered.length + hung,
    unsettledPromises: tally.calls.unsettled.length,
    lateCommandsApplied: tally.late.length,
    wrongReadings: tally.wrong.length,
    goodValuesChecked: tally.goodValues,
    valuesNotGood: tally.otherValues,
    calls: tally.calls.made,
    longestCallMs: tally.calls.longestMs,
    failedReads: tally.failedReads,
    commandsApplied: tally.commandsApplied,
    commandsRefused: tally.commandsRefused,
    commandsFailed: tally.commandsFailed,
    recoveryMedianMs: quantile(times, 0.5),
    recoveryP99Ms: quantile(times, 0.99),
    recoveryMedian: rounded(quantile(shares, 0.5)),
    recoveryP99: rounded(quantile(shares, 0.99)),
    recoveryByFault: recoveryByFault(tally),
    injected: tally.injected,
    examples: [wrong, late, tally.neverRecovered, tally.calls.unsettled].flatMap((each) =>
      each.slice(0, EXAMPLES_MAX),
    ),
  };
}

function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}

function recoveryByFault(tally: Tally): FaultsTestResult["recoveryByFault"] {
  const groups = Map.groupBy(tally.recoveries, ({ fault }) => fault);
  return Object.fromEntries(
    [...groups].map(([fault, recoveries]) => {
      const times = recoveries.map(({ recoveryMs }) => recoveryMs);
      return [fault, { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }];
    }),
  );
}
