/** A point in time (milliseconds since 1970, UTC) in ISO 8601, as JSON carries it. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
