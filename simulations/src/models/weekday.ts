const DAY_MS = 86_400_000;

/** The weekday of a local time as if it were UTC, in ms: 0 is Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(localMs: number): number {
  return (((Math.floor(localMs / DAY_MS) + 4) % 7) + 7) % 7;
}

/** Whether a local time, as {@link weekdayOf} takes it, is on a Saturday or a Sunday. */
export function isWeekend(localMs: number): boolean {
  return weekdayOf(localMs) % 6 === 0;
}
