import type { FindingCollector } from "./data-report.ts";
import type { DataRules } from "./data-rules.ts";
import { localClock, type UtcOffset } from "./local-time.ts";

/** How a time is written. `iso` may carry an offset of its own; the others are local times or seconds. */
export const TIME_FORMATS = ["iso", "d/m/y", "m/d/y", "d.m.y", "epoch-s", "epoch-ms"] as const;

/** How a time is written. */
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** A time as a text says it: UTC, or local time as if it were UTC. */
export interface WrittenTime {
  readonly ms: number;
  readonly isLocal: boolean;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const DAY_FIRST = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

function offsetMsOf(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

function dateMs(
  year: number,
  month: number,
  day: number,
  clock: readonly (string | undefined)[],
): number | null {
  const [hour = 0, minute = 0, second = 0] = clock.map((part) => Number(part ?? 0));
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60;
  return isReal ? ms : null;
}

/** Reads a written time; `null` for what is none. A day without a clock begins at midnight. */
export function parseTime(text: string, format: TimeFormat): WrittenTime | null {
  const trimmed = text.trim();
  if (format === "epoch-s" || format === "epoch-ms") {
    const value = trimmed === "" ? Number.NaN : Number(trimmed);
    return Number.isFinite(value)
      ? { ms: format === "epoch-s" ? value * 1000 : value, isLocal: false }
      : null;
  }
  if (format === "iso") {
    const [match, year, month, day, hour, minute, second, zone] = ISO.exec(trimmed) ?? [];
    if (match === undefined) return null;
    const ms = dateMs(Number(year), Number(month), Number(day), [hour, minute, second]);
    if (ms === null) return null;
    return zone === undefined ? { ms, isLocal: true } : { ms: ms - offsetMsOf(zone), isLocal: false };
  }
  const [match, first, second, year = "", ...clock] = DAY_FIRST.exec(trimmed) ?? [];
  if (match === undefined) return null;
  const [day, month] = format === "m/d/y" ? [second, first] : [first, second];
  const fullYear = Number(year) + (year.length === 2 ? 2000 : 0);
  const ms = dateMs(fullYear, Number(month), Number(day), clock);
  return ms === null ? null : { ms, isLocal: true };
}

/**
 * Turns written times of one column, in order, into UTC. An hour that local clocks left out gives NaN and is
 * counted as `clock-forward`; times that were twice go to the first hour, then the second, and are counted
 * as `clock-back`.
 * @param timeAt the time of a row, from 0 to `rows` − 1
 */
export function utcOf(
  rows: number,
  timeAt: (row: number) => WrittenTime,
  offset: UtcOffset,
  site: string,
  { rules, found }: { readonly rules: DataRules; readonly found: FindingCollector },
): Float64Array {
  const clock = localClock(offset);
  const utc = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const { ms, isLocal } = timeAt(row);
    const { utcMs, kind } = isLocal ? clock.toUtc(ms) : ({ utcMs: ms, kind: "once" } as const);
    if (kind === "skipped") found.add(site, "time", "clock-forward", rules.skippedHour, ms);
    if (kind === "second") found.add(site, "time", "clock-back", "second", utcMs);
    utc[row] = utcMs;
  }
  return utc;
}
