import {
  type EpochMs,
  epochMs,
  type Measured,
  missing,
  type PointName,
  type PointReadings,
  roundToWatts,
  type WattHours,
  type Watts,
  wattHours,
} from "@commonwatt/vpp-core";
import type { DataValue } from "node-opcua";
import { RATING_POINTS } from "./der-model.ts";
import { numberOf } from "./numbers.ts";

/** The two top bits of a status code: 0 is good, 1 uncertain, 2 bad (OPC 10000-4 §7.39). */
const SEVERITY_SHIFT = 30;
const UNCERTAIN = 1;
const ABSENT_STATUSES: ReadonlySet<string> = new Set(["BadNodeIdUnknown", "BadNodeIdInvalid"]);
const UNAVAILABLE_STATUSES: ReadonlySet<string> = new Set(["BadNoData", "BadNotSupported"]);

/** How the values of a server are to be taken. */
export interface ImageOptions {
  /** What one unit of a point's node is worth, with its sign; 1 unless given. */
  readonly factors?: { readonly [Name in PointName]?: number };
  /** Points that the server reports when they change only: they hold as long as it is heard. */
  readonly held?: ReadonlySet<PointName>;
  /** Why the source times cannot be relied on; `null` when they can. */
  readonly doubt?: string | null;
}

/** What a server said last about each of its points. */
export class ProcessImage {
  readonly #points = new Map<PointName, Measured>();
  readonly #options: ImageOptions;
  #heardAtMs: EpochMs;

  constructor(now: EpochMs, options: ImageOptions = {}) {
    this.#heardAtMs = now;
    this.#options = options;
  }

  /** Takes a value; one for a node that does not exist is left out. */
  take(name: PointName, value: DataValue, now: EpochMs): void {
    if (ABSENT_STATUSES.has(value.statusCode.name)) return;
    this.#points.set(name, measuredOf(name, value, now, this.#options.factors?.[name]));
  }

  /** Takes what the configuration says instead of the server. */
  takeConstant(name: PointName, constant: number, now: EpochMs): void {
    this.#points.set(name, {
      value: inUnit(name, constant),
      quality: "good",
      reason: null,
      sourceTimeMs: now,
    });
  }

  /** Notes that the subscription lives; what it did not contradict still holds. */
  heard(now: EpochMs): void {
    this.#heardAtMs = now;
  }

  has(name: PointName): boolean {
    return this.#points.has(name);
  }

  get names(): readonly PointName[] {
    return [...this.#points.keys()];
  }

  /**
   * The points now. Settings keep one source time for years, so they count as taken when the server was
   * last heard, as do points that it reports at changes only. When it is silent, for the reason given,
   * nothing is good any more; nor is it while its clock is in doubt.
   */
  points(silence: string | null): PointReadings {
    const { held, doubt = null } = this.#options;
    const entries = [...this.#points].map(([name, measured]) => {
      const holds = RATING_POINTS.has(name) || held?.has(name);
      const point = holds ? { ...measured, sourceTimeMs: this.#heardAtMs } : measured;
      if (point.quality !== "good") return [name, point] as const;
      if (silence !== null) return [name, { ...point, quality: "stale", reason: silence }] as const;
      return [name, doubt === null ? point : { ...point, quality: "suspect", reason: doubt }] as const;
    });
    return Object.fromEntries(entries) as PointReadings;
  }
}

/** Turns a value from the wire into whole units with a quality; never a missing value into 0. */
export function measuredOf(name: PointName, dataValue: DataValue, now: EpochMs, factor = 1): Measured {
  const { statusCode } = dataValue;
  const stamp = dataValue.sourceTimestamp ?? dataValue.serverTimestamp;
  const sourceTimeMs = stamp === null ? now : epochMs(stamp.getTime());
  const severity = statusCode.value >>> SEVERITY_SHIFT;
  if (severity > UNCERTAIN) {
    const quality = UNAVAILABLE_STATUSES.has(statusCode.name) ? "unavailable" : "bad";
    return missing(quality, statusCode.name, sourceTimeMs);
  }
  const raw = numberOf(dataValue.value.value);
  if (raw === null) return missing("bad", "the value is not a number", sourceTimeMs);
  if (!Number.isSafeInteger(Math.round(raw * factor))) {
    return missing("bad", `${raw} is beyond any real value`, sourceTimeMs);
  }
  const value = inUnit(name, raw * factor);
  return severity === UNCERTAIN
    ? { value, quality: "suspect", reason: statusCode.name, sourceTimeMs }
    : { value, quality: "good", reason: null, sourceTimeMs };
}

function inUnit(name: PointName, value: number): Watts | WattHours {
  return name.endsWith("Wh") ? wattHours(Math.round(value)) : roundToWatts(value);
}
