import { type Measured, missing } from "../der/measured.ts";
import { POINT_NAMES, type PointName, type PointValues } from "../der/point.ts";
import type { DeviceReading } from "../der/reading.ts";
import type { DurationMs, EpochMs } from "../time/clock.ts";

/** Everything known of one site at the start of a control cycle, frozen until the next. */
export type SiteImage = { readonly takenAtMs: EpochMs } & {
  readonly [Name in PointName]: Measured<PointValues[Name]>;
};

/**
 * Freezes what a site's devices said into one image. For each point the best quality among the devices
 * wins, the first device on a tie; a good value older than `staleAfter` becomes stale.
 */
export function siteImage(
  readings: readonly DeviceReading[],
  now: EpochMs,
  staleAfter: DurationMs,
): SiteImage {
  const entries = POINT_NAMES.map((name) => [name, bestOf(name, readings, now, staleAfter)] as const);
  return { takenAtMs: now, ...Object.fromEntries(entries) } as SiteImage;
}

/**
 * The image at a later moment: good values older than `staleAfter` have become stale. The same object when
 * none has.
 */
export function agedImage(image: SiteImage, now: EpochMs, staleAfter: DurationMs): SiteImage {
  const aged = POINT_NAMES.map((name) => [name, withAge(image[name], now, staleAfter)] as const);
  if (aged.every(([name, point]) => point === image[name])) return image;
  return { takenAtMs: image.takenAtMs, ...Object.fromEntries(aged) } as SiteImage;
}

const RANK = { good: 0, suspect: 1, stale: 2, bad: 3, unavailable: 4 } as const;

function bestOf(
  name: PointName,
  readings: readonly DeviceReading[],
  now: EpochMs,
  staleAfter: DurationMs,
): Measured {
  let best: Measured | null = null;
  for (const reading of readings) {
    const point: Measured | undefined = reading.points[name];
    if (point === undefined) continue;
    const aged = withAge(point, now, staleAfter);
    if (best === null || RANK[aged.quality] < RANK[best.quality]) best = aged;
  }
  return best ?? missing("unavailable", "no device of this site reports it", now);
}

function withAge(point: Measured, now: EpochMs, staleAfter: DurationMs): Measured {
  const ageMs = now - point.sourceTimeMs;
  if (point.quality !== "good" || ageMs <= staleAfter) return point;
  return { ...point, quality: "stale", reason: `${ageMs} ms old` };
}
