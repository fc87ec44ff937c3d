import {
  INT16_LIMIT,
  type ModelValues,
  scaled,
  scaleFor,
  UINT16_LIMIT,
  type WireValues,
} from "../sunspec/model-values.ts";
import type { Plant } from "./plant.ts";
import { RATE_SCALE_FACTOR } from "./storage-registers.ts";

const VOLTAGE_V = 230;
const FREQUENCY_HZ = 50;
const PHASES = 3;
const DC_VOLTAGE_V = 400;
/** Inverter states (model 101, St). */
const STATE_MPPT = 4;
const STATE_STANDBY = 8;
/** Kinds of DER (model 120, DERTyp). */
const TYPE_PV = 4;
const TYPE_PV_WITH_STORAGE = 82;
/** States of a battery (model 124, ChaSt). */
const BATTERY = { empty: 2, discharging: 3, charging: 4, full: 5, holding: 6 } as const;

/** Model 103: the AC side of the inverter. */
export function inverterValues(plant: Plant): ModelValues {
  const { loadPowerW, gridPowerW, pvPowerW, pvEnergyWh } = plant.state();
  const powerW = loadPowerW - gridPowerW;
  const powerScale = scaleFor([powerW], INT16_LIMIT);
  const phaseCurrent = scaled(Math.abs(powerW) / PHASES / VOLTAGE_V, -2, UINT16_LIMIT);
  return {
    points: {
      A: scaled(Math.abs(powerW) / VOLTAGE_V, -2, UINT16_LIMIT),
      AphA: phaseCurrent,
      AphB: phaseCurrent,
      AphC: phaseCurrent,
      A_SF: -2,
      PhVphA: VOLTAGE_V * 10,
      PhVphB: VOLTAGE_V * 10,
      PhVphC: VOLTAGE_V * 10,
      V_SF: -1,
      W: scaled(powerW, powerScale, INT16_LIMIT),
      W_SF: powerScale,
      Hz: FREQUENCY_HZ * 100,
      Hz_SF: -2,
      WH: pvEnergyWh,
      WH_SF: 0,
      TmpCab: 350,
      Tmp_SF: -1,
      St: pvPowerW > 0 || powerW !== 0 ? STATE_MPPT : STATE_STANDBY,
      Evt1: 0,
      Evt2: 0,
    },
  };
}

/** Model 120: what the hardware was built for. */
export function nameplateValues(plant: Plant): ModelValues {
  const { ratings } = plant;
  const rated = (name: string, value: number): WireValues => {
    const factor = scaleFor([value], UINT16_LIMIT);
    return { [name]: scaled(value, factor, UINT16_LIMIT), [`${name}_SF`]: factor };
  };
  const hasBattery = ratings.batteryCapacityWh > 0;
  return {
    points: {
      DERTyp: hasBattery ? TYPE_PV_WITH_STORAGE : TYPE_PV,
      ...rated("WRtg", ratings.inverterPowerMaxW),
      ...rated("VARtg", ratings.inverterPowerMaxW),
      ...rated("ARtg", Math.round(ratings.inverterPowerMaxW / VOLTAGE_V)),
      ...(hasBattery
        ? {
            ...rated("WHRtg", ratings.batteryCapacityWh),
            ...rated("MaxChaRte", ratings.chargePowerMaxW),
            ...rated("MaxDisChaRte", ratings.dischargePowerMaxW),
          }
        : {}),
    },
  };
}

/** Model 121: settings, as the installer left them. */
export function settingsValues(plant: Plant): ModelValues {
  const factor = scaleFor([plant.ratings.inverterPowerMaxW], UINT16_LIMIT);
  return {
    points: {
      WMax: scaled(plant.ratings.inverterPowerMaxW, factor, UINT16_LIMIT),
      WMax_SF: factor,
      VRef: VOLTAGE_V,
      VRef_SF: 0,
      VRefOfs: 0,
      VRefOfs_SF: 0,
      ConnPh: 1,
    },
  };
}

/** Model 123: connected, with the power limit as it was set. */
export function controlsValues(settings: WireValues): ModelValues {
  return {
    points: {
      Conn: 1,
      ...settings,
      WMaxLimPct_SF: -2,
      OutPFSet: 1_000,
      OutPFSet_SF: -3,
      OutPFSet_Ena: 0,
      VArPct_Ena: 0,
    },
  };
}

/** Model 124: the battery, with the writable points as they were set. */
export function storageValues(plant: Plant, settings: WireValues): ModelValues {
  const { chargePowerMaxW, batteryCapacityWh } = plant.ratings;
  const { storedEnergyWh } = plant.state();
  const factor = scaleFor([chargePowerMaxW], UINT16_LIMIT);
  return {
    points: {
      ...settings,
      WChaMax: scaled(chargePowerMaxW, factor, UINT16_LIMIT),
      WChaMax_SF: factor,
      WChaGra: 100,
      WDisChaGra: 100,
      WChaDisChaGra_SF: 0,
      ChaState: scaled((storedEnergyWh / batteryCapacityWh) * 100, -2, UINT16_LIMIT),
      ChaState_SF: -2,
      ChaSt: chargeStatus(plant),
      InOutWRte_SF: RATE_SCALE_FACTOR,
    },
  };
}

function chargeStatus(plant: Plant): number {
  const { batteryPowerW, storedEnergyWh } = plant.state();
  if (batteryPowerW > 0) return BATTERY.discharging;
  if (batteryPowerW < 0) return BATTERY.charging;
  if (storedEnergyWh <= 0) return BATTERY.empty;
  return storedEnergyWh >= plant.ratings.batteryCapacityWh ? BATTERY.full : BATTERY.holding;
}

/** Model 160: two strings of PV; with a battery its two directions as inputs 3 and 4, as hybrids have it. */
export function mpptValues(plant: Plant): ModelValues {
  const { pvPowerW, batteryPowerW, pvEnergyWh } = plant.state();
  const powerScale = scaleFor([pvPowerW, batteryPowerW], UINT16_LIMIT);
  const firstPowerW = Math.floor(pvPowerW / 2);
  const firstEnergyWh = Math.floor(pvEnergyWh / 2);
  const module = (id: number, name: string, powerW: number, energyWh: number): WireValues => ({
    ID: id,
    IDStr: name,
    DCA: scaled(powerW / DC_VOLTAGE_V, -2, UINT16_LIMIT),
    DCV: DC_VOLTAGE_V,
    DCW: scaled(powerW, powerScale, UINT16_LIMIT),
    DCWH: energyWh,
    DCSt: powerW > 0 ? STATE_MPPT : STATE_STANDBY,
  });
  const strings = [
    module(1, "MPPT 1", firstPowerW, firstEnergyWh),
    module(2, "MPPT 2", pvPowerW - firstPowerW, pvEnergyWh - firstEnergyWh),
  ];
  const battery = [
    module(3, "StCha 3", Math.max(0, -batteryPowerW), 0),
    module(4, "StDisCha 4", Math.max(0, batteryPowerW), 0),
  ];
  const groups = plant.ratings.batteryCapacityWh > 0 ? [...strings, ...battery] : strings;
  return {
    points: { DCA_SF: -2, DCV_SF: 0, DCW_SF: powerScale, DCWH_SF: 0, Evt: 0, N: groups.length },
    groups,
  };
}
