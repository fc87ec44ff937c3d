import {
  type Check,
  type Clock,
  CommonwattError,
  checkTrue,
  type DeviceContext,
  type DeviceIdentity,
  epochMs,
  messageOf,
  sleepUntil,
} from "@commonwatt/vpp-core";
import { adviceOn } from "./advice.ts";
import type { HomeDevices } from "./home-devices.ts";
import { Instruments } from "./instruments.ts";
import { checksOnReadings } from "./judge-readings.ts";
import { judgeQuantity, type QuantityVerdict, RATIO_TOLERANCE } from "./judge-step.ts";
import { allowedStep } from "./precheck.ts";
import {
  goodValues,
  mean,
  type Phase,
  QUANTITIES,
  QUANTITY_POINTS,
  type Quantity,
  type Sample,
} from "./step-data.ts";
import { runStepTest } from "./step-test.ts";

/** How a device is commissioned. */
export interface CommissionOptions {
  readonly powerW: number;
  readonly seconds: number;
  readonly repeats: number;
  readonly context: DeviceContext;
  readonly signal: AbortSignal;
  /** Asked before the battery is moved; rejects when it must not be. */
  readonly consent: (what: string) => Promise<void>;
  readonly onPhase: (phase: Phase["kind"], powerW: number | null) => void;
}

/** The averages of one phase, as a report shows them. */
export interface PhaseLine {
  readonly kind: Phase["kind"];
  readonly appliedPowerW: number | null;
  readonly readings: number;
  readonly averagesW: Readonly<Record<Quantity, number | null>>;
}

/** What commissioning a device came to. */
export interface CommissionReport {
  /** `step`: the battery was moved. `readings`: there is none to move, so readings alone were checked. */
  readonly kind: "step" | "readings";
  readonly identity: DeviceIdentity;
  readonly powerW: number | null;
  readonly seconds: number;
  readonly repeats: number;
  readonly statePercent: number | null;
  readonly verdicts: readonly QuantityVerdict[];
  readonly phases: readonly PhaseLine[];
  readonly checks: readonly Check[];
  readonly advice: readonly string[];
  /** Why it ended early; `null` when it did not. */
  readonly stopped: { readonly code: string; readonly message: string } | null;
  /** Whether the battery confirmed that it is back in its own mode; `null` where it was never moved. */
  readonly isNeutral: boolean | null;
  /** When the last command ends by itself. */
  readonly leaseEndsAtMs: number | null;
}

/** How long a home without a commandable battery is watched, in lengths of a step. */
const WATCH_STEPS = 3;
const WATCH_EVERY_MS = 1_000;

/**
 * Proves sign and scale of a device: by a step of its battery where it has one that takes commands, else by what
 * its readings must be. The battery is in its own mode when this returns or throws.
 * @throws CommonwattError `COMMISSION_…` when there is a reason not to begin, or what the wire throws before.
 */
export async function commission(
  { device, beside }: HomeDevices,
  options: CommissionOptions,
): Promise<CommissionReport> {
  const instruments = await Instruments.open(device, beside, options.context);
  try {
    return instruments.device.battery === null
      ? await watchReadings(instruments, options)
      : await stepBattery(instruments, options);
  } finally {
    await instruments.close();
  }
}

async function stepBattery(instruments: Instruments, options: CommissionOptions): Promise<CommissionReport> {
  const { context, seconds, repeats, signal, onPhase } = options;
  const { battery, identity } = instruments.device;
  if (battery === null) throw new Error("a step needs a battery");
  const first = await firstSample(instruments);
  const { powerW, statePercent } = allowedStep(first.points, options.powerW);
  await options.consent(
    `This charges and discharges the battery of ${identity.model} at ${identity.address} with ${powerW} W, ${repeats} times ${seconds} s each.`,
  );
  const record = await runStepTest(instruments, battery, {
    powerW,
    seconds,
    neutralSeconds: Math.max(2, seconds / 2),
    repeats,
    clock: context.clock,
    signal,
    onPhase,
  });
  const verdicts = QUANTITIES.map((quantity) => judgeQuantity(quantity, record.phases));
  return {
    kind: "step",
    identity,
    powerW,
    seconds,
    repeats,
    statePercent,
    verdicts,
    phases: record.phases.map(lineOf),
    checks: [...stepChecks(verdicts), neutralCheck(record.isNeutral)],
    advice: adviceOn(verdicts),
    stopped: record.stopped,
    isNeutral: record.isNeutral,
    leaseEndsAtMs: record.leaseEndsAtMs,
  };
}

/** A device that has just been connected may take a moment until it has something to say. */
async function firstSample(instruments: Instruments): Promise<Sample> {
  const sample = await instruments.sample();
  return Object.keys(sample.points).length > 0 ? sample : instruments.sample();
}

function lineOf({ kind, appliedPowerW, samples }: Phase): PhaseLine {
  const averages = QUANTITIES.map((quantity) => {
    const value = mean(goodValues(samples, QUANTITY_POINTS[quantity].point));
    return [quantity, value === null ? null : Math.round(value)] as const;
  });
  const averagesW = Object.fromEntries(averages) as Record<Quantity, number | null>;
  return { kind, appliedPowerW, readings: samples.length, averagesW };
}

/** One check for each quantity that is measured; what is unclear does not hold. */
function stepChecks(verdicts: readonly QuantityVerdict[]): readonly Check[] {
  const measured = verdicts.filter(({ verdict }) => verdict !== "not measured");
  const target = `${1 - RATIO_TOLERANCE}..${1 + RATIO_TOLERANCE} of the step`;
  const clear = measured.flatMap(({ quantity, ratio, verdict }) =>
    ratio === null ? [] : [{ name: `${quantity}PerStep`, value: ratio, target, holds: verdict === "right" }],
  );
  const unclear = measured.filter(({ verdict }) => verdict === "unclear").length;
  return [...clear, { name: "unclear", value: unclear, target: "0", holds: unclear === 0 }];
}

function neutralCheck(isNeutral: boolean): Check {
  return checkTrue("endedNeutral", isNeutral);
}

async function watchReadings(
  instruments: Instruments,
  options: CommissionOptions,
): Promise<CommissionReport> {
  const { context, seconds, signal } = options;
  const samples: Sample[] = [];
  let stopped: CommissionReport["stopped"] = null;
  try {
    await watch(instruments, WATCH_STEPS * seconds, context.clock, signal, samples);
  } catch (error) {
    if (!signal.aborted) throw error;
    stopped = { code: "COMMISSION_STOPPED", message: messageOf(signal.reason) };
  }
  const checks = checksOnReadings(samples, isDeepNight(samples[0]?.atMs ?? 0));
  const { identity } = instruments.device;
  if (checks.length === 0 && stopped === null) {
    throw new CommonwattError(
      "COMMISSION_NOTHING_TO_CHECK",
      `${identity.address} reports nothing that can be checked without moving a battery`,
    );
  }
  return {
    kind: "readings",
    identity,
    powerW: null,
    seconds: WATCH_STEPS * seconds,
    repeats: 1,
    statePercent: null,
    verdicts: [],
    phases: [lineOf({ kind: "neutral", appliedPowerW: null, samples })],
    checks,
    advice: [],
    stopped,
    isNeutral: null,
    leaseEndsAtMs: null,
  };
}

async function watch(
  instruments: Instruments,
  lengthS: number,
  clock: Clock,
  signal: AbortSignal,
  samples: Sample[],
): Promise<void> {
  const endMs = epochMs(clock.now() + 1_000 * lengthS);
  while (clock.now() < endMs) {
    const sample = await instruments.sample();
    samples.push(sample);
    await sleepUntil(clock, epochMs(Math.min(endMs, sample.atMs + WATCH_EVERY_MS)), signal);
  }
}

/** By the clock of this machine, which stands where the roof is. */
function isDeepNight(atMs: number): boolean {
  const hour = new Date(atMs).getHours();
  return hour >= 23 || hour < 3;
}
