import { type EpochMs, type Watts, watts } from "@commonwatt/vpp-core";
import type { BatteryWindow, Plant, PlantRatings, PlantState } from "../src/emulator/plant.ts";

/** What a device makes of a power before it shows it, e.g. `(powerW) => -powerW`. */
export type Distortion = (powerW: number) => number;

/** How the devices of a home show its powers; what is left out is shown as it is. */
export interface Distortions {
  readonly battery?: Distortion;
  readonly inverter?: Distortion;
  readonly meter?: Distortion;
  /** What the house takes beside the load of the plant, at a time. */
  readonly load?: (nowMs: EpochMs) => number;
  /** What the battery makes of a command. */
  readonly command?: Distortion;
}

/** A plant as a device shows it that has a sign or a factor wrong; beneath it the physics stay what they are. */
export class DistortedPlant implements Plant {
  readonly ratings: PlantRatings;
  readonly #plant: Plant;
  readonly #distortions: Distortions;
  readonly #part: "inverter" | "meter";
  #nowMs: EpochMs | null = null;

  constructor(plant: Plant, part: "inverter" | "meter", distortions: Distortions) {
    this.ratings = plant.ratings;
    this.#plant = plant;
    this.#part = part;
    this.#distortions = distortions;
  }

  advanceTo(now: EpochMs): void {
    this.#nowMs = now;
    this.#plant.advanceTo(now);
  }

  state(): PlantState {
    const state = this.#plant.state();
    const { battery = same, inverter = same, meter = same, load } = this.#distortions;
    const extraW = load === undefined || this.#nowMs === null ? 0 : load(this.#nowMs);
    const batteryPowerW = whole(battery(state.batteryPowerW));
    // The AC side of an inverter is what the load takes and the grid does not give.
    const acW = state.loadPowerW - state.gridPowerW;
    if (this.#part === "inverter") {
      return { ...state, batteryPowerW, gridPowerW: whole(state.loadPowerW - inverter(acW)) };
    }
    const gridPowerW = whole(meter(state.gridPowerW + extraW));
    return { ...state, batteryPowerW, gridPowerW, loadPowerW: whole(acW + gridPowerW) };
  }

  setBatteryWindow(window: BatteryWindow | null): void {
    const { command = same } = this.#distortions;
    const ends = window === null ? [] : [command(window.minW), command(window.maxW)];
    const [minW = 0, maxW = 0] = ends.sort((a, b) => a - b);
    this.#plant.setBatteryWindow(window === null ? null : { minW: whole(minW), maxW: whole(maxW) });
  }
}

const same: Distortion = (powerW) => powerW;

function whole(powerW: number): Watts {
  return watts(Math.round(powerW));
}
