import { CommonwattError, epochMs, isoTime } from "@commonwatt/vpp-core";
import type { Grid, RawSeries } from "./raw-series.ts";

const SHOWN_MAX = 12;

/** The most frequent distance of times that follow each other, in ms; `null` where no two do. */
export function usualStepMs(timesMs: ArrayLike<number>): number | null {
  const counts = new Map<number, number>();
  let [usual, most] = [null as number | null, 0];
  for (let i = 1; i < timesMs.length; i++) {
    const distance = (timesMs[i] ?? 0) - (timesMs[i - 1] ?? 0);
    if (!(distance > 0)) continue;
    const count = (counts.get(distance) ?? 0) + 1;
    counts.set(distance, count);
    if (count > most) [usual, most] = [distance, count];
  }
  return usual;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the first value of a column to the end of what its last value says; `null` for one without values. */
function spanOf({ kind, timesMs, valuesWh }: RawSeries, stepMs: number): Span | null {
  let [fromMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < timesMs.length; i++) {
    const timeMs = timesMs[i] ?? Number.NaN;
    if (Number.isNaN(timeMs) || Number.isNaN(valuesWh[i])) continue;
    fromMs = Math.min(fromMs, timeMs);
    lastMs = Math.max(lastMs, timeMs);
  }
  const toMs = kind === "interval" ? lastMs + stepMs : lastMs;
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** The time that all of several spans share. */
function sharedOf(spans: readonly Span[]): Span {
  return {
    fromMs: Math.max(...spans.map(({ fromMs }) => fromMs)),
    toMs: Math.min(...spans.map(({ toMs }) => toMs)),
  };
}

/**
 * The whole steps for which every column has begun and none has ended. Steps of columns of intervals begin
 * where the columns have them; those of registers on whole multiples of the step.
 * @throws CommonwattError `IMPORT_NO_DATA` for a column without a value, `IMPORT_NO_COMMON_TIME`.
 */
export function commonGrid(series: readonly RawSeries[], stepMs: number): Grid {
  const bySite = new Map<string, Span[]>();
  for (const one of series) {
    const span = spanOf(one, stepMs);
    if (span === null) {
      throw new CommonwattError("IMPORT_NO_DATA", `${one.site}: ${one.quantity}: there is no value`, {
        details: { site: one.site, quantity: one.quantity },
      });
    }
    bySite.set(one.site, [...(bySite.get(one.site) ?? []), span]);
  }
  const anchored = series.find(({ kind }) => kind === "interval");
  const anchorMs = anchored === undefined ? 0 : (spanOf(anchored, stepMs)?.fromMs ?? 0) % stepMs;
  const { fromMs, toMs } = sharedOf([...bySite.values()].flat());
  const startMs = Math.ceil((fromMs - anchorMs) / stepMs) * stepMs + anchorMs;
  const steps = Math.floor((toMs - startMs) / stepMs);
  if (steps > 0) return { startMs: epochMs(startMs), stepMs, steps };
  const sites = [...bySite].map(([site, spans]) => {
    const shared = sharedOf(spans);
    return shared.toMs > shared.fromMs
      ? `${site} from ${isoTime(shared.fromMs)} to ${isoTime(shared.toMs)}`
      : `${site} at no time in all of its columns`;
  });
  const shown =
    sites.length > SHOWN_MAX ? [...sites.slice(0, SHOWN_MAX), `and ${sites.length - SHOWN_MAX} more`] : sites;
  throw new CommonwattError(
    "IMPORT_NO_COMMON_TIME",
    `the homes share no time; choose some of them by "sites": ${shown.join("; ")}`,
  );
}
