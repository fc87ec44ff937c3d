import type { EpochMs } from "@commonwatt/vpp-core";
import {
  INT16_LIMIT,
  type ModelValues,
  scaled,
  scaleFor,
  UINT16_LIMIT,
  type WireValues,
} from "../sunspec/model-values.ts";
import type { Plant } from "./plant.ts";

const THREE_PHASE = 2;
const RUNNING = 3;
/** PrtTyp of model 714. */
const PORT = { pv: 0, battery: 1 } as const;

/** Model 701: the AC side. */
export function acMeasurementValues(plant: Plant): ModelValues {
  const { loadPowerW, gridPowerW } = plant.state();
  const powerW = loadPowerW - gridPowerW;
  const factor = scaleFor([powerW], INT16_LIMIT);
  return {
    points: { ACType: THREE_PHASE, InvSt: RUNNING, W: scaled(powerW, factor, INT16_LIMIT), W_SF: factor },
  };
}

/** Model 702: ratings, and settings that are the same. */
export function capacityValues(plant: Plant): ModelValues {
  const { inverterPowerMaxW, chargePowerMaxW, dischargePowerMaxW } = plant.ratings;
  const factor = scaleFor([inverterPowerMaxW, chargePowerMaxW, dischargePowerMaxW], UINT16_LIMIT);
  const rated = (name: string, value: number): WireValues => {
    const raw = scaled(value, factor, UINT16_LIMIT);
    return { [`${name}Rtg`]: raw, [name]: raw };
  };
  return {
    points: {
      ...rated("WMax", inverterPowerMaxW),
      ...rated("WChaRteMax", chargePowerMaxW),
      ...rated("WDisChaRteMax", dischargePowerMaxW),
      W_SF: factor,
    },
  };
}

/** Model 704 with its registers as they were set. */
export function acControlsValues(settings: WireValues): ModelValues {
  return { points: { ...settings, WMaxLimPct_SF: -2, WSet_SF: 0 } };
}

/** Model 713: what the battery holds. */
export function storageCapacityValues(plant: Plant): ModelValues {
  const { batteryCapacityWh } = plant.ratings;
  const { storedEnergyWh } = plant.state();
  const factor = scaleFor([batteryCapacityWh], UINT16_LIMIT);
  return {
    points: {
      WHRtg: scaled(batteryCapacityWh, factor, UINT16_LIMIT),
      WHAvail: scaled(storedEnergyWh, factor, UINT16_LIMIT),
      SoC: scaled((storedEnergyWh / batteryCapacityWh) * 100, -2, UINT16_LIMIT),
      SoH: 10_000,
      Sta: 0,
      WH_SF: factor,
      Pct_SF: -2,
    },
  };
}

/** Model 714: a port for the sun, where there is some, and one for the battery. */
export function dcMeasurementValues(plant: Plant): ModelValues {
  const { pvPowerW, batteryPowerW } = plant.state();
  const factor = scaleFor([pvPowerW, batteryPowerW], INT16_LIMIT);
  const port = (PrtTyp: number, ID: number, powerW: number): WireValues => ({
    PrtTyp,
    ID,
    DCW: scaled(powerW, factor, INT16_LIMIT),
  });
  const sun = plant.ratings.pvPeakW > 0 ? [port(PORT.pv, 1, pvPowerW)] : [];
  const groups = [...sun, port(PORT.battery, 2, batteryPowerW)];
  return { points: { NPrt: groups.length, DCW_SF: factor }, groups };
}

/** Model 715: obeys from afar, and counts its seconds. */
export function derControlValues(settings: WireValues, nowMs: EpochMs): ModelValues {
  return { points: { ...settings, LocRemCtl: 0, DERHb: Math.floor(nowMs / 1000) % 0xffff } };
}
