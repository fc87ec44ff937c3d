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

/** What a server said last about each of its points. */
export class ProcessImage {
  readonly #points = new Map<PointName, Measured>();
  #heardAtMs: EpochMs;

  constructor(now: EpochMs) {
    this.#heardAtMs = now;
  }

  /** Takes a value; one for a node that does not exist is left out. */
  take(name: PointName, value: DataValue, now: EpochMs): void {
    if (ABSENT_STATUSES.has(value.statusCode.name)) return;
    this.#points.set(name, measuredOf(name, value, now));
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
   * last heard. When it is silent, for the reason given, nothing is good any more.
   */
  points(silence: string | null): PointReadings {
    const entries = [...this.#points].map(([name, measured]) => {
      const point = RATING_POINTS.has(name) ? { ...measured, sourceTimeMs: this.#heardAtMs } : measured;
      const aged = silence !== null && point.quality === "good";
      return [name, aged ? { ...point, quality: "stale", reason: silence } : point] as const;
    });
    return Object.fromEntries(entries) as PointReadings;
  }
}

/** Turns a value from the wire into whole units with a quality; never a missing value into 0. */
export function measuredOf(name: PointName, dataValue: DataValue, now: EpochMs): Measured {
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
  const value = inUnit(name, raw);
  return severity === UNCERTAIN
    ? { value, quality: "suspect", reason: statusCode.name, sourceTimeMs }
    : { value, quality: "good", reason: null, sourceTimeMs };
}

function inUnit(name: PointName, value: number): Watts | WattHours {
  return name.endsWith("Wh") ? wattHours(Math.round(value)) : roundToWatts(value);
}
