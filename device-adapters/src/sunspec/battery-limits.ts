import { combine } from "./measure.ts";
import { type ModelImage, numberAt } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import type { Decoded } from "./point-codec.ts";

/** The models that say how much a battery may take and give, as far as a device has them. */
export type LimitImages = ReadonlyMap<ModelRole, ModelImage>;

/** The roles of {@link LimitImages}, for whoever reads them. */
export const LIMIT_ROLES: readonly ModelRole[] = [
  "storage",
  "nameplate",
  "capacity",
  "batteryBank",
  "storageCapacity",
  "derControl",
];

/** A limit as it holds now, in watts. */
export interface LimitNow {
  readonly power: Decoded<number>;
  /** Why it is lower than the ratings just now; `null` when it is not. */
  readonly why: string | null;
}

type Source = readonly [role: ModelRole, ...names: string[]];
type Direction = "charge" | "discharge";

const UNKNOWN: Decoded<number> = { status: "unavailable", reason: "no model says the limit" };
const NOTHING: Decoded<number> = { status: "good", value: 0 };
/** LocRemCtl of models 715 and 802: somebody on site has taken over. */
const LOCAL = 1;

/** Where each rating stands; of several names in a model the first that says something counts. */
const RATINGS: Readonly<Record<Direction, readonly Source[]>> = {
  charge: [
    ["storage", "WChaMax"],
    ["capacity", "WChaRteMax", "WChaRteMaxRtg"],
    ["nameplate", "MaxChaRte"],
    ["batteryBank", "WChaRteMax"],
  ],
  discharge: [
    ["nameplate", "MaxDisChaRte"],
    ["capacity", "WDisChaRteMax", "WDisChaRteMaxRtg"],
    ["storage", "WChaMax"],
    ["batteryBank", "WDisChaRteMax"],
  ],
};

/** Model 124 knows one power for both directions: for discharge it counts only where no other model does. */
const FALLBACKS: Readonly<Record<Direction, readonly ModelRole[]>> = { charge: [], discharge: ["storage"] };

/** What a battery gives must fit through its inverter. */
const INVERTER: readonly Source[] = [
  ["nameplate", "WRtg"],
  ["capacity", "WMax", "WMaxRtg"],
];

function said(images: LimitImages, [role, ...names]: Source): Decoded<number> {
  const image = images.get(role);
  let missing = UNKNOWN;
  for (const name of image === undefined ? [] : names) {
    const value = image === undefined ? UNKNOWN : numberAt(image, name);
    if (value.status !== "unavailable") return value;
    missing = value;
  }
  return missing;
}

/** The first of several sources that says something; `bad` is something. */
function firstOf(images: LimitImages, sources: readonly Source[]): Decoded<number> {
  const values = sources.map((source) => said(images, source));
  return values.find(({ status }) => status !== "unavailable") ?? values.at(-1) ?? UNKNOWN;
}

/** The charge power that the device's ratings and settings allow; 100 % of 124.InWRte. In watts. */
export function ratedChargeMaxW(images: LimitImages): Decoded<number> {
  return firstOf(images, RATINGS.charge);
}

/**
 * The discharge power that the device's ratings and settings allow; 100 % of 124.OutWRte. In watts. (The
 * point that model 124 itself names for this does not exist.)
 */
export function ratedDischargeMaxW(images: LimitImages): Decoded<number> {
  return firstOf(images, RATINGS.discharge);
}

/** The charge power that the battery takes now: the least that any model allows. */
export function chargeMaxNow(images: LimitImages): LimitNow {
  return limitNow(images, "charge");
}

/** The discharge power that the battery gives now: the least that any model allows, and the inverter passes. */
export function dischargeMaxNow(images: LimitImages): LimitNow {
  return limitNow(images, "discharge");
}

function limitNow(images: LimitImages, direction: Direction): LimitNow {
  const rated = leastRating(images, direction);
  if (rated.status === "bad") return { power: rated, why: null };
  const stop = isInLocalControl(images)
    ? "somebody on site has taken over the device"
    : stopOf(images, direction);
  if (stop !== null) return { power: NOTHING, why: stop };
  const bank = images.get("batteryBank");
  const current = bank === undefined ? UNKNOWN : currentLimit(bank, direction);
  // What the battery does not say leaves the ratings; what it says and cannot be leaves nothing.
  if (current.status === "unavailable") return { power: rated, why: null };
  if (rated.status !== "good") return { power: current, why: null };
  const power = combine([rated, current], Math.min);
  const isLower = power.status === "good" && power.value < rated.value;
  return { power, why: isLower ? "the battery's own management allows no more current" : null };
}

/** The least of all ratings; one of 0 says nothing. */
function leastRating(images: LimitImages, direction: Direction): Decoded<number> {
  const ratings = RATINGS[direction];
  const isFallback = ([role]: Source): boolean => FALLBACKS[direction].includes(role);
  const fallbacks = ratings.filter(isFallback);
  const inverter = direction === "discharge" ? INVERTER : [];
  const first = leastOf(
    images,
    ratings.filter((source) => !isFallback(source)),
  );
  const rating = first.status === "unavailable" ? leastOf(images, fallbacks, first) : first;
  if (rating.status !== "good") return rating;
  const passes = leastOf(images, inverter);
  return passes.status === "unavailable" ? rating : combine([rating, passes], Math.min);
}

function leastOf(images: LimitImages, sources: readonly Source[], otherwise = UNKNOWN): Decoded<number> {
  let missing = otherwise;
  let leastW = Number.POSITIVE_INFINITY;
  for (const source of sources) {
    const value = said(images, source);
    if (value.status === "bad") return value;
    if (value.status === "good" && value.value > 0) leastW = Math.min(leastW, value.value);
    else if (value.status === "unavailable" && images.has(source[0])) missing = value;
  }
  return leastW < Number.POSITIVE_INFINITY ? { status: "good", value: leastW } : missing;
}

/** Why a battery takes or gives nothing at its state of charge; `null` when it does. */
function stopOf(images: LimitImages, direction: Direction): string | null {
  const charges = direction === "charge";
  const stops = (charge: Decoded<number>, bounds: readonly Decoded<number>[], absolute: number): boolean =>
    charge.status === "good" &&
    [...bounds, { status: "good", value: absolute } as const].some(
      (bound) =>
        bound.status === "good" &&
        // A ceiling of 0 says nothing.
        (charges ? bound.value > 0 && charge.value >= bound.value : charge.value <= bound.value),
    );
  const at = (role: ModelRole, name: string): Decoded<number> => said(images, [role, name]);
  const isStopped = charges
    ? stops(at("batteryBank", "SoC"), [at("batteryBank", "SoCMax"), at("batteryBank", "SocRsvMax")], 100) ||
      stops(at("storage", "ChaState"), [], 100) ||
      stops(at("storageCapacity", "SoC"), [], 100)
    : stops(at("batteryBank", "SoC"), [at("batteryBank", "SoCMin"), at("batteryBank", "SoCRsvMin")], 0) ||
      stops(at("storage", "ChaState"), [at("storage", "MinRsvPct")], 0) ||
      stops(at("storageCapacity", "SoC"), [], 0);
  if (!isStopped) return null;
  return charges ? "the battery is full" : "the battery is empty, or at its reserve";
}

function currentLimit(bank: ModelImage, direction: Direction): Decoded<number> {
  const amperes = numberAt(bank, direction === "charge" ? "AChaMax" : "ADisChaMax");
  return combine([amperes, numberAt(bank, "V")], (amps = 0, volts = 0) => amps * volts);
}

/** Whether somebody on site has taken over the device. */
export function isInLocalControl(images: LimitImages): boolean {
  return (["derControl", "batteryBank"] as const).some((role) => {
    const mode = said(images, [role, "LocRemCtl"]);
    return mode.status === "good" && mode.value === LOCAL;
  });
}
