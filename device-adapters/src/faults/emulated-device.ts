import type { PointName } from "@commonwatt/vpp-core";
import type { CarriedOut, Injected } from "./fault-messages.ts";
import type { ArrivalBound } from "./loop-watch.ts";
import type { Verdict } from "./restless-plant.ts";

/** What emulated devices note down beside what they answer. */
export interface DeviceNotes {
  readonly arrival: ArrivalBound;
  /** Told of each command that is carried out. */
  command(command: CarriedOut): void;
  /** Told whether the timer of the device has released its battery. */
  timer(released: boolean): void;
}

/** An emulated device that goes wrong when it is told to. */
export interface EmulatedDevice {
  readonly port: number;
  /** Injects one fault, and settles when it is over. */
  inject(fault: string): Promise<Injected>;
  /** Whether the plant had a value at some time between two times. */
  judge(point: PointName, value: number, fromMs: number, toMs: number): Verdict;
  close(): Promise<void>;
}
