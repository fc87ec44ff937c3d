import {
  type BatteryControl,
  type Clock,
  CommonwattError,
  durationMs,
  type EpochMs,
  epochMs,
  isCommonwattError,
  messageOf,
  sleep,
  sleepUntil,
  watts,
} from "@commonwatt/vpp-core";
import type { Instruments } from "./instruments.ts";
import type { Phase, Sample } from "./step-data.ts";

/** A command outlives its phase by no more than this, when nobody is left to end it. */
const LEASE_MARGIN_S = 15;
/** The part of a phase that a battery and its meters have to follow. */
const SETTLE_PART = 0.4;
const SAMPLE_MS = 1_000;
/** Slow devices get half of the margin to answer this often. */
const SAMPLES_MIN = 2;
const RELEASE_TRIES = 5;
const RELEASE_PAUSE_MS = 2_000;

/** How a step test goes. */
export interface StepOptions {
  readonly powerW: number;
  /** How long each command lasts. */
  readonly seconds: number;
  /** How long the battery is left to itself before, between and after commands. */
  readonly neutralSeconds: number;
  /** How often it is charged and discharged. */
  readonly repeats: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: Phase["kind"], powerW: number | null) => void;
}

/** What a step test brought. */
export interface StepRecord {
  readonly phases: readonly Phase[];
  /** Why it ended before its end; `null` when it did not. */
  readonly stopped: { readonly code: string; readonly message: string } | null;
  /** Whether the battery confirmed that it is back in its own mode. */
  readonly isNeutral: boolean;
  /** When the last command ends by itself; `null` when none was given. */
  readonly leaseEndsAtMs: EpochMs | null;
}

/**
 * Lets a battery charge and discharge in turn, with pauses, and reads what all devices say. However it ends,
 * by its end, by an error or by the signal, the battery is returned to its own mode; and each command ends by
 * itself.
 */
export async function runStepTest(
  instruments: Instruments,
  battery: BatteryControl,
  options: StepOptions,
): Promise<StepRecord> {
  const run = new StepRun(instruments, battery, options);
  let stopped: StepRecord["stopped"] = null;
  try {
    await run.all();
  } catch (error) {
    stopped = reasonOf(error, options.signal);
  }
  const isNeutral = await run.toNeutral();
  return { phases: run.phases, stopped, isNeutral, leaseEndsAtMs: run.leaseEndsAtMs };
}

function reasonOf(error: unknown, signal: AbortSignal): { readonly code: string; readonly message: string } {
  if (signal.aborted) return { code: "COMMISSION_STOPPED", message: messageOf(signal.reason) };
  if (isCommonwattError(error)) return { code: error.code, message: error.message };
  throw error;
}

class StepRun {
  readonly phases: Phase[] = [];
  leaseEndsAtMs: EpochMs | null = null;
  readonly #instruments: Instruments;
  readonly #battery: BatteryControl;
  readonly #options: StepOptions;
  #sequence = 0;
  /** Whether the battery may hold a command of ours. */
  #isCommanded = false;

  constructor(instruments: Instruments, battery: BatteryControl, options: StepOptions) {
    this.#instruments = instruments;
    this.#battery = battery;
    this.#options = options;
  }

  async all(): Promise<void> {
    const { powerW, repeats } = this.#options;
    await this.#observe("neutral", null);
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [kind, signedW] of [
        ["charge", -powerW],
        ["discharge", powerW],
      ] as const) {
        this.#options.onPhase(kind, signedW);
        await this.#observe(kind, await this.#command(signedW));
        this.#options.onPhase("neutral", null);
        await this.#release();
        await this.#observe("neutral", null);
      }
    }
  }

  /** Returns the battery to its own mode, with several tries; whether it confirmed that. */
  async toNeutral(): Promise<boolean> {
    for (let tries = 0; this.#isCommanded && tries < RELEASE_TRIES; tries++) {
      if (tries > 0) await sleep(this.#options.clock, durationMs(RELEASE_PAUSE_MS));
      await this.#release().catch(() => undefined);
    }
    return !this.#isCommanded;
  }

  async #release(): Promise<void> {
    await this.#battery.release();
    this.#isCommanded = false;
  }

  /** Gives the command, as a lease that ends soon after its phase; what the device says it does. */
  async #command(powerW: number): Promise<number> {
    const { clock, seconds, signal } = this.#options;
    signal.throwIfAborted();
    const now = clock.now();
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(now / 1_000));
    const validUntilMs = epochMs(now + 1_000 * (seconds + LEASE_MARGIN_S));
    // From here on the device may have the command, whatever becomes of the answer.
    this.leaseEndsAtMs = validUntilMs;
    this.#isCommanded = true;
    const receipt = await this.#battery.apply({
      batteryPowerW: watts(powerW),
      validUntilMs,
      sequence: this.#sequence,
    });
    if (receipt.status === "applied") return receipt.appliedPowerW;
    const isLocal = receipt.code === "local-control";
    throw new CommonwattError(
      isLocal ? "COMMISSION_LOCAL_CONTROL" : "COMMISSION_REFUSED",
      `the device refuses (${receipt.code}): ${receipt.message}`,
      { details: { refusal: receipt.code } },
    );
  }

  async #observe(kind: Phase["kind"], appliedPowerW: number | null): Promise<void> {
    const { clock, signal, seconds, neutralSeconds } = this.#options;
    const lengthMs = 1_000 * (kind === "neutral" ? neutralSeconds : seconds);
    const startMs = clock.now();
    const endMs = epochMs(startMs + lengthMs);
    const samples: Sample[] = [];
    // What was read until an error still counts: the phase is there from its beginning.
    this.phases.push({ kind, appliedPowerW, samples });
    await sleepUntil(clock, epochMs(startMs + SETTLE_PART * lengthMs), signal);
    const patienceMs = endMs + (1_000 * LEASE_MARGIN_S) / 2;
    while (clock.now() < endMs || (samples.length < SAMPLES_MIN && clock.now() < patienceMs)) {
      const sample = await this.#instruments.sample();
      samples.push(sample);
      await sleepUntil(
        clock,
        epochMs(Math.min(Math.max(endMs, clock.now()), sample.atMs + SAMPLE_MS)),
        signal,
      );
    }
  }
}
