import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type ChildService,
  CommonwattError,
  durationMs,
  type Random,
  sleep,
  startChild,
  systemClock,
} from "@commonwatt/vpp-core";
import { type HardwareLog, hardwareLog } from "./hardware-log.ts";
import {
  type ControllerInit,
  type Doing,
  type HardwareInit,
  type HardwareReady,
  type SubjectName,
  TIMED_NAMES,
  TIMERLESS_NAMES,
  type TimedName,
  type TimerlessName,
} from "./lease-messages.ts";

const HARDWARE = new URL("./lease-hardware-process.ts", import.meta.url);
const CONTROLLER = new URL("./lease-controller-process.ts", import.meta.url);
/** How long a controller may take until all does as told. */
const PATIENCE_MS = 30_000;

/** What one kill did. Times are real ones, from the kill or the restart to what the hardware wrote down. */
export interface KillOutcome {
  readonly direction: "charge" | "discharge";
  /** What ends by itself; `null` for what still obeyed the dead controller after two leases. */
  readonly releaseMs: Readonly<Record<TimedName, number | null>>;
  /** Whether what has no timer obeyed the dead controller until the next one came. */
  readonly heldOn: Readonly<Record<TimerlessName, boolean>>;
  /** From the next controller's start; `null` when releasing was not the first thing that it did. */
  readonly restartReleaseMs: Readonly<Record<TimerlessName, number | null>>;
}

/** What a lane runs with. */
export interface LaneOptions {
  readonly name: string;
  readonly directory: string;
  readonly connectionString: string;
  readonly controlPeriodMs: number;
  readonly leaseMs: number;
  readonly random: Random;
}

/**
 * Emulated hardware that stays, and the controllers that come and go over them, one after the other. Disposed,
 * it ends the last controller in order.
 */
export interface Lane extends AsyncDisposable {
  /** Kills the controller while it forces everything, watches it, and lets the next controller begin. */
  kill(): Promise<KillOutcome>;
}

/** Starts the hardware of a lane and its first controller. */
export async function startLane(options: LaneOptions): Promise<Lane> {
  mkdirSync(options.directory, { recursive: true });
  const logFile = join(options.directory, "hardware.ndjson");
  const log = hardwareLog(logFile);
  const init: HardwareInit = { logFile, pkiDirectory: join(options.directory, "pki") };
  const hardware = await startChild<HardwareInit, HardwareReady>("emulated hardware", HARDWARE, init);
  return new RunningLane(options, log, hardware);
}

class RunningLane implements Lane {
  readonly #options: LaneOptions;
  readonly #log: HardwareLog;
  readonly #hardware: ChildService<HardwareReady>;
  #controller: ChildService<null> | null = null;
  #direction: "charge" | "discharge" = "discharge";

  constructor(options: LaneOptions, log: HardwareLog, hardware: ChildService<HardwareReady>) {
    this.#options = options;
    this.#log = log;
    this.#hardware = hardware;
  }

  async kill(): Promise<KillOutcome> {
    const { leaseMs, random } = this.#options;
    const controller = this.#controller ?? (await this.#start());
    const direction = this.#direction;
    await this.#forced();
    await sleep(systemClock, durationMs(random.integer(0, leaseMs)));
    await this.#forced();
    const killedMs = systemClock.now();
    process.kill(controller.processId, "SIGKILL");
    await controller.exited;
    this.#controller = null;
    await this.#log.wait(() => TIMED_NAMES.every((name) => this.#log.doing(name) === "neutral"), 2 * leaseMs);
    const releaseMs = recordOf(TIMED_NAMES, (name) => this.#neutralAfterMs(name, killedMs, killedMs));
    // What has no timer is given as long as what has one may take.
    await sleep(systemClock, durationMs(Math.max(0, killedMs + leaseMs - systemClock.now())));
    const heldOn = recordOf(TIMERLESS_NAMES, (name) => this.#log.since(name, killedMs).length === 0);
    const restartMs = systemClock.now();
    await this.#start();
    await this.#forced();
    const restartReleaseMs = recordOf(TIMERLESS_NAMES, (name) =>
      this.#neutralAfterMs(name, killedMs, restartMs),
    );
    return { direction, releaseMs, heldOn, restartReleaseMs };
  }

  /** How long after `fromMs` a subject became neutral, when that is the first that it did since the kill. */
  #neutralAfterMs(name: SubjectName, killedMs: number, fromMs: number): number | null {
    const [first] = this.#log.since(name, killedMs);
    return first?.doing === "neutral" && first.atMs >= fromMs ? first.atMs - fromMs : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controller?.stop();
    await this.#hardware.stop();
  }

  /** Starts a controller that forces batteries the other way than the one before did. */
  async #start(): Promise<ChildService<null>> {
    const { name, directory, connectionString, controlPeriodMs } = this.#options;
    this.#direction = this.#direction === "charge" ? "discharge" : "charge";
    const init: ControllerInit = {
      lane: name,
      hardware: this.#hardware.ready,
      connectionString,
      spoolDirectory: join(directory, "spool"),
      controlPeriodMs,
      direction: this.#direction,
    };
    this.#controller = await startChild<ControllerInit, null>("a controller", CONTROLLER, init);
    return this.#controller;
  }

  /** Waits until everything does what the controller wants. */
  async #forced(): Promise<void> {
    const names: readonly SubjectName[] = [...TIMED_NAMES, ...TIMERLESS_NAMES];
    const wanted = (name: SubjectName): Doing => (name.startsWith("pvLimit") ? "limited" : this.#direction);
    const missing = (): readonly SubjectName[] =>
      names.filter((name) => this.#log.doing(name) !== wanted(name));
    if (await this.#log.wait(() => missing().length === 0, PATIENCE_MS)) return;
    const stalled = missing().map((name) => `${name} does ${this.#log.doing(name)}, not ${wanted(name)}`);
    throw new CommonwattError("LEASE_TEST_STALLED", `${this.#options.name}: ${stalled.join("; ")}`);
  }
}

/** A record with a value for each name. */
export function recordOf<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}
