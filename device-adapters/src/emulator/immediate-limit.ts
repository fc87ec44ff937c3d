import { type Clock, watts } from "@commonwatt/vpp-core";
import { immediateControlsModel } from "../sunspec/models/immediate-controls-model.ts";
import { type ControlModel, ControlRegisters } from "./control-registers.ts";
import type { Plant } from "./plant.ts";

const FULL = 10_000;
const SECONDS = { min: 0, max: 65_534, initial: 0 };

const MODEL: ControlModel = {
  definition: immediateControlsModel,
  points: {
    WMaxLimPct: { min: 0, max: FULL, initial: FULL },
    WMaxLimPct_WinTms: SECONDS,
    WMaxLimPct_RvrtTms: SECONDS,
    WMaxLimPct_RmpTms: SECONDS,
    WMaxLim_Ena: { min: 0, max: 1, initial: 0 },
  },
  functions: [
    {
      enable: "WMaxLim_Ena",
      timeout: "WMaxLimPct_RvrtTms",
      remaining: null,
      onReversion: () => ({ WMaxLim_Ena: 0 }),
    },
  ],
};

/**
 * The limit of model 123 over a plant. As in real devices, a new percentage counts from the moment when the
 * enable point is written again, not before.
 */
export function immediateLimit(plant: Plant, clock: Clock): ControlRegisters {
  const registers: ControlRegisters = new ControlRegisters(MODEL, clock, (written, nowMs) => {
    const { WMaxLim_Ena, WMaxLimPct = FULL } = registers.settings;
    if (WMaxLim_Ena === 1 && !written.has("WMaxLim_Ena")) return;
    plant.advanceTo(nowMs);
    const limitW = watts(Math.round((WMaxLimPct / FULL) * plant.ratings.inverterPowerMaxW));
    plant.setPvLimit?.(WMaxLim_Ena === 1 ? limitW : null);
  });
  return registers;
}
