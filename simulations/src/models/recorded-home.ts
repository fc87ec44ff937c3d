import type { EpochMs } from "@commonwatt/vpp-core";
import { createPlant, type HomeHardware, type HomePlant } from "./home-plant.ts";

/** Powers as they were or will be, each held through a step. Plain data. */
export interface RecordedPowers {
  readonly startMs: number;
  readonly stepMs: number;
  /** In W, one for each step; nothing before the first, the last for ever after. */
  readonly pvW: readonly number[];
  readonly loadW: readonly number[];
}

/** A home whose sun and household are given, not modelled. */
export interface RecordedHome extends HomeHardware {
  readonly powers: RecordedPowers;
}

/** Makes its hardware, new when the powers begin. */
export function createRecordedPlant(home: RecordedHome, start: EpochMs): HomePlant {
  const { startMs, stepMs, pvW, loadW } = home.powers;
  return createPlant(home, start, (time) => {
    const step = Math.min(loadW.length - 1, Math.floor((time - startMs) / stepMs));
    return { pvW: pvW[step] ?? 0, loadW: loadW[step] ?? 0 };
  });
}
