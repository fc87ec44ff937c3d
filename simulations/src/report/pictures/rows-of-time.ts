import { isoTime } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../../neighbourhood/neighbourhood.ts";

/** A stretch of intervals that a picture shows as one. */
export interface TimeRow {
  readonly label: string;
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** Rows of one kind. */
export interface TimeRows {
  readonly rowName: "interval" | "hour" | "day";
  readonly rows: readonly TimeRow[];
}

/** More rows than a picture has room for become longer ones; days are the longest. */
const ROWS_MAX = 200;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The intervals of a run as rows of a picture: each for itself in short runs, else by hour or by day of UTC. */
export function rowsOfTime(time: Time): TimeRows {
  const lengthMs = time.intervalMinutes * MINUTE_MS;
  if (time.intervals <= ROWS_MAX) return { rowName: "interval", rows: rowsOf(time, lengthMs) };
  const isByHour = time.intervals * lengthMs <= ROWS_MAX * HOUR_MS;
  return isByHour
    ? { rowName: "hour", rows: rowsOf(time, HOUR_MS) }
    : { rowName: "day", rows: rowsOf(time, DAY_MS) };
}

/** Rows that begin where a whole number of their length has passed since the epoch, the first of them cut. */
function rowsOf({ startMs, intervalMinutes, intervals }: Time, rowMs: number): readonly TimeRow[] {
  const lengthMs = intervalMinutes * MINUTE_MS;
  const rows: TimeRow[] = [];
  for (let from = 0; from < intervals; ) {
    const fromMs = startMs + from * lengthMs;
    const nextMs = (Math.floor(fromMs / rowMs) + 1) * rowMs;
    const to = Math.min(intervals, Math.max(from + 1, Math.ceil((nextMs - startMs) / lengthMs)));
    const text = isoTime(fromMs);
    rows.push({
      label: rowMs === DAY_MS ? text.slice(0, 10) : `${text.slice(5, 10)} ${text.slice(11, 16)}`,
      from,
      to,
    });
    from = to;
  }
  return rows;
}

type Time = Pick<Neighbourhood, "startMs" | "intervalMinutes" | "intervals">;

/** The sum of a column over a row. */
export function sumOver({ from, to }: TimeRow, column: ArrayLike<number>): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += column[t] as number;
  return sum;
}
