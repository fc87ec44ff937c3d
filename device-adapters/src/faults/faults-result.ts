import { percentile } from "@commonwatt/vpp-core";
import type { DeviceKind } from "./device-kinds.ts";
import type { HardwareTotals } from "./fault-messages.ts";
import type { LoopLag } from "./loop-watch.ts";
import type { Tally } from "./tally.ts";

/** No deadline is longer than a third of this; a call that was is counted as hung. */
const CALL_MAX_MS = 10_000;
const EXAMPLES_MAX = 10;

/** How long recoveries took. */
interface RecoveryTimes {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Recoveries as shares of two poll intervals and one back-off step. */
interface RecoveryShares {
  readonly recoveryMedian: number;
  readonly recoveryP99: number;
  readonly recoveryWorst: number;
}

/** What faults have come to. */
export interface FaultsTestResult extends RecoveryShares {
  readonly faults: number;
  readonly modbusFaults: number;
  readonly opcuaFaults: number;
  readonly permanentHangs: number;
  readonly unsettledPromises: number;
  readonly lateCommandsApplied: number;
  readonly wrongReadings: number;
  readonly goodValuesChecked: number;
  /** Good values that nobody could judge any more. */
  readonly goodValuesUnchecked: number;
  readonly valuesNotGood: number;
  readonly calls: number;
  readonly longestCallMs: number;
  readonly failedReads: number;
  readonly commandsApplied: number;
  readonly commandsRefused: number;
  readonly commandsFailed: number;
  /** Commands that reached a busy device in time, as far as it can tell, and were looked at later. */
  readonly commandsSeenLate: number;
  readonly timersReleased: number;
  readonly timersStuck: number;
  readonly recoveryWorstFault: string;
  readonly recoveryByProtocol: Readonly<Record<string, RecoveryTimes & RecoveryShares>>;
  readonly recoveryByKind: Readonly<Record<string, RecoveryTimes & RecoveryShares>>;
  readonly recoveryByFault: Readonly<Record<string, RecoveryTimes>>;
  readonly injected: Readonly<Record<string, number>>;
  /** How late the event loops were: what the machine did, beside what the clients did. */
  readonly loopLag: {
    readonly clientsP99Ms: number;
    readonly clientsMaxMs: number;
    readonly devicesP99Ms: number;
    readonly devicesMaxMs: number;
  };
  readonly examples: readonly string[];
  readonly elapsedMs: number;
}

type Recovery = Tally["recoveries"][number];

/** Makes the result of what clients and hardware have counted. */
export function resultOf(
  tally: Tally,
  hardware: readonly HardwareTotals[],
  lag: Pick<LoopLag, "p99Ms" | "maxMs">,
): Omit<FaultsTestResult, "faults" | "modbusFaults" | "opcuaFaults" | "elapsedMs"> {
  const { recoveries } = tally;
  const sum = (of: (totals: HardwareTotals) => number): number =>
    hardware.reduce((total, each) => total + of(each), 0);
  const largest = (of: (totals: HardwareTotals) => number): number => Math.max(0, ...hardware.map(of));
  const hung = tally.calls.longestMs > CALL_MAX_MS ? 1 : 0;
  const judged = sum(({ valuesJudged }) => valuesJudged);
  const unknown = sum(({ valuesUnknown }) => valuesUnknown);
  const [worst] = [...recoveries].sort((a, b) => shareOf(b) - shareOf(a));
  return {
    permanentHangs: tally.neverRecovered.length + hung,
    unsettledPromises: tally.calls.unsettled.length,
    lateCommandsApplied: tally.late.length,
    wrongReadings: tally.wrong.length,
    goodValuesChecked: judged - unknown,
    goodValuesUnchecked: tally.goodValues - judged + unknown,
    valuesNotGood: tally.otherValues,
    calls: tally.calls.made,
    longestCallMs: tally.calls.longestMs,
    failedReads: tally.failedReads,
    commandsApplied: tally.commandsApplied,
    commandsRefused: tally.commandsRefused,
    commandsFailed: tally.commandsFailed,
    commandsSeenLate: tally.commandsSeenLate,
    timersReleased: sum(({ timersReleased }) => timersReleased),
    timersStuck: sum(({ timersStuck }) => timersStuck),
    ...sharesOf(recoveries),
    recoveryWorstFault: worst === undefined ? "none" : `${worst.kind} ${worst.fault}, ${worst.recoveryMs} ms`,
    recoveryByProtocol: grouped(
      recoveries,
      ({ kind }) => protocolOf(kind),
      (group) => ({
        ...timesOf(group),
        ...sharesOf(group),
      }),
    ),
    recoveryByKind: grouped(
      recoveries,
      ({ kind }) => kind,
      (group) => ({ ...timesOf(group), ...sharesOf(group) }),
    ),
    recoveryByFault: grouped(recoveries, ({ kind, fault }) => `${protocolOf(kind)} ${fault}`, timesOf),
    injected: tally.injected,
    loopLag: {
      clientsP99Ms: lag.p99Ms,
      clientsMaxMs: lag.maxMs,
      devicesP99Ms: largest(({ loopLagP99Ms }) => loopLagP99Ms),
      devicesMaxMs: largest(({ loopLagMaxMs }) => loopLagMaxMs),
    },
    examples: examplesOf(tally),
  };
}

function protocolOf(kind: DeviceKind): string {
  return kind === "opcua" || kind === "rtu-over-tcp" ? kind : "modbus-tcp";
}

function shareOf({ recoveryMs, allowedMs }: Recovery): number {
  return recoveryMs / allowedMs;
}

function sharesOf(recoveries: readonly Recovery[]): RecoveryShares {
  const shares = recoveries.map(shareOf);
  return {
    recoveryMedian: rounded(percentile(shares, 0.5)),
    recoveryP99: rounded(percentile(shares, 0.99)),
    recoveryWorst: rounded(percentile(shares, 1)),
  };
}

function timesOf(recoveries: readonly Recovery[]): RecoveryTimes {
  const times = recoveries.map(({ recoveryMs }) => recoveryMs);
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), maxMs: percentile(times, 1) };
}

function grouped<Figures>(
  recoveries: readonly Recovery[],
  keyOf: (recovery: Recovery) => string,
  figuresOf: (group: readonly Recovery[]) => Figures,
): Record<string, Figures> {
  const groups = Map.groupBy(recoveries, keyOf);
  return Object.fromEntries([...groups].map(([key, group]) => [key, figuresOf(group)]));
}

function examplesOf(tally: Tally): readonly string[] {
  const wrong = tally.wrong.map(({ fault, point, value }) => `wrong after ${fault}: ${point} ${value}`);
  const late = tally.late.map(({ lateMs, what }) => `late by ${lateMs} ms after ${what}`);
  return [wrong, late, tally.neverRecovered, tally.calls.unsettled].flatMap((each) =>
    each.slice(0, EXAMPLES_MAX),
  );
}

function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}
