import { type Clock, watts } from "@commonwatt/vpp-core";
import { acControlsModel } from "../sunspec/models/ac-controls-model.ts";
import { derControlModel } from "../sunspec/models/der-control-model.ts";
import { type ControlModel, ControlRegisters } from "./control-registers.ts";
import type { Plant } from "./plant.ts";

const FULL = 10_000;
const FLAG = { min: 0, max: 1, initial: 0 };
const SECONDS = { min: 0, max: 604_800, initial: 0 };
const WATTS = { min: -1_000_000, max: 1_000_000, initial: 0 };

const AC_CONTROLS: ControlModel = {
  definition: acControlsModel,
  points: {
    WMaxLimPctEna: FLAG,
    WMaxLimPct: { min: 0, max: FULL, initial: FULL },
    WMaxLimPctRvrt: { min: 0, max: FULL, initial: FULL },
    WMaxLimPctEnaRvrt: FLAG,
    WMaxLimPctRvrtTms: SECONDS,
    WSetEna: FLAG,
    WSetMod: { min: 0, max: 1, initial: 1 },
    WSet: WATTS,
    WSetRvrt: WATTS,
    WSetEnaRvrt: FLAG,
    WSetRvrtTms: SECONDS,
  },
  functions: [
    {
      enable: "WMaxLimPctEna",
      timeout: "WMaxLimPctRvrtTms",
      remaining: "WMaxLimPctRvrtRem",
      onReversion: ({ WMaxLimPctEnaRvrt = 0, WMaxLimPctRvrt = FULL }) => ({
        WMaxLimPctEna: WMaxLimPctEnaRvrt,
        WMaxLimPct: WMaxLimPctRvrt,
      }),
    },
    {
      enable: "WSetEna",
      timeout: "WSetRvrtTms",
      remaining: "WSetRvrtRem",
      onReversion: ({ WSetEnaRvrt = 0, WSetRvrt = 0 }) => ({ WSetEna: WSetEnaRvrt, WSet: WSetRvrt }),
    },
  ],
};

const DER_CONTROL: ControlModel = {
  definition: derControlModel,
  points: { ControllerHb: { min: 0, max: 0xffff_fffe, initial: 0 } },
  functions: [],
};

/** Brings the plant to what the registers of model 704 say now. */
function obeyAcControls(plant: Plant, settings: Readonly<Record<string, number>>): void {
  const { WMaxLimPctEna, WMaxLimPct = FULL, WSetEna, WSet = 0 } = settings;
  const limitW = watts(Math.round((WMaxLimPct / FULL) * plant.ratings.inverterPowerMaxW));
  plant.setPvLimit?.(WMaxLimPctEna === 1 ? limitW : null);
  // The setpoint is at the AC side: the battery makes up for what the sun does.
  const batteryW = watts(Math.round(WSet - plant.state().pvPowerW) || 0);
  plant.setBatteryWindow(WSetEna === 1 ? { minW: batteryW, maxW: batteryW } : null);
}

/** The registers of model 704 over a plant. */
export function acControls(plant: Plant, clock: Clock): ControlRegisters {
  const registers: ControlRegisters = new ControlRegisters(AC_CONTROLS, clock, (_written, nowMs) => {
    plant.advanceTo(nowMs);
    obeyAcControls(plant, registers.settings);
  });
  return registers;
}

/** The registers of model 715, whose heartbeat from the controller is only kept. */
export function derControl(clock: Clock): ControlRegisters {
  return new ControlRegisters(DER_CONTROL, clock, () => undefined);
}
