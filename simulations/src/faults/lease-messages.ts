import type { EpochMs } from "@commonwatt/vpp-core";

/** What is under command in a lane and ends by itself: a device's own timer, or the end that a command carries. */
export const TIMED_NAMES = ["model124", "model704", "opcua", "pvLimit123", "pvLimit704"] as const;

/** What keeps a command until somebody ends it: the next controller does so first. */
export const TIMERLESS_NAMES = ["model124Stuck", "profile", "opcuaEndless"] as const;

/** What ends by itself. */
export type TimedName = (typeof TIMED_NAMES)[number];
/** What does not. */
export type TimerlessName = (typeof TIMERLESS_NAMES)[number];
/** What is under command in a lane. */
export type SubjectName = TimedName | TimerlessName;

/** The profile of the battery that has no timer. */
export const TIMERLESS_PROFILE = "sungrow-sh";

/** What a battery or an inverter does: its own mode, or what a command forces it to. */
export type Doing = "neutral" | "charge" | "discharge" | "limited";

/** Written by the emulated hardware whenever a part of it begins to do something else. */
export interface HardwareEvent {
  readonly subject: SubjectName;
  readonly doing: Doing;
  readonly atMs: EpochMs;
}

/** What the process of emulated hardware is told when it starts. Plain data. */
export interface HardwareInit {
  /** Where it writes a {@link HardwareEvent} per line. */
  readonly logFile: string;
  readonly pkiDirectory: string;
}

/** How the emulated hardware is reached. Each port serves its meter as unit 200. */
export interface HardwareReady {
  readonly model124Port: number;
  readonly model704Port: number;
  readonly stuckPort: number;
  readonly profilePort: number;
  readonly profileMeterPort: number;
  readonly endpointUrl: string;
  readonly clientPkiDirectory: string;
  readonly serverCertificateFile: string;
}

/** What a controller that will be killed is told when it starts. Plain data. */
export interface ControllerInit {
  /** Begins the names of its sites and devices. */
  readonly lane: string;
  readonly hardware: HardwareReady;
  readonly connectionString: string;
  readonly spoolDirectory: string;
  readonly controlPeriodMs: number;
  readonly direction: "charge" | "discharge";
}
