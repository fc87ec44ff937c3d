import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { chargeMaxNow, dischargeMaxNow, type LimitNow } from "./battery-limits.ts";
import type { ModelRole } from "./model-role.ts";
import { encodeModel, type WireValues } from "./model-values.ts";
import { batteryBankModel } from "./models/battery-bank-model.ts";
import { capacityModel } from "./models/capacity-model.ts";
import { derControlModel } from "./models/der-control-model.ts";
import { nameplateModel } from "./models/nameplate-model.ts";
import { storageCapacityModel } from "./models/storage-capacity-model.ts";
import { storageModel } from "./models/storage-model.ts";

const MODELS = {
  storage: { definition: storageModel, id: 124, scales: { WChaMax_SF: 0, ChaState_SF: 0, MinRsvPct_SF: 0 } },
  nameplate: {
    definition: nameplateModel,
    id: 120,
    scales: { WRtg_SF: 0, MaxChaRte_SF: 0, MaxDisChaRte_SF: 0 },
  },
  capacity: { definition: capacityModel, id: 702, scales: { W_SF: 0 } },
  storageCapacity: { definition: storageCapacityModel, id: 713, scales: { Pct_SF: 0 } },
  batteryBank: {
    definition: batteryBankModel,
    id: 802,
    scales: { WChaDisChaMax_SF: 0, SoC_SF: 0, V_SF: 0, AMax_SF: 0 },
  },
  derControl: { definition: derControlModel, id: 715, scales: {} },
} as const;

/** Charge and discharge power now, each with its reason when it has one. */
function limits(devices: Partial<Record<keyof typeof MODELS, WireValues>>): unknown {
  const images = new Map(
    Object.entries(devices).map(([role, points]) => {
      const { definition, id, scales } = MODELS[role as keyof typeof MODELS];
      const bytes = encodeModel(definition, id, { points: { ...scales, ...points } });
      return [role as ModelRole, { definition, bytes, sourceTimeMs: epochMs(0) }] as const;
    }),
  );
  const shown = ({ power, why }: LimitNow): unknown => {
    if (power.status !== "good") return power.status;
    return why === null ? power.value : `${power.value}: ${why}`;
  };
  return [shown(chargeMaxNow(images)), shown(dischargeMaxNow(images))];
}

const RATED = {
  storage: { WChaMax: 5_000 },
  nameplate: { MaxChaRte: 6_000, MaxDisChaRte: 4_000, WRtg: 8_000 },
};
const LOCAL = "somebody on site has taken over the device";
const CURRENT = "the battery's own management allows no more current";
const EMPTY = "the battery is empty, or at its reserve";

test.each([
  ["124 and 120: each its own", RATED, [5_000, 4_000]],
  ["124 alone: one power for both", { storage: { WChaMax: 5_000 } }, [5_000, 5_000]],
  ["120 below 124", { ...RATED, nameplate: { ...RATED.nameplate, MaxChaRte: 3_000 } }, [3_000, 4_000]],
  [
    "a rating of 0 says nothing",
    { ...RATED, nameplate: { ...RATED.nameplate, MaxChaRte: 0 } },
    [5_000, 4_000],
  ],
  [
    "120 WRtg: what the inverter passes",
    { ...RATED, nameplate: { ...RATED.nameplate, WRtg: 2_500 } },
    [5_000, 2_500],
  ],
  [
    "702: settings before ratings, and the inverter",
    {
      capacity: {
        WMax: 4_500,
        WMaxRtg: 9_000,
        WChaRteMax: 3_000,
        WChaRteMaxRtg: 5_000,
        WDisChaRteMaxRtg: 5_000,
      },
    },
    [3_000, 4_500],
  ],
  [
    "802 ratings below the inverter's",
    { ...RATED, batteryBank: { WChaRteMax: 2_000, WDisChaRteMax: 1_500 } },
    [2_000, 1_500],
  ],
  [
    "802 amperes times volts",
    { ...RATED, batteryBank: { AChaMax: 10, ADisChaMax: 100, V: 50 } },
    [`500: ${CURRENT}`, 4_000],
  ],
  ["124 full", { ...RATED, storage: { WChaMax: 5_000, ChaState: 100 } }, ["0: the battery is full", 4_000]],
  ["124 empty", { ...RATED, storage: { WChaMax: 5_000, ChaState: 0 } }, [5_000, `0: ${EMPTY}`]],
  [
    "124 at its reserve",
    { ...RATED, storage: { WChaMax: 5_000, ChaState: 20, MinRsvPct: 20 } },
    [5_000, `0: ${EMPTY}`],
  ],
  [
    "713 full",
    { capacity: { WChaRteMax: 3_000, WDisChaRteMax: 3_000 }, storageCapacity: { SoC: 100 } },
    ["0: the battery is full", 3_000],
  ],
  [
    "713 empty",
    { capacity: { WChaRteMax: 3_000, WDisChaRteMax: 3_000 }, storageCapacity: { SoC: 0 } },
    [3_000, `0: ${EMPTY}`],
  ],
  [
    "802 at its ceiling",
    { ...RATED, batteryBank: { SoC: 90, SoCMax: 90 } },
    ["0: the battery is full", 4_000],
  ],
  ["802 at its reserve", { ...RATED, batteryBank: { SoC: 15, SoCRsvMin: 15 } }, [5_000, `0: ${EMPTY}`]],
  ["715 in local control", { ...RATED, derControl: { LocRemCtl: 1 } }, [`0: ${LOCAL}`, `0: ${LOCAL}`]],
  ["802 in local control", { ...RATED, batteryBank: { LocRemCtl: 1 } }, [`0: ${LOCAL}`, `0: ${LOCAL}`]],
  ["a scale that cannot be", { ...RATED, storage: { WChaMax: 5_000, WChaMax_SF: 50 } }, ["bad", 4_000]],
  ["nothing said", { derControl: {} }, ["unavailable", "unavailable"]],
])("what a battery can do now, by model %s", (_name, devices, expected) => {
  expect(limits(devices)).toEqual(expected);
});
