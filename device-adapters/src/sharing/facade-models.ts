import { goodValue, type PointName, type PointReadings, type SiteIdentity } from "@commonwatt/vpp-core";
import type { ModelDefinition } from "../sunspec/model-definition.ts";
import {
  encodeModel,
  INT16_LIMIT,
  type ModelValues,
  scaled,
  scaleFor,
  UINT16_LIMIT,
  type WireValues,
} from "../sunspec/model-values.ts";
import { commonModel } from "../sunspec/models/common-model.ts";
import { integerInverterModel } from "../sunspec/models/inverter-integer-model.ts";
import { meterModel } from "../sunspec/models/meter-model.ts";
import { mpptModel } from "../sunspec/models/mppt-model.ts";
import { nameplateModel } from "../sunspec/models/nameplate-model.ts";
import { storageCapacityModel } from "../sunspec/models/storage-capacity-model.ts";
import { storageModel } from "../sunspec/models/storage-model.ts";

/** Inverter states (model 103, St). */
const STATE = { mppt: 4, standby: 8 } as const;
/** Kinds of DER (model 120, DERTyp). */
const TYPE = { pv: 4, pvWithStorage: 82 } as const;
/** States of a battery (model 124, ChaSt). */
const BATTERY = { empty: 2, discharging: 3, charging: 4, full: 5, holding: 6 } as const;
/** A counter of 32 bits begins anew. */
const COUNTER_RANGE = 2 ** 32;

/** The good values of a site; what is missing or not good is left out, and so stays "not implemented". */
type GoodValues = { readonly [Name in PointName]?: number };

function goodValues(points: PointReadings): GoodValues {
  const names = Object.keys(points).filter((name) => name !== "takenAtMs") as PointName[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = goodValue<number>(points[name]);
      return value === null ? [] : [[name, value] as const];
    }),
  );
}

/** Values that share a scale factor: the smallest with which the largest of them fits. */
function withScale(
  factorName: string,
  limit: number,
  values: Readonly<Record<string, number | undefined>>,
): WireValues {
  const known = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  if (known.length === 0) return {};
  const factor = scaleFor(
    known.map(([, value]) => value),
    limit,
  );
  const raw = known.map(([name, value]) => [name, scaled(value, factor, limit)] as const);
  return { ...Object.fromEntries(raw), [factorName]: factor };
}

/** Model 103: the AC side of the inverter. What a site does not measure, such as voltages, is not there. */
function inverterValues({ inverterPowerW }: GoodValues): ModelValues {
  const state = inverterPowerW === undefined ? {} : { St: inverterPowerW === 0 ? STATE.standby : STATE.mppt };
  return { points: { ...withScale("W_SF", INT16_LIMIT, { W: inverterPowerW }), ...state, Evt1: 0, Evt2: 0 } };
}

/** Model 120: ratings; of the battery, what it can take and give now. */
function nameplateValues(values: GoodValues): ModelValues {
  const rated = (name: string, value: number | undefined): WireValues =>
    withScale(`${name}_SF`, UINT16_LIMIT, { [name]: value });
  return {
    points: {
      DERTyp: values.batteryCapacityWh === undefined ? TYPE.pv : TYPE.pvWithStorage,
      ...rated("WRtg", values.inverterPowerMaxW),
      ...rated("WHRtg", values.batteryCapacityWh),
      ...rated("MaxChaRte", values.chargePowerMaxW),
      ...rated("MaxDisChaRte", values.dischargePowerMaxW),
    },
  };
}

function percentStored({ storedEnergyWh, batteryCapacityWh }: GoodValues): number | undefined {
  if (storedEnergyWh === undefined || batteryCapacityWh === undefined || batteryCapacityWh <= 0)
    return undefined;
  return scaled((storedEnergyWh / batteryCapacityWh) * 100, -2, UINT16_LIMIT);
}

/** Model 124: the battery, which nobody commands here. */
function storageValues(values: GoodValues): ModelValues {
  const percent = percentStored(values);
  return {
    points: {
      ...withScale("WChaMax_SF", UINT16_LIMIT, { WChaMax: values.chargePowerMaxW }),
      ...(percent === undefined ? {} : { ChaState: percent, ChaState_SF: -2 }),
      ...chargeStatus(values),
      StorCtl_Mod: 0,
    },
  };
}

function chargeStatus(values: GoodValues): WireValues {
  const { batteryPowerW, storedEnergyWh, batteryCapacityWh } = values;
  if (batteryPowerW === undefined) return {};
  if (batteryPowerW > 0) return { ChaSt: BATTERY.discharging };
  if (batteryPowerW < 0) return { ChaSt: BATTERY.charging };
  if (storedEnergyWh !== undefined && storedEnergyWh <= 0) return { ChaSt: BATTERY.empty };
  const isFull =
    storedEnergyWh !== undefined && batteryCapacityWh !== undefined && storedEnergyWh >= batteryCapacityWh;
  return { ChaSt: isFull ? BATTERY.full : BATTERY.holding };
}

/** Model 160: the sun as input 1, the battery's two directions as 3 and 4, where hybrids have them. */
function mpptValues({ pvPowerW, batteryPowerW }: GoodValues): ModelValues {
  const directions =
    batteryPowerW === undefined
      ? {}
      : { charge: Math.max(0, -batteryPowerW), discharge: Math.max(0, batteryPowerW) };
  const sun = pvPowerW === undefined ? undefined : Math.max(0, pvPowerW);
  const powers: Readonly<Record<string, number | string>> = withScale("factor", UINT16_LIMIT, {
    sun,
    ...directions,
  });
  const { factor } = powers;
  const input = (ID: number, IDStr: string, power: number | string | undefined): WireValues =>
    power === undefined ? { ID, IDStr } : { ID, IDStr, DCW: power };
  const groups = [
    input(1, "PV", powers["sun"]),
    input(2, "PV unused", undefined),
    input(3, "StCha 3", powers["charge"]),
    input(4, "StDisCha 4", powers["discharge"]),
  ];
  return {
    points: { ...(factor === undefined ? {} : { DCW_SF: factor }), Evt: 0, N: groups.length },
    groups,
  };
}

/** Model 713: what the battery holds, in watt-hours. */
function storageCapacityValues(values: GoodValues): ModelValues {
  const percent = percentStored(values);
  const { batteryCapacityWh, storedEnergyWh } = values;
  return {
    points: {
      ...withScale("WH_SF", UINT16_LIMIT, { WHRtg: batteryCapacityWh, WHAvail: storedEnergyWh }),
      ...(percent === undefined ? {} : { SoC: percent, Pct_SF: -2 }),
    },
  };
}

/**
 * Model 203: the grid connection; + is import. The standard's own word for a counter that is not there is 0,
 * which looks like a counter that has begun anew, so that a missing scale factor says it as well.
 */
function meterValues({ gridPowerW, gridImportWh, gridExportWh }: GoodValues): ModelValues {
  const counters =
    gridImportWh === undefined || gridExportWh === undefined
      ? {}
      : { TotWhImp: gridImportWh % COUNTER_RANGE, TotWhExp: gridExportWh % COUNTER_RANGE, TotWh_SF: 0 };
  return { points: { ...withScale("W_SF", INT16_LIMIT, { W: gridPowerW }), ...counters, Evt: 0 } };
}

interface FacadeModel {
  readonly id: number;
  readonly definition: ModelDefinition;
  readonly values: (values: GoodValues) => ModelValues;
}

const INVERTER_CHAIN: readonly FacadeModel[] = [
  { id: 103, definition: integerInverterModel, values: inverterValues },
  { id: 120, definition: nameplateModel, values: nameplateValues },
  { id: 124, definition: storageModel, values: storageValues },
  { id: 160, definition: mpptModel, values: mpptValues },
  { id: 713, definition: storageCapacityModel, values: storageCapacityValues },
];
const METER_CHAIN: readonly FacadeModel[] = [{ id: 203, definition: meterModel, values: meterValues }];

const MARKER = Buffer.from("SunS", "latin1");
const END_MODEL = Buffer.from([0xff, 0xff, 0x00, 0x00]);

/** The two devices that a façade shows. */
export type FacadeDevice = "inverter" | "meter";

/**
 * The registers of a device of the façade, from its marker to its end. They lie the same for every home and
 * at all times; what a home does not have, or what is not good now, is "not implemented".
 */
export function facadeRegisters(
  device: FacadeDevice,
  identity: SiteIdentity,
  community: string,
  points: PointReadings,
): Buffer {
  const { manufacturer, model, serialNumber, firmware } = identity;
  const values = goodValues(points);
  const chain = device === "inverter" ? INVERTER_CHAIN : METER_CHAIN;
  const common = encodeModel(commonModel, 1, {
    points: { Mn: manufacturer, Md: `${model} ${device}`, Opt: community, Vr: firmware, SN: serialNumber },
  });
  const models = chain.map((each) => encodeModel(each.definition, each.id, each.values(values)));
  return Buffer.concat([MARKER, common, ...models, END_MODEL]);
}
