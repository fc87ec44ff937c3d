import { type EpochMs, type WattHours, type Watts, wattHours, watts } from "@commonwatt/vpp-core";
import type { BatteryWindow, Plant, PlantRatings, PlantState } from "./plant.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Energy is kept in watt-milliseconds, which are whole numbers: no step loses a part of a watt-hour. */
const WMS_PER_WH = HOUR_MS;
/** The longest step that is taken with one PV power. */
const STEP_MAX_MS = 60_000;
const SUNRISE_MS = 6 * HOUR_MS;
const SUNSET_MS = 18 * HOUR_MS;

/** What a bench plant is made of. */
export interface BenchPlantOptions {
  readonly startMs: EpochMs;
  readonly ratings?: PlantRatings;
  readonly loadPowerW?: Watts;
  readonly storedEnergyWh?: WattHours;
}

const RATINGS: PlantRatings = {
  pvPeakW: watts(6_000),
  inverterPowerMaxW: watts(8_000),
  batteryCapacityWh: wattHours(10_000),
  chargePowerMaxW: watts(5_000),
  dischargePowerMaxW: watts(5_000),
};

/** A half sine from 06:00 to 18:00 UTC. */
function pvPower(nowMs: number, peakW: number): number {
  const dayMs = nowMs % DAY_MS;
  if (dayMs <= SUNRISE_MS || dayMs >= SUNSET_MS) return 0;
  return Math.round(peakW * Math.sin((Math.PI * (dayMs - SUNRISE_MS)) / (SUNSET_MS - SUNRISE_MS)));
}

/**
 * A small plant to try an emulator with: a half sine of PV, a steady load and a battery without losses
 * that keeps the grid power at zero as far as it can.
 */
export class BenchPlant implements Plant {
  readonly ratings: PlantRatings;
  readonly #loadPowerW: Watts;
  #nowMs: number;
  #window: BatteryWindow | null = null;
  #pvLimitW: Watts | null = null;
  #storedWms: number;
  #importWms = 0;
  #exportWms = 0;
  #pvWms = 0;

  constructor(options: BenchPlantOptions) {
    this.ratings = options.ratings ?? RATINGS;
    this.#loadPowerW = options.loadPowerW ?? watts(500);
    this.#storedWms = (options.storedEnergyWh ?? this.ratings.batteryCapacityWh / 2) * WMS_PER_WH;
    this.#nowMs = options.startMs;
  }

  advanceTo(now: EpochMs): void {
    while (this.#nowMs < now) {
      const { pvPowerW, batteryPowerW, gridPowerW } = this.#powers();
      const stepMs = Math.min(STEP_MAX_MS, now - this.#nowMs, this.#msUntilBatteryEnds(batteryPowerW));
      this.#storedWms = this.#kept(this.#storedWms - batteryPowerW * stepMs);
      this.#importWms += Math.max(0, gridPowerW) * stepMs;
      this.#exportWms += Math.max(0, -gridPowerW) * stepMs;
      this.#pvWms += pvPowerW * stepMs;
      this.#nowMs += stepMs;
    }
  }

  state(): PlantState {
    return {
      ...this.#powers(),
      loadPowerW: this.#loadPowerW,
      storedEnergyWh: wattHours(Math.round(this.#storedWms / WMS_PER_WH)),
      gridImportWh: wattHours(Math.floor(this.#importWms / WMS_PER_WH)),
      gridExportWh: wattHours(Math.floor(this.#exportWms / WMS_PER_WH)),
      pvEnergyWh: wattHours(Math.floor(this.#pvWms / WMS_PER_WH)),
    };
  }

  setBatteryWindow(window: BatteryWindow | null): void {
    this.#window = window;
  }

  setPvLimit(limitW: Watts | null): void {
    this.#pvLimitW = limitW;
  }

  #powers(): Pick<PlantState, "pvPowerW" | "batteryPowerW" | "gridPowerW"> {
    const sunW = pvPower(this.#nowMs, this.ratings.pvPeakW);
    const pvPowerW = Math.min(sunW, this.#pvLimitW ?? sunW);
    const batteryPowerW = this.#batteryPower(this.#loadPowerW - pvPowerW);
    const gridPowerW = this.#loadPowerW - pvPowerW - batteryPowerW;
    return { pvPowerW: watts(pvPowerW), batteryPowerW: watts(batteryPowerW), gridPowerW: watts(gridPowerW) };
  }

  /** The wish within the command, the ratings and what is in the battery. */
  #batteryPower(wishW: number): number {
    const { chargePowerMaxW, dischargePowerMaxW, batteryCapacityWh } = this.ratings;
    const commandedW = this.#window === null ? wishW : clamp(wishW, this.#window.minW, this.#window.maxW);
    const leastW = this.#storedWms < batteryCapacityWh * WMS_PER_WH ? -chargePowerMaxW : 0;
    const mostW = this.#storedWms > 0 ? dischargePowerMaxW : 0;
    return clamp(commandedW, leastW, mostW) || 0;
  }

  /** When the battery will be empty or full, in whole milliseconds and at least one. */
  #msUntilBatteryEnds(batteryPowerW: number): number {
    if (batteryPowerW === 0) return STEP_MAX_MS;
    const fullWms = this.ratings.batteryCapacityWh * WMS_PER_WH;
    const roomWms = batteryPowerW > 0 ? this.#storedWms : fullWms - this.#storedWms;
    return Math.max(1, Math.ceil(roomWms / Math.abs(batteryPowerW)));
  }

  #kept(storedWms: number): number {
    return clamp(storedWms, 0, this.ratings.batteryCapacityWh * WMS_PER_WH);
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
