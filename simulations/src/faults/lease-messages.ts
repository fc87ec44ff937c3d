import type { EpochMs } from "@commonwatt/vpp-core";

/** The batteries of a lane; `timerless` speaks Modbus too, and its reversion timer never does anything. */
export const BATTERY_NAMES = ["modbus", "opcua", "timerless"] as const;

/** Which battery of a lane. */
export type BatteryName = (typeof BATTERY_NAMES)[number];

/** What a battery does: its own mode, or what a command forces it to. */
export type BatteryDoing = "neutral" | "charge" | "discharge";

/** Written by the emulated hardware whenever one of its batteries begins to do something else. */
export interface BatteryEvent {
  readonly battery: BatteryName;
  readonly doing: BatteryDoing;
  readonly atMs: EpochMs;
}

/** What the process of emulated batteries is told when it starts. Plain data. */
export interface BatteriesInit {
  /** Where it writes a {@link BatteryEvent} per line. */
  readonly logFile: string;
  readonly pkiDirectory: string;
}

/** How the emulated batteries are reached. */
export interface BatteriesReady {
  readonly modbusPort: number;
  readonly timerlessPort: number;
  readonly endpointUrl: string;
  readonly clientPkiDirectory: string;
  readonly serverCertificateFile: string;
}

/** What a controller that will be killed is told when it starts. Plain data. */
export interface ControllerInit {
  /** Begins the names of its sites and devices. */
  readonly lane: string;
  readonly batteries: BatteriesReady;
  readonly connectionString: string;
  readonly spoolDirectory: string;
  readonly controlPeriodMs: number;
  readonly direction: "charge" | "discharge";
}
