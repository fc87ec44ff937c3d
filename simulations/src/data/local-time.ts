import { CommonwattError } from "@commonwatt/vpp-core";

/** What became of a local time: it was once, it never was, or it is the second of two. */
export type LocalTimeKind = "once" | "skipped" | "second";

/** Turns the local times of one column, in order, into UTC. */
export interface LocalClock {
  /** A local time as if it were UTC, in ms; of a time that was twice, the first comes first. */
  toUtc(localMs: number): { readonly utcMs: number; readonly kind: LocalTimeKind };
}

/** How far local time is ahead of UTC at a moment, in ms. */
export type UtcOffset = (utcMs: number) => number;

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

/**
 * The offsets of a time zone of the IANA database, e.g. `Europe/Zurich`. They change on quarters of an hour.
 * @throws CommonwattError `IMPORT_TIME_ZONE` for a name that is none.
 */
export function utcOffset(timeZone: string): UtcOffset {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  } catch (cause) {
    throw new CommonwattError(
      "IMPORT_TIME_ZONE",
      `"${timeZone}" is no time zone; it must be a name as Europe/Zurich or UTC`,
      { details: { timeZone }, cause },
    );
  }
  const ask = (utcMs: number): number => {
    const name = format.formatToParts(utcMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0", seconds = "0"] =
      /([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
    const magnitudeMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === "-" ? -magnitudeMs : magnitudeMs;
  };
  const known = new Map<number, number>();
  const at = (quarter: number): number => {
    let offsetMs = known.get(quarter);
    if (offsetMs === undefined) {
      offsetMs = ask(quarter * QUARTER_MS);
      known.set(quarter, offsetMs);
    }
    return offsetMs;
  };
  return (utcMs) => {
    const day = Math.floor(utcMs / DAY_MS) * (DAY_MS / QUARTER_MS);
    const first = at(day);
    // A day at whose ends the offset is the same has no change in it.
    return first === at(day + DAY_MS / QUARTER_MS) ? first : at(Math.floor(utcMs / QUARTER_MS));
  };
}

/** A clock on the wall of a time zone, read once through from the first row to the last. */
export function localClock(offset: UtcOffset): LocalClock {
  let lastMs = Number.NEGATIVE_INFINITY;
  const settle = (utcMs: number, kind: LocalTimeKind): ReturnType<LocalClock["toUtc"]> => {
    lastMs = utcMs;
    return { utcMs, kind };
  };
  return {
    toUtc(localMs) {
      const [before, after] = [offset(localMs - DAY_MS), offset(localMs + DAY_MS)];
      if (before === after) return settle(localMs - before, "once");
      const isBefore = offset(localMs - before) === before;
      const isAfter = offset(localMs - after) === after;
      if (!isBefore && !isAfter) return { utcMs: Number.NaN, kind: "skipped" };
      const [earlier, later] = [localMs - Math.max(before, after), localMs - Math.min(before, after)];
      if (isBefore && isAfter && lastMs >= earlier) return settle(later, "second");
      return settle(isBefore && isAfter ? earlier : localMs - (isBefore ? before : after), "once");
    },
  };
}
