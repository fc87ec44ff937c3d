import type { PointName } from "../der/point.ts";
import type { DeviceReading } from "../der/reading.ts";
import type { SiteId } from "../grid/site.ts";
import type { ReadingRow } from "../ports/store.ts";

/** What a device said, as it is kept: one row for each point. */
export function readingRows(siteId: SiteId, reading: DeviceReading): ReadingRow[] {
  return Object.entries(reading.points).map(([point, measured]) => ({
    takenAtMs: measured.sourceTimeMs,
    siteId,
    deviceId: reading.deviceId,
    point: point as PointName,
    value: measured.value,
    quality: measured.quality,
    reason: measured.reason,
  }));
}
