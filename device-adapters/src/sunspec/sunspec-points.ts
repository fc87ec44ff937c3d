import { type EpochMs, type Measured, type PointReadings, type Watts, watts } from "@commonwatt/vpp-core";
import { chargeMaxNow, dischargeMaxNow, LIMIT_ROLES, type LimitNow } from "./battery-limits.ts";
import type { CounterWatch } from "./counter-watch.ts";
import { dcPower } from "./dc-modules.ts";
import { dcPortPower } from "./dc-ports.ts";
import { combine, energyFrom, limitFrom, powerFrom } from "./measure.ts";
import { type ModelImage, numberAt } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import type { Decoded } from "./point-codec.ts";

/** What came of reading a model: its image, or why there is none. */
export type ModelOutcome = ModelImage | { readonly failure: string };

/** The models of a device as they were read in one cycle; a role the device does not have is left out. */
export type ModelOutcomes = ReadonlyMap<ModelRole, ModelOutcome>;

/** The counters of a device; they live as long as the device is the same. */
export interface CounterWatches {
  readonly gridImport: CounterWatch;
  readonly gridExport: CounterWatch;
}

type Take = (image: ModelImage) => Decoded<number>;

/** The models of one cycle, asked for one value at a time. */
interface Cycle {
  readonly outcomes: ModelOutcomes;
  from(role: ModelRole, take: Take): Decoded<number>;
  timeOf(role: ModelRole): EpochMs;
  /** The role that the device has: the first one, else the second. */
  either(role: ModelRole, instead: ModelRole): ModelRole;
}

/** Turns the models of one cycle into points, each with its quality. */
export function pointsFrom(
  outcomes: ModelOutcomes,
  counters: CounterWatches,
  readAtMs: EpochMs,
): PointReadings {
  const cycle: Cycle = {
    outcomes,
    from: (role, take) => {
      const outcome = outcomes.get(role);
      if (outcome === undefined) return { status: "unavailable", reason: `no ${role} model` };
      return "failure" in outcome ? { status: "bad", reason: outcome.failure } : take(outcome);
    },
    timeOf: (role) => {
      const outcome = outcomes.get(role);
      return outcome === undefined || "failure" in outcome ? readAtMs : outcome.sourceTimeMs;
    },
    either: (role, instead) => (outcomes.has(role) || !outcomes.has(instead) ? role : instead),
  };
  const hasAny = (...roles: readonly ModelRole[]): boolean => roles.some((role) => outcomes.has(role));
  return {
    ...(hasAny("inverter", "acMeasurement") ? inverterPoints(cycle) : {}),
    ...(hasAny("storage", "storageCapacity", "batteryBank") ? batteryPoints(cycle) : {}),
    ...(hasAny("meter") ? meterPoints(cycle, counters) : {}),
  };
}

const at =
  (name: string): Take =>
  (image) =>
    numberAt(image, name);

function inverterPoints({ outcomes, from, timeOf, either }: Cycle): PointReadings {
  const ac = either("inverter", "acMeasurement");
  const rating = either("nameplate", "capacity");
  const ratedPower = from(rating, rating === "nameplate" ? at("WRtg") : at("WMax"));
  const useRating = rating === "capacity" && ratedPower.status === "unavailable";
  return {
    inverterPowerW: powerFrom(from(ac, at("W")), timeOf(ac)),
    inverterPowerMaxW: powerFrom(useRating ? from(rating, at("WMaxRtg")) : ratedPower, timeOf(rating)),
    ...pvPoint({ outcomes, from, timeOf, either }),
  };
}

function pvPoint({ outcomes, from, timeOf }: Cycle): PointReadings {
  const hasStorage = outcomes.has("storage");
  if (outcomes.has("dcMeasurement") && !outcomes.has("mppt")) {
    const power = from("dcMeasurement", (image) => dcPortPower(image, "pv"));
    return { pvPowerW: powerFrom(power, timeOf("dcMeasurement")) };
  }
  if (!outcomes.has("inverter") && outcomes.has("storageCapacity")) return {};
  // Without model 160, the DC side of an inverter that has no battery is all PV.
  if (outcomes.has("mppt") || hasStorage) {
    const power = from("mppt", (image) => dcPower(image, "pv", hasStorage));
    return { pvPowerW: powerFrom(power, timeOf("mppt")) };
  }
  // An inverter of IEEE 1547 without DC ports has nothing but sun behind its AC side.
  const power = outcomes.has("inverter") ? from("inverter", at("DCW")) : from("acMeasurement", at("W"));
  return { pvPowerW: powerFrom(power, timeOf(outcomes.has("inverter") ? "inverter" : "acMeasurement")) };
}

/** Turns the grid power of a meter that counts export as positive. */
export function withMeterSign(points: PointReadings, sign: 1 | -1): PointReadings {
  const { gridPowerW } = points;
  if (sign === 1 || gridPowerW === undefined || gridPowerW.value === null) return points;
  return { ...points, gridPowerW: { ...gridPowerW, value: watts(-gridPowerW.value || 0) } };
}

/** Takes the trust from values that are good: a device whose own count stands still repeats old ones. */
export function staled(points: PointReadings, reason: string): PointReadings {
  const entries = Object.entries(points).map(([name, point]) => [
    name,
    point?.quality === "good" ? { ...point, quality: "stale", reason } : point,
  ]);
  return Object.fromEntries(entries) as PointReadings;
}

/** The image of a model that could be read. */
export function imageOf(outcome: ModelOutcome | undefined): ModelImage | null {
  return outcome === undefined || "failure" in outcome ? null : outcome;
}

/** Where a device says the power of its battery: its DC side, or the AC side of a battery alone. */
function batteryPower({ outcomes, from, timeOf }: Cycle): PointReadings {
  if (outcomes.has("mppt") || !outcomes.has("storageCapacity")) {
    const power = combine(
      [
        from("mppt", (image) => dcPower(image, "discharge", true)),
        from("mppt", (image) => dcPower(image, "charge", true)),
      ],
      (discharge = 0, charge = 0) => discharge - charge,
    );
    return { batteryPowerW: powerFrom(power, timeOf("mppt")) };
  }
  if (outcomes.has("dcMeasurement")) {
    const power = from("dcMeasurement", (image) => dcPortPower(image, "battery"));
    return { batteryPowerW: powerFrom(power, timeOf("dcMeasurement")) };
  }
  return { batteryPowerW: powerFrom(from("acMeasurement", at("W")), timeOf("acMeasurement")) };
}

/** The energy in the battery and what it can hold, from the model that says so. */
function batteryEnergy({ outcomes, from, timeOf }: Cycle): PointReadings {
  const share = (percent = 0, energy = 0): number => (percent / 100) * energy;
  if (outcomes.has("storage")) {
    const capacity = from("nameplate", at("WHRtg"));
    const stored = combine([from("storage", at("ChaState")), capacity], share);
    return {
      storedEnergyWh: energyFrom(stored, timeOf("storage")),
      batteryCapacityWh: energyFrom(capacity, timeOf("nameplate")),
    };
  }
  const role: ModelRole = outcomes.has("storageCapacity") ? "storageCapacity" : "batteryBank";
  const capacity = from(role, at("WHRtg"));
  const available = role === "storageCapacity" ? from(role, at("WHAvail")) : null;
  const stored =
    available === null || available.status === "unavailable"
      ? combine([from(role, at("SoC")), capacity], share)
      : available;
  return {
    storedEnergyWh: energyFrom(stored, timeOf(role)),
    batteryCapacityWh: energyFrom(capacity, timeOf(role)),
  };
}

function batteryPoints(cycle: Cycle): PointReadings {
  const { outcomes, timeOf } = cycle;
  const images = new Map<ModelRole, ModelImage>();
  for (const role of LIMIT_ROLES) {
    const image = imageOf(outcomes.get(role));
    if (image !== null) images.set(role, image);
  }
  const rated: ModelRole = outcomes.has("storage") ? "storage" : "capacity";
  const source: ModelRole = outcomes.has("batteryBank") ? "batteryBank" : rated;
  const limit = ({ power, why }: LimitNow): Measured<Watts> => {
    const outcome = outcomes.get(source);
    const failed = outcome !== undefined && "failure" in outcome;
    return limitFrom(failed ? { status: "bad", reason: outcome.failure } : power, why, timeOf(source));
  };
  return {
    ...batteryPower(cycle),
    ...batteryEnergy(cycle),
    chargePowerMaxW: limit(chargeMaxNow(images)),
    dischargePowerMaxW: limit(dischargeMaxNow(images)),
  };
}

function meterPoints({ from, timeOf }: Cycle, counters: CounterWatches): PointReadings {
  const timeMs = timeOf("meter");
  return {
    gridPowerW: powerFrom(from("meter", at("W")), timeMs),
    gridImportWh: counters.gridImport.judge(from("meter", at("TotWhImp")), timeMs),
    gridExportWh: counters.gridExport.judge(from("meter", at("TotWhExp")), timeMs),
  };
}
