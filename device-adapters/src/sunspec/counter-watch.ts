import { type EpochMs, good, type Measured, missing, type WattHours, wattHours } from "@commonwatt/vpp-core";
import type { Decoded } from "./point-codec.ts";

/**
 * Watches a counter that must never fall. Devices answer 0 or an old value when they restart, and a roll-
 * over or an exchanged meter begins anew: energy worked out across such a step would be wrong, so that a
 * value below the highest one seen is `suspect` until the counter is back.
 */
export class CounterWatch {
  #highest: WattHours | null = null;

  /** Judges a new value. */
  judge(decoded: Decoded<number>, sourceTimeMs: EpochMs): Measured<WattHours> {
    if (decoded.status !== "good") return missing(decoded.status, decoded.reason, sourceTimeMs);
    const rounded = Math.round(decoded.value);
    if (!Number.isSafeInteger(rounded) || rounded < 0) {
      return missing("bad", `${decoded.value} Wh cannot be a counter`, sourceTimeMs);
    }
    const value = wattHours(rounded);
    if (this.#highest !== null && value < this.#highest) {
      const reason = `the counter fell from ${this.#highest} Wh to ${value} Wh`;
      return { value, quality: "suspect", reason, sourceTimeMs };
    }
    this.#highest = value;
    return good(value, sourceTimeMs);
  }
}
