import type { EpochMs, PointName } from "@commonwatt/vpp-core";
import type { DeviceKind } from "./device-kinds.ts";

/**
 * What the clients' process and the processes of the emulated hardware tell each other.
 *
 * On time: all of them read the one clock of this machine, so a time that one takes compares with a time that
 * another takes, to the millisecond; a run during which that clock is set would have to be repeated. What
 * was true when is kept by the hardware alone, on the timeline of its plants, and each judgement compares it
 * with the two ends of a call, whatever either process was kept from doing in between: a busy machine makes
 * calls longer, and a true reading stays true. Messages may come late and in any order between two processes.
 */
export interface HardwareInit {
  readonly seed: string;
  readonly devices: readonly DeviceInit[];
}

/** One emulated device. */
export interface DeviceInit {
  readonly name: string;
  readonly kind: DeviceKind;
  /** The folder with certificate and trust of an OPC UA server. */
  readonly serverPkiDirectory?: string;
}

/** Where the devices listen, in the order of `devices`. */
export interface HardwareReady {
  readonly ports: readonly number[];
}

/** A good value that a client has read: the plant must have had it between two times. */
export interface ReadValue {
  readonly point: PointName;
  readonly value: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a fault was. */
export interface Injected {
  /** When it was over. */
  readonly endMs: EpochMs;
  /** How long nobody could be reached, for faults that make a client back off. */
  readonly outageMs: number;
}

/** What a process of hardware has counted. */
export interface HardwareTotals {
  readonly valuesJudged: number;
  /** Values from a time of which the plant no longer knows what it had. */
  readonly valuesUnknown: number;
  readonly timersReleased: number;
  readonly timersStuck: number;
  readonly loopLagP99Ms: number;
  readonly loopLagMaxMs: number;
}

/** From the clients to the hardware. */
export type ToHardware =
  | { readonly kind: "inject"; readonly id: number; readonly device: number; readonly fault: string }
  | {
      readonly kind: "reading";
      readonly device: number;
      readonly fault: string;
      readonly values: readonly ReadValue[];
    }
  | { readonly kind: "totals"; readonly id: number };

/** A command that a device carries out. */
export interface CarriedOut {
  /** Without sign. */
  readonly powerW: number;
  /** The request cannot have reached the device before this; by the device's own clock where it has one. */
  readonly notBeforeMs: number;
  /** When it was carried out. */
  readonly atMs: number;
}

/** From the hardware to the clients. */
export type FromHardware =
  | ({ readonly kind: "injected"; readonly id: number } & Injected)
  | { readonly kind: "failed"; readonly id: number; readonly why: string }
  | ({ readonly kind: "command"; readonly device: number } & CarriedOut)
  | { readonly kind: "wrong"; readonly fault: string; readonly point: PointName; readonly value: number }
  | ({ readonly kind: "totals"; readonly id: number } & HardwareTotals);
