import type { EpochMs, PointReadings } from "@commonwatt/vpp-core";
import type { CounterWatch } from "./counter-watch.ts";
import { dcPower } from "./dc-modules.ts";
import type { ModelRole } from "./device-map.ts";
import { combine, energyFrom, powerFrom } from "./measure.ts";
import { type ModelImage, numberAt } from "./model-image.ts";
import type { Decoded } from "./point-codec.ts";
import { chargeMaxW, dischargeMaxW } from "./storage-limits.ts";

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

/** Turns the models of one cycle into points, each with its quality. */
export function pointsFrom(
  outcomes: ModelOutcomes,
  counters: CounterWatches,
  readAtMs: EpochMs,
): PointReadings {
  const from = (role: ModelRole, take: Take): Decoded<number> => {
    const outcome = outcomes.get(role);
    if (outcome === undefined) return { status: "unavailable", reason: `no ${role} model` };
    return "failure" in outcome ? { status: "bad", reason: outcome.failure } : take(outcome);
  };
  const timeOf = (role: ModelRole): EpochMs => {
    const outcome = outcomes.get(role);
    return outcome === undefined || "failure" in outcome ? readAtMs : outcome.sourceTimeMs;
  };
  return {
    ...(outcomes.has("inverter") ? inverterPoints(from, timeOf, outcomes) : {}),
    ...(outcomes.has("storage") ? storagePoints(from, timeOf, outcomes) : {}),
    ...(outcomes.has("meter") ? meterPoints(from, timeOf, counters) : {}),
  };
}

type From = (role: ModelRole, take: Take) => Decoded<number>;
type TimeOf = (role: ModelRole) => EpochMs;

function inverterPoints(from: From, timeOf: TimeOf, outcomes: ModelOutcomes): PointReadings {
  const hasStorage = outcomes.has("storage");
  // Without model 160, the DC side of an inverter that has no battery is all PV.
  const pvPower =
    outcomes.has("mppt") || hasStorage
      ? from("mppt", (image) => dcPower(image, "pv", hasStorage))
      : from("inverter", (image) => numberAt(image, "DCW"));
  return {
    inverterPowerW: powerFrom(
      from("inverter", (image) => numberAt(image, "W")),
      timeOf("inverter"),
    ),
    inverterPowerMaxW: powerFrom(
      from("nameplate", (image) => numberAt(image, "WRtg")),
      timeOf("nameplate"),
    ),
    pvPowerW: powerFrom(pvPower, timeOf(outcomes.has("mppt") ? "mppt" : "inverter")),
  };
}

function imageOf(outcome: ModelOutcome | undefined): ModelImage | null {
  return outcome === undefined || "failure" in outcome ? null : outcome;
}

function storagePoints(from: From, timeOf: TimeOf, outcomes: ModelOutcomes): PointReadings {
  const batteryPower = combine(
    [
      from("mppt", (image) => dcPower(image, "discharge", true)),
      from("mppt", (image) => dcPower(image, "charge", true)),
    ],
    (discharge = 0, charge = 0) => discharge - charge,
  );
  const capacity = from("nameplate", (image) => numberAt(image, "WHRtg"));
  const chargeState = from("storage", (image) => numberAt(image, "ChaState"));
  const stored = combine([chargeState, capacity], (percent = 0, energy = 0) => (percent / 100) * energy);
  return {
    batteryPowerW: powerFrom(batteryPower, timeOf("mppt")),
    storedEnergyWh: energyFrom(stored, timeOf("storage")),
    batteryCapacityWh: energyFrom(capacity, timeOf("nameplate")),
    chargePowerMaxW: powerFrom(from("storage", chargeMaxW), timeOf("storage")),
    dischargePowerMaxW: powerFrom(
      from("storage", (image) => dischargeMaxW(image, imageOf(outcomes.get("nameplate")))),
      timeOf("storage"),
    ),
  };
}

function meterPoints(from: From, timeOf: TimeOf, counters: CounterWatches): PointReadings {
  const timeMs = timeOf("meter");
  return {
    gridPowerW: powerFrom(
      from("meter", (image) => numberAt(image, "W")),
      timeMs,
    ),
    gridImportWh: counters.gridImport.judge(
      from("meter", (image) => numberAt(image, "TotWhImp")),
      timeMs,
    ),
    gridExportWh: counters.gridExport.judge(
      from("meter", (image) => numberAt(image, "TotWhExp")),
      timeMs,
    ),
  };
}
