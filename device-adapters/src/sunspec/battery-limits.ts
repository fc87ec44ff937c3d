import { combine } from "./measure.ts";
import { type ModelImage, numberAt } from "./model-image.ts";
import type { Decoded } from "./point-codec.ts";

/** The models that say how much a battery may take and give. */
export interface LimitImages {
  /** Model 124. */
  readonly storage: ModelImage | null;
  /** Model 120. */
  readonly nameplate: ModelImage | null;
  /** Model 702. */
  readonly capacity: ModelImage | null;
  /** Model 802. */
  readonly batteryBank: ModelImage | null;
}

type Take = (image: ModelImage) => Decoded<number>;

const UNKNOWN: Decoded<number> = { status: "unavailable", reason: "no model says the limit" };

/** The first of several sources that says something; `bad` is something. */
function firstOf(...sources: readonly (readonly [ModelImage | null, ...string[]])[]): Decoded<number> {
  let missing = UNKNOWN;
  for (const [image, ...names] of sources) {
    for (const name of image === null ? [] : names) {
      const value = image === null ? UNKNOWN : numberAt(image, name);
      if (value.status !== "unavailable") return value;
      missing = value;
    }
  }
  return missing;
}

/** The charge power that the device's ratings and settings allow; 100 % of 124.InWRte. In watts. */
export function ratedChargeMaxW({ storage, nameplate, capacity, batteryBank }: LimitImages): Decoded<number> {
  return firstOf(
    [storage, "WChaMax"],
    [capacity, "WChaRteMax", "WChaRteMaxRtg"],
    [nameplate, "MaxChaRte"],
    [batteryBank, "WChaRteMax"],
  );
}

/**
 * The discharge power that the device's ratings and settings allow; 100 % of 124.OutWRte. In watts. (The
 * point that model 124 itself names for this does not exist.)
 */
export function ratedDischargeMaxW(images: LimitImages): Decoded<number> {
  return firstOf(
    [images.nameplate, "MaxDisChaRte"],
    [images.capacity, "WDisChaRteMax", "WDisChaRteMaxRtg"],
    [images.storage, "WChaMax"],
    [images.batteryBank, "WDisChaRteMax"],
  );
}

/** The charge power that the battery takes now, in watts: what is rated, and what model 802 allows. */
export function chargeMaxW(images: LimitImages): Decoded<number> {
  return within(ratedChargeMaxW(images), images.batteryBank, (bank) =>
    isFull(bank) ? NOTHING : currentLimit(bank, "AChaMax"),
  );
}

/** The discharge power that the battery gives now, in watts: what is rated, and what model 802 allows. */
export function dischargeMaxW(images: LimitImages): Decoded<number> {
  return within(ratedDischargeMaxW(images), images.batteryBank, (bank) =>
    isEmpty(bank) ? NOTHING : currentLimit(bank, "ADisChaMax"),
  );
}

const NOTHING: Decoded<number> = { status: "good", value: 0 };

function within(rated: Decoded<number>, bank: ModelImage | null, limit: Take): Decoded<number> {
  if (bank === null || rated.status === "bad") return rated;
  const now = limit(bank);
  // What the battery does not say leaves the ratings; what it says and cannot be leaves nothing.
  if (now.status === "unavailable") return rated;
  return rated.status === "good" ? combine([rated, now], Math.min) : now;
}

function currentLimit(bank: ModelImage, name: "AChaMax" | "ADisChaMax"): Decoded<number> {
  return combine([numberAt(bank, name), numberAt(bank, "V")], (amperes = 0, volts = 0) => amperes * volts);
}

function isFull(bank: ModelImage): boolean {
  const charge = numberAt(bank, "SoC");
  return (
    charge.status === "good" &&
    bounds(bank, "SoCMax", "SocRsvMax").some((max) => max > 0 && charge.value >= max)
  );
}

function isEmpty(bank: ModelImage): boolean {
  const charge = numberAt(bank, "SoC");
  return charge.status === "good" && bounds(bank, "SoCMin", "SoCRsvMin").some((min) => charge.value <= min);
}

function bounds(bank: ModelImage, ...names: readonly string[]): readonly number[] {
  return names.flatMap((name) => {
    const value = numberAt(bank, name);
    return value.status === "good" ? [value.value] : [];
  });
}
