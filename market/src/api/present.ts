import { type Clearing, type DeliveryInterval, isoTime } from "@commonwatt/vpp-core";

/** A delivery interval as JSON shows it: times in ISO 8601. */
export function presentInterval({ index, startMs, endMs }: DeliveryInterval): object {
  return { index, start: isoTime(startMs), end: isoTime(endMs) };
}

/** A clearing as JSON shows it: its time in ISO 8601. */
export function presentClearing({ clearedAtMs, ...clearing }: Clearing): object {
  return { ...clearing, clearedAt: isoTime(clearedAtMs) };
}
