import type { EpochMs, PointReadings } from "@commonwatt/vpp-core";

/** What the step test judges. */
export const QUANTITIES = ["battery", "inverter", "meter"] as const;
/** See {@link QUANTITIES}. */
export type Quantity = (typeof QUANTITIES)[number];

/** The point by which each quantity is read, and its move (W per W) when the battery gives more. */
export const QUANTITY_POINTS = {
  battery: { point: "batteryPowerW", sense: 1 },
  inverter: { point: "inverterPowerW", sense: 1 },
  meter: { point: "gridPowerW", sense: -1 },
} as const;

/** The points of all devices of a home at one moment. */
export interface Sample {
  readonly atMs: EpochMs;
  readonly points: PointReadings;
}

/** A while with one command, or with none. */
export interface Phase {
  readonly kind: "neutral" | "charge" | "discharge";
  /** The battery power that the device said it applied, + is discharge; `null` when it is left to itself. */
  readonly appliedPowerW: number | null;
  /** What was read once the battery had time to follow. */
  readonly samples: readonly Sample[];
}

/** The good values of a point in some samples. */
export function goodValues(samples: readonly Sample[], name: keyof PointReadings): readonly number[] {
  return samples.flatMap(({ points }) => {
    const point = points[name];
    return point?.quality === "good" && point.value !== null ? [point.value] : [];
  });
}

/** The mean; `null` of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
