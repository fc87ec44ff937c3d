import {
  type EpochMs,
  type PointName,
  type Random,
  seededRandom,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import type { BatteryWindow, Plant, PlantRatings, PlantState } from "../emulator/plant.ts";

/** How long the plant keeps its values, so that an old answer is told from a new one. */
const STEP_MS = 10;
const MOMENTS_KEPT = 3_000;
const RATINGS: PlantRatings = {
  pvPeakW: watts(12_000),
  inverterPowerMaxW: watts(8_000),
  batteryCapacityWh: wattHours(10_000),
  chargePowerMaxW: watts(5_000),
  dischargePowerMaxW: watts(5_000),
};
/** Powers of different orders, so that scale factors have reason to move. All are exact on every wire. */
const LARGEST_POWERS_W = [30, 300, 3_000, 14_000] as const;

interface Moment {
  readonly fromMs: EpochMs;
  readonly state: PlantState;
}

/** Whether a value was there in a reading's time; `unknown` when that is too long ago to tell. */
export type Verdict = "true" | "wrong" | "unknown";

/**
 * A plant without physics whose every value changes a hundred times a second, and which remembers what it
 * had when: a reading is wrong unless the plant had that value within the reading's time. Its time is the one
 * that it was last brought up to, and not what a clock says by the time it is done.
 */
export class RestlessPlant implements Plant {
  readonly ratings: PlantRatings = RATINGS;
  readonly #random: Random;
  readonly #onWindow: (window: BatteryWindow | null, nowMs: EpochMs) => void;
  readonly #moments: Moment[] = [];
  #window: BatteryWindow | null = null;
  #importWh = 1_000;
  #exportWh = 2_000;
  #nowMs: EpochMs;
  #nextMs = 0;

  constructor(
    seed: string,
    startMs: EpochMs,
    onWindow: (window: BatteryWindow | null, nowMs: EpochMs) => void = () => undefined,
  ) {
    this.#random = seededRandom(seed);
    this.#onWindow = onWindow;
    this.#nowMs = startMs;
    this.advanceTo(startMs);
  }

  /** What the battery is commanded to now. */
  get window(): BatteryWindow | null {
    return this.#window;
  }

  advanceTo(now: EpochMs): void {
    if (now > this.#nowMs) this.#nowMs = now;
    if (now < this.#nextMs) return;
    this.#nextMs = now + STEP_MS;
    this.#remember(now, this.#drawn());
  }

  state(): PlantState {
    return (this.#moments.at(-1) as Moment).state;
  }

  setBatteryWindow(window: BatteryWindow | null): void {
    this.#onWindow(window, this.#nowMs);
    this.#window = window;
    const { batteryPowerW } = this.state();
    const powerW = clamped(batteryPowerW, window);
    if (powerW !== batteryPowerW) {
      this.#remember(this.#nowMs, { ...this.state(), batteryPowerW: watts(powerW) });
    }
  }

  /** Whether a point had a value at some time between `fromMs` and `toMs`. */
  judge(point: PointName, value: number, fromMs: number, toMs: number): Verdict {
    for (let index = this.#moments.length - 1; index >= 0; index--) {
      const moment = this.#moments[index] as Moment;
      if (moment.fromMs <= toMs && TRUE_VALUES[point](moment.state) === value) return "true";
      if (moment.fromMs < fromMs) return "wrong";
    }
    return "unknown";
  }

  #remember(fromMs: EpochMs, state: PlantState): void {
    this.#moments.push({ fromMs, state });
    if (this.#moments.length > 2 * MOMENTS_KEPT) this.#moments.splice(0, MOMENTS_KEPT);
  }

  #drawn(): PlantState {
    const random = this.#random;
    const largestW = LARGEST_POWERS_W[random.integer(0, LARGEST_POWERS_W.length - 1)] as number;
    this.#importWh += random.integer(0, 3);
    this.#exportWh += random.integer(0, 3);
    const wishW = random.integer(-Math.min(largestW, 5_000), Math.min(largestW, 5_000));
    return {
      pvPowerW: watts(random.integer(0, Math.min(largestW, RATINGS.pvPeakW))),
      loadPowerW: watts(random.integer(0, Math.min(largestW, 3_000))),
      batteryPowerW: watts(clamped(wishW, this.#window)),
      gridPowerW: watts(random.integer(-largestW, largestW)),
      storedEnergyWh: wattHours(random.integer(1, RATINGS.batteryCapacityWh - 1)),
      gridImportWh: wattHours(this.#importWh),
      gridExportWh: wattHours(this.#exportWh),
      pvEnergyWh: wattHours(this.#exportWh),
    };
  }
}

function clamped(powerW: number, window: BatteryWindow | null): number {
  return window === null ? powerW : Math.max(window.minW, Math.min(window.maxW, powerW));
}

const TRUE_VALUES: Readonly<Record<PointName, (state: PlantState) => number>> = {
  gridPowerW: ({ gridPowerW }) => gridPowerW,
  gridImportWh: ({ gridImportWh }) => gridImportWh,
  gridExportWh: ({ gridExportWh }) => gridExportWh,
  inverterPowerW: ({ loadPowerW, gridPowerW }) => loadPowerW - gridPowerW,
  inverterPowerMaxW: () => RATINGS.inverterPowerMaxW,
  pvPowerW: ({ pvPowerW }) => pvPowerW,
  batteryPowerW: ({ batteryPowerW }) => batteryPowerW,
  storedEnergyWh: ({ storedEnergyWh }) => storedEnergyWh,
  batteryCapacityWh: () => RATINGS.batteryCapacityWh,
  chargePowerMaxW: () => RATINGS.chargePowerMaxW,
  dischargePowerMaxW: () => RATINGS.dischargePowerMaxW,
};
