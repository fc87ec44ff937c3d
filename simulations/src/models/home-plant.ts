import assert from "node:assert/strict";
import type { BatteryWindow, Plant, PlantRatings, PlantState } from "@commonwatt/device-adapters";
import { type EpochMs, epochMs, roundToWatts, wattHours, watts } from "@commonwatt/vpp-core";
import { type BatteryRatings, MILLIJOULES_PER_WH, stepBattery } from "./battery.ts";
import { clearSkyIndex, type Sky } from "./clouds.ts";
import { householdLoad, type LoadProfile } from "./household-load.ts";
import { type PvArray, pvPowerW } from "./pv.ts";
import type { GeoLocation } from "./sun-position.ts";

/** The hardware of one home, whatever sun and household do with it. */
export interface HomeHardware {
  readonly pv: Pick<PvArray, "peakW" | "inverterPowerMaxW"> | null;
  /** Only together with `pv`, whose inverter it shares. */
  readonly battery: BatteryRatings | null;
  /** What the battery holds when the plant is new; 0 without one. */
  readonly startStoredWh: number;
}

/** Everything that decides what the hardware of one home does. Plain data. */
export interface HomeModel extends HomeHardware {
  readonly location: GeoLocation;
  readonly sky: Sky;
  /** How much later than the start of the street this home sees a cloud. */
  readonly cloudDelayMs: number;
  readonly pv: PvArray | null;
  readonly load: LoadProfile;
}

/** What the sun gives and the household takes at a time, in W. */
export type OutsidePowers = (time: EpochMs) => { readonly pvW: number; readonly loadW: number };

/** A plant's whole memory, as plain JSON; energies in thousandths of a joule. */
export interface PlantSnapshot {
  readonly timeMs: number;
  readonly storedMillijoules: number;
  readonly gridImportMillijoules: number;
  readonly gridExportMillijoules: number;
  readonly pvMillijoules: number;
}

/** A {@link Plant} whose state can be taken away and put back. */
export interface HomePlant extends Plant {
  /** How far the physics has come: a whole multiple of {@link PLANT_STEP_MS}. */
  time(): EpochMs;
  snapshot(): PlantSnapshot;
  /**
   * Continues where a snapshot was taken. The battery is in its own mode, as after a power cut.
   * Throws an AssertionError when a field of the snapshot is not an integer.
   */
  restore(snapshot: PlantSnapshot): void;
}

/** The physics moves in steps of this length, at whole multiples of it, however often it is asked. */
export const PLANT_STEP_MS = 5_000;

interface StepPowers {
  readonly pvW: number;
  readonly loadW: number;
  readonly batteryW: number;
  readonly gridW: number;
}

function ratingsOf(home: HomeHardware): PlantRatings {
  return {
    pvPeakW: home.pv?.peakW ?? watts(0),
    inverterPowerMaxW: home.pv?.inverterPowerMaxW ?? watts(0),
    batteryCapacityWh: home.battery?.capacityWh ?? wattHours(0),
    chargePowerMaxW: home.battery?.chargePowerMaxW ?? watts(0),
    dischargePowerMaxW: home.battery?.dischargePowerMaxW ?? watts(0),
  };
}

/**
 * What a home's battery is asked for, in W: the household's need less the sun, within the command's window, and
 * within what the inverter can pass in either direction beside the sun's power. Without a command the window is
 * all there is.
 */
export function requestedPowerW(
  loadW: number,
  pvW: number,
  windowMinW: number,
  windowMaxW: number,
  inverterMaxW: number,
): number {
  const wantedW = Math.max(windowMinW, Math.min(windowMaxW, loadW - pvW));
  return Math.max(-inverterMaxW - pvW, Math.min(inverterMaxW - pvW, wantedW));
}

/** What of the sun's power is lost because the inverter or the connection passes no more, in W. */
export function curtailedPowerW(
  loadW: number,
  pvW: number,
  batteryW: number,
  inverterMaxW: number,
  exportMaxW: number,
): number {
  const outputW = pvW + batteryW;
  return Math.min(pvW, Math.max(0, outputW - inverterMaxW, outputW - loadW - exportMaxW));
}

function toWh(millijoules: number): ReturnType<typeof wattHours> {
  return wattHours(Math.floor(millijoules / MILLIJOULES_PER_WH));
}

function freshSnapshot(home: HomeHardware, start: EpochMs): PlantSnapshot {
  return {
    timeMs: Math.floor(start / PLANT_STEP_MS) * PLANT_STEP_MS,
    storedMillijoules: home.battery === null ? 0 : Math.round(home.startStoredWh * MILLIJOULES_PER_WH),
    gridImportMillijoules: 0,
    gridExportMillijoules: 0,
    pvMillijoules: 0,
  };
}

/** Makes the hardware of a modelled home, new at `start`; see {@link createPlant}. */
export function createHomePlant(home: HomeModel, start: EpochMs): HomePlant {
  const loadW = householdLoad(home.load);
  return createPlant(home, start, (time) => {
    const index = home.pv === null ? 1 : clearSkyIndex(home.sky, epochMs(time - home.cloudDelayMs));
    const pvW = home.pv === null ? 0 : pvPowerW(home.pv, home.location, time, index);
    return { pvW, loadW: loadW(time) };
  });
}

/**
 * Makes the hardware of one home, new at `start`. Power is held through each step in whole watts and energy
 * is counted in thousandths of a joule, so PV + battery + grid = load at every moment and every register is
 * exactly the integral of its power. A command counts from the step that is running when it comes.
 */
export function createPlant(home: HomeHardware, start: EpochMs, outsideAt: OutsidePowers): HomePlant {
  assert(home.battery === null || home.pv !== null, "a battery needs the inverter of a PV array");
  const ratings = ratingsOf(home);
  let memory = freshSnapshot(home, start);
  let window: BatteryWindow | null = null;
  let sampled = { timeMs: Number.NaN, pvW: 0, loadW: 0 };

  const sample = (): typeof sampled => {
    if (sampled.timeMs === memory.timeMs) return sampled;
    const time = epochMs(memory.timeMs);
    const { pvW, loadW } = outsideAt(time);
    sampled = { timeMs: time, pvW: roundToWatts(pvW), loadW: roundToWatts(loadW) };
    return sampled;
  };
  /** What the running step comes to, as things stand. */
  const step = (): { powers: StepPowers; storedMillijoules: number } => {
    const outside = sample();
    let batteryW = 0;
    let storedMillijoules = memory.storedMillijoules;
    if (home.battery !== null) {
      const requestW = requestedPowerW(
        outside.loadW,
        outside.pvW,
        window?.minW ?? Number.NEGATIVE_INFINITY,
        window?.maxW ?? Number.POSITIVE_INFINITY,
        ratings.inverterPowerMaxW,
      );
      const moved = stepBattery(home.battery, { storedMillijoules }, watts(requestW), PLANT_STEP_MS);
      batteryW = moved.actualPowerW;
      storedMillijoules = moved.state.storedMillijoules;
    }
    const gridW = outside.loadW - outside.pvW - batteryW;
    return { powers: { pvW: outside.pvW, loadW: outside.loadW, batteryW, gridW }, storedMillijoules };
  };
  const complete = (): void => {
    const { powers, storedMillijoules } = step();
    memory = {
      timeMs: memory.timeMs + PLANT_STEP_MS,
      storedMillijoules,
      gridImportMillijoules: memory.gridImportMillijoules + Math.max(0, powers.gridW) * PLANT_STEP_MS,
      gridExportMillijoules: memory.gridExportMillijoules + Math.max(0, -powers.gridW) * PLANT_STEP_MS,
      pvMillijoules: memory.pvMillijoules + powers.pvW * PLANT_STEP_MS,
    };
  };
  return {
    ratings,
    advanceTo: (now) => {
      while (memory.timeMs + PLANT_STEP_MS <= now) complete();
    },
    state: () => stateOf(step().powers, memory),
    setBatteryWindow: (next) => {
      window = next;
    },
    time: () => epochMs(memory.timeMs),
    snapshot: () => memory,
    restore: (snapshot) => {
      for (const value of Object.values(snapshot))
        assert(Number.isSafeInteger(value), "not a plant snapshot");
      memory = { ...snapshot };
      window = null;
    },
  };
}

function stateOf(powers: StepPowers, memory: PlantSnapshot): PlantState {
  return {
    pvPowerW: watts(powers.pvW),
    loadPowerW: watts(powers.loadW),
    batteryPowerW: watts(powers.batteryW),
    gridPowerW: watts(powers.gridW),
    storedEnergyWh: toWh(memory.storedMillijoules),
    gridImportWh: toWh(memory.gridImportMillijoules),
    gridExportWh: toWh(memory.gridExportMillijoules),
    pvEnergyWh: toWh(memory.pvMillijoules),
  };
}
