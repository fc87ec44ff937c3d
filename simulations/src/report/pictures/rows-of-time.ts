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
  readonly rowName: "interval" | "day";
  readonly rows: readonly TimeRow[];
}

/** More intervals than a picture has room for become days. */
const INTERVALS_MAX = 200;
const DAY_MS = 86_400_000;

/** The intervals of a run as rows of a picture: each for itself in short runs, else by day of UTC. */
export function rowsOfTime({ startMs, intervalMinutes, intervals }: Time): TimeRows {
  const lengthMs = intervalMinutes * 60_000;
  const labelOf = (t: number): string => isoTime(startMs + t * lengthMs).replace(/:\d\d(\.\d+)?Z$/, "");
  if (intervals <= INTERVALS_MAX) {
    const rows = Array.from({ length: intervals }, (_, t) => ({
      label: labelOf(t).slice(5).replace("T", " "),
      from: t,
      to: t + 1,
    }));
    return { rowName: "interval", rows };
  }
  const rows: TimeRow[] = [];
  for (let from = 0; from < intervals; ) {
    const nextDayMs = (Math.floor((startMs + from * lengthMs) / DAY_MS) + 1) * DAY_MS;
    const to = Math.min(intervals, Math.ceil((nextDayMs - startMs) / lengthMs));
    rows.push({ label: labelOf(from).slice(0, 10), from, to });
    from = to;
  }
  return { rowName: "day", rows };
}

type Time = Pick<Neighbourhood, "startMs" | "intervalMinutes" | "intervals">;

/** The sum of a column over a row. */
export function sumOver({ from, to }: TimeRow, column: ArrayLike<number>): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += column[t] as number;
  return sum;
}
