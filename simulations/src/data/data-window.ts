import {
  CommonwattError,
  type EpochMs,
  epochMs,
  type IntervalMinutes,
  intervalLength,
  isoTime,
} from "@commonwatt/vpp-core";
import type { DataSet } from "./data-set.ts";

/** Whole intervals of a run. */
export interface RunTime {
  readonly startMs: EpochMs;
  readonly intervalMinutes: IntervalMinutes;
  readonly intervals: number;
}

const DAY_MS = 86_400_000;

/**
 * The whole intervals that a data set covers: all of them, or `days` from `fromMs` on.
 * @throws CommonwattError `IMPORT_OUT_OF_TIME` when the data does not cover what is asked for.
 */
export function runTimeIn(
  data: Pick<DataSet, "name" | "startMs" | "stepMs" | "steps">,
  intervalMinutes: IntervalMinutes,
  asked: { readonly fromMs?: EpochMs; readonly days?: number },
): RunTime {
  const lengthMs = intervalLength(intervalMinutes);
  const endMs = data.startMs + data.steps * data.stepMs;
  const startMs = epochMs(Math.ceil((asked.fromMs ?? data.startMs) / lengthMs) * lengthMs);
  const wanted =
    asked.days === undefined ? Number.POSITIVE_INFINITY : Math.round((asked.days * DAY_MS) / lengthMs);
  const intervals = Math.min(wanted, Math.floor((endMs - startMs) / lengthMs));
  const isCovered =
    startMs >= data.startMs && intervals > 0 && (asked.days === undefined || intervals === wanted);
  if (isCovered) return { startMs, intervalMinutes, intervals };
  const wish = `${asked.days ?? "some"} days from ${isoTime(startMs)}`;
  throw new CommonwattError(
    "IMPORT_OUT_OF_TIME",
    `${data.name}: it goes from ${isoTime(data.startMs)} to ${isoTime(endMs)} and does not cover ${wish}`,
    { details: { from: isoTime(data.startMs), to: isoTime(endMs) } },
  );
}
