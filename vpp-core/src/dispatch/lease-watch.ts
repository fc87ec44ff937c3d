import { goodValue, type Measured } from "../der/measured.ts";
import type { PointReadings } from "../der/reading.ts";
import type { BatteryResponse } from "../ports/device.ts";
import { type DurationMs, durationMs, type EpochMs } from "../time/clock.ts";
import { type Watts, watts } from "../units/power.ts";

/** A home battery that nothing is known of: measurements of many are refreshed every 5 to 10 s only. */
export const USUAL_RESPONSE: BatteryResponse = {
  settleMs: durationMs(30_000),
  toleranceW: watts(100),
  tolerancePercent: 10,
};
/** Leases in a row that a battery may leave unfollowed until nobody counts on it. */
const MISSES_MAX = 3;
/** How long such a battery is left alone before it is tried again. */
const REST_MS = 15 * 60_000;
/** Within this share of full or empty, batteries take or give less than they are told. */
const TAPER_SHARE = 0.1;
/** A battery that still comes nearer is given this many times its settling time. */
const RAMP_FACTOR = 3;

/**
 * What a battery makes of its lease. `settling`: it may still be on its way. `unknown`: nothing good has been
 * measured. `still-running`: the lease has ended, and the battery goes on.
 */
export type LeaseOutcome = "settling" | "following" | "not-following" | "unknown" | "still-running";

/** A lease held against what was measured. */
export interface LeaseVerdict {
  readonly outcome: LeaseOutcome;
  /** What the device took, clamped as its receipt said. */
  readonly commandedW: Watts;
  readonly measuredW: Watts | null;
  /** Why; `null` when the battery simply does what it was told. */
  readonly reason: string | null;
}

/** Why a battery is not counted on. */
export interface BatteryDoubt {
  readonly reason: string;
  /** It is left alone for a while; after that it may be commanded again, to see whether it follows. */
  readonly resting: boolean;
}

interface Hold {
  readonly untilMs: EpochMs;
  readonly powerW: Watts;
}

/**
 * Compares what one battery was told with what it measures, whatever it is reached by. Pure: times and
 * values come from outside. A measurement may lie anywhere between the powers that were commanded within the
 * settling time before it, so that a setpoint that moves every cycle is judged, too.
 */
export class LeaseWatch {
  readonly #response: BatteryResponse;
  readonly #settleMs: number;
  /** The leases without a gap between them, oldest first, as far as they still count. */
  #holds: readonly Hold[] = [];
  #heldSinceMs: EpochMs | null = null;
  #verdict: LeaseVerdict | null = null;
  #lastDistanceW: number | null = null;
  #lastSampleMs: EpochMs | null = null;
  #runsOnSinceMs: EpochMs | null = null;
  #misses = 0;
  #doubt: { readonly sinceMs: EpochMs; readonly reason: string } | null = null;

  /** `sampling` is how often the battery is looked at; it settles no faster than it is seen. */
  constructor(response: BatteryResponse, sampling: DurationMs) {
    this.#response = response;
    this.#settleMs = Math.max(response.settleMs, sampling);
  }

  /** The last verdict; `null` while nothing is held. */
  get verdict(): LeaseVerdict | null {
    return this.#verdict;
  }

  /** Whether nothing is held, and the end of the last lease has been seen. */
  get isIdle(): boolean {
    return this.#holds.length === 0;
  }

  /** Leases in a row that were not followed. */
  get misses(): number {
    return this.#misses;
  }

  /** The device took a lease for `powerW` until `untilMs`. */
  applied(powerW: Watts, nowMs: EpochMs, untilMs: EpochMs): void {
    const last = this.#holds.at(-1);
    const goesOn = last !== undefined && last.untilMs >= nowMs;
    this.#closeLease();
    if (!goesOn) {
      this.#heldSinceMs = nowMs;
      this.#lastDistanceW = null;
    }
    const before = goesOn ? this.#holds.map((hold) => endedAt(hold, nowMs)) : [];
    this.#holds = [...before, { untilMs, powerW }];
    this.#runsOnSinceMs = null;
  }

  /** The battery was returned to its own mode. */
  released(nowMs: EpochMs): void {
    this.#closeLease();
    this.#holds = this.#holds.slice(-1).map((hold) => ({ ...hold, untilMs: nowMs }));
    this.#runsOnSinceMs = null;
  }

  /** Takes what the device has just said, and the power at the grid connection. */
  observe(points: PointReadings, gridPower: Measured<Watts>, nowMs: EpochMs): LeaseVerdict | null {
    const last = this.#holds.at(-1);
    if (last === undefined) return null;
    if (last.untilMs > nowMs) {
      this.#verdict = this.#judge(points, last, nowMs);
      this.#doubtIfMissed(this.#verdict, nowMs);
    } else {
      this.#closeLease();
      this.#verdict = this.#judgeEnd(points, gridPower, last);
    }
    return this.#verdict;
  }

  /** Why the battery must not be counted on now; `null` when it may. */
  doubt(nowMs: EpochMs): BatteryDoubt | null {
    if (this.#doubt === null) return null;
    return { reason: this.#doubt.reason, resting: nowMs - this.#doubt.sinceMs < REST_MS };
  }

  /** A lease counts once, by the last that was seen of it. */
  #closeLease(): void {
    const outcome = this.#verdict?.outcome;
    this.#verdict = null;
    if (outcome === "not-following") this.#misses += 1;
    if (outcome !== "following") return;
    this.#misses = 0;
    this.#doubt = null;
  }

  #doubtIfMissed({ outcome, reason }: LeaseVerdict, nowMs: EpochMs): void {
    const misses = this.#misses + 1;
    if (outcome !== "not-following" || misses < MISSES_MAX) return;
    this.#doubt = {
      sinceMs: nowMs,
      reason: `the battery has not followed ${misses} leases in a row: ${reason}`,
    };
  }

  #judge(points: PointReadings, last: Hold, nowMs: EpochMs): LeaseVerdict {
    const measured = points.batteryPowerW;
    const measuredW = goodValue(measured);
    const verdict = (outcome: LeaseOutcome, reason: string | null): LeaseVerdict => ({
      outcome,
      commandedW: last.powerW,
      measuredW,
      reason,
    });
    if (measured === undefined || measuredW === null) {
      return verdict("unknown", `its power is not known: ${measured?.reason ?? "it does not say"}`);
    }
    const ageMs = nowMs - measured.sourceTimeMs;
    if (ageMs > this.#settleMs) return verdict("unknown", `its power was last measured ${ageMs} ms ago`);
    const sampleMs = measured.sourceTimeMs;
    this.#forgetBefore(sampleMs - this.#settleMs);
    const { lowW, highW, why } = this.#expected(points);
    const toleranceW = this.#toleranceW(this.#holds);
    const distanceW = Math.max(lowW - measuredW, measuredW - highW, 0);
    const heldMs = sampleMs - (this.#heldSinceMs ?? sampleMs);
    const comesNearer = this.#comesNearer(distanceW, sampleMs);
    // What was measured before the command says nothing of it.
    if (distanceW <= toleranceW && heldMs > 0) return verdict("following", why(measuredW, toleranceW));
    if (heldMs < this.#settleMs) return verdict("settling", null);
    if (comesNearer && heldMs < RAMP_FACTOR * this.#settleMs) {
      return verdict("settling", "it still comes nearer");
    }
    return verdict("not-following", `told ${last.powerW} W, it does ${measuredW} W`);
  }

  /** Where the power may lie, given what was told lately and what the battery says it can do now. */
  #expected(points: PointReadings): {
    readonly lowW: number;
    readonly highW: number;
    readonly why: (measuredW: number, toleranceW: number) => string | null;
  } {
    const told = this.#holds.map(({ powerW }) => powerW);
    const chargeMaxW = goodValue(points.chargePowerMaxW) ?? Number.POSITIVE_INFINITY;
    const dischargeMaxW = goodValue(points.dischargePowerMaxW) ?? Number.POSITIVE_INFINITY;
    const can = told.map((powerW) => Math.max(-chargeMaxW, Math.min(dischargeMaxW, powerW)));
    const share = storedShare(points);
    const tapers = told.some((powerW) =>
      powerW < 0 ? share !== null && share > 1 - TAPER_SHARE : share !== null && share < TAPER_SHARE,
    );
    const within = tapers ? [...told, ...can, 0] : [...told, ...can];
    return {
      lowW: Math.min(...within),
      highW: Math.max(...within),
      why: (measuredW, toleranceW) => {
        const isTold =
          measuredW >= Math.min(...told) - toleranceW && measuredW <= Math.max(...told) + toleranceW;
        if (isTold) return null;
        const percent = share === null ? "" : `, ${Math.round(100 * share)} % full`;
        return `it does ${measuredW} W, as much as it can now${percent}`;
      },
    };
  }

  #comesNearer(distanceW: number, sampleMs: EpochMs): boolean {
    const isNew = sampleMs !== this.#lastSampleMs;
    const before = this.#lastDistanceW;
    if (!isNew && before !== null) return this.#verdict?.outcome === "settling";
    this.#lastDistanceW = distanceW;
    this.#lastSampleMs = sampleMs;
    return before === null || before - distanceW > this.#response.toleranceW / 2;
  }

  /**
   * A battery in its own mode never sends to the grid what it gives, nor takes from the grid what it stores:
   * one that does, at the power of the lease that has ended, and twice, has not heard of the end.
   */
  #judgeEnd(points: PointReadings, gridPower: Measured<Watts>, last: Hold): LeaseVerdict | null {
    const measured = points.batteryPowerW;
    const [measuredW, gridW] = [goodValue(measured), goodValue(gridPower)];
    if (measured === undefined || measuredW === null || gridW === null) return null;
    if (Math.min(measured.sourceTimeMs, gridPower.sourceTimeMs) < last.untilMs + this.#settleMs) return null;
    const toleranceW = this.#toleranceW([last]);
    const direction = Math.sign(last.powerW);
    const runsOn =
      Math.abs(last.powerW) > 2 * toleranceW &&
      Math.abs(measuredW - last.powerW) <= toleranceW &&
      -gridW * direction > toleranceW;
    if (!runsOn) {
      this.#holds = [];
      return null;
    }
    this.#runsOnSinceMs ??= measured.sourceTimeMs;
    if (measured.sourceTimeMs === this.#runsOnSinceMs) return null;
    return {
      outcome: "still-running",
      commandedW: last.powerW,
      measuredW,
      reason: `its lease for ${last.powerW} W has ended, and it still does ${measuredW} W against a grid power of ${gridW} W`,
    };
  }

  #toleranceW(holds: readonly Hold[]): number {
    const { toleranceW, tolerancePercent } = this.#response;
    const largestW = Math.max(...holds.map(({ powerW }) => Math.abs(powerW)));
    return Math.max(toleranceW, (tolerancePercent / 100) * largestW);
  }

  #forgetBefore(timeMs: number): void {
    const counting = this.#holds.filter(({ untilMs }) => untilMs > timeMs);
    this.#holds = counting.length > 0 ? counting : this.#holds.slice(-1);
  }
}

function endedAt(hold: Hold, nowMs: EpochMs): Hold {
  return hold.untilMs <= nowMs ? hold : { ...hold, untilMs: nowMs };
}

function storedShare(points: PointReadings): number | null {
  const storedWh = goodValue(points.storedEnergyWh);
  const capacityWh = goodValue(points.batteryCapacityWh);
  return storedWh === null || capacityWh === null || capacityWh <= 0 ? null : storedWh / capacityWh;
}
