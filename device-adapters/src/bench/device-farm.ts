import { type ChildService, startChild } from "@commonwatt/vpp-core";

/** What a process of emulated devices is told. */
export interface FarmInit {
  /** Names the devices: the first is this number. */
  readonly firstDevice: number;
  readonly devices: number;
}

/** Where the emulated devices listen, each on a port of its own. */
export interface FarmReady {
  readonly ports: readonly number[];
  /** A server whose unit 1 has 65,536 registers that count up from 0. */
  readonly registersPort: number;
}

/** Many emulated devices, in a process of their own. */
export function startFarm(init: FarmInit): Promise<ChildService<FarmReady>> {
  const entry = new URL("device-farm-process.ts", import.meta.url);
  return startChild<FarmInit, FarmReady>("the emulated devices", entry, init);
}
