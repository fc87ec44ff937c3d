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
import { type BatteryLog, batteryLog } from "./battery-log.ts";
import {
  BATTERY_NAMES,
  type BatteriesInit,
  type BatteriesReady,
  type BatteryName,
  type ControllerInit,
} from "./lease-messages.ts";

const BATTERIES = new URL("./batteries-process.ts", import.meta.url);
const CONTROLLER = new URL("./lease-controller-process.ts", import.meta.url);
/** How long a controller may take until its batteries do as told. */
const PATIENCE_MS = 30_000;

/** What one kill did. Times are real ones, from the kill or the restart to what the battery wrote down. */
export interface KillOutcome {
  readonly direction: "charge" | "discharge";
  /** `null` when the battery still obeyed the dead controller after two leases. */
  readonly modbusReleaseMs: number | null;
  readonly opcuaReleaseMs: number | null;
  /** Whether the battery without a timer obeyed the dead controller until the next one came. */
  readonly timerlessHeldOn: boolean;
  /** From the next controller's start; `null` when releasing was not the first thing that it did. */
  readonly restartReleaseMs: number | null;
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
 * Emulated batteries that stay, and the controllers that come and go over them, one after the other. Disposed,
 * it ends the last controller in order.
 */
export interface Lane extends AsyncDisposable {
  /** Kills the controller while it forces every battery, watches them, and lets the next controller begin. */
  kill(): Promise<KillOutcome>;
}

/** Starts the batteries of a lane and its first controller. */
export async function startLane(options: LaneOptions): Promise<Lane> {
  mkdirSync(options.directory, { recursive: true });
  const logFile = join(options.directory, "batteries.ndjson");
  const log = batteryLog(logFile);
  const init: BatteriesInit = { logFile, pkiDirectory: join(options.directory, "pki") };
  const batteries = await startChild<BatteriesInit, BatteriesReady>("emulated batteries", BATTERIES, init);
  return new RunningLane(options, log, batteries);
}

class RunningLane implements Lane {
  readonly #options: LaneOptions;
  readonly #log: BatteryLog;
  readonly #batteries: ChildService<BatteriesReady>;
  #controller: ChildService<null> | null = null;
  #direction: "charge" | "discharge" = "discharge";

  constructor(options: LaneOptions, log: BatteryLog, batteries: ChildService<BatteriesReady>) {
    this.#options = options;
    this.#log = log;
    this.#batteries = batteries;
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
    await this.#log.wait(
      () => this.#log.doing("modbus") === "neutral" && this.#log.doing("opcua") === "neutral",
      2 * leaseMs,
    );
    const releaseMs = (battery: BatteryName): number | null => {
      const [first] = this.#log.since(battery, killedMs);
      return first?.doing === "neutral" ? first.atMs - killedMs : null;
    };
    const [modbusReleaseMs, opcuaReleaseMs] = [releaseMs("modbus"), releaseMs("opcua")];
    // What has no timer is given as long as those with one may take.
    await sleep(systemClock, durationMs(Math.max(0, killedMs + leaseMs - systemClock.now())));
    const timerlessHeldOn = this.#log.since("timerless", killedMs).length === 0;
    const restartMs = systemClock.now();
    await this.#start();
    await this.#forced();
    const [first] = this.#log.since("timerless", killedMs);
    const restartReleaseMs =
      first?.doing === "neutral" && first.atMs >= restartMs ? first.atMs - restartMs : null;
    return { direction, modbusReleaseMs, opcuaReleaseMs, timerlessHeldOn, restartReleaseMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controller?.stop();
    await this.#batteries.stop();
  }

  /** Starts a controller that forces the batteries the other way than the one before did. */
  async #start(): Promise<ChildService<null>> {
    const { name, directory, connectionString, controlPeriodMs } = this.#options;
    this.#direction = this.#direction === "charge" ? "discharge" : "charge";
    const init: ControllerInit = {
      lane: name,
      batteries: this.#batteries.ready,
      connectionString,
      spoolDirectory: join(directory, "spool"),
      controlPeriodMs,
      direction: this.#direction,
    };
    this.#controller = await startChild<ControllerInit, null>("a controller", CONTROLLER, init);
    return this.#controller;
  }

  /** Waits until every battery does what the controller wants. */
  async #forced(): Promise<void> {
    const doing = (): readonly string[] => BATTERY_NAMES.map((name) => this.#log.doing(name));
    if (await this.#log.wait(() => doing().every((each) => each === this.#direction), PATIENCE_MS)) return;
    throw new CommonwattError(
      "LEASE_TEST_STALLED",
      `${this.#options.name}: the batteries ${BATTERY_NAMES.join(", ")} do ${doing().join(", ")}, not ${this.#direction}`,
    );
  }
}
