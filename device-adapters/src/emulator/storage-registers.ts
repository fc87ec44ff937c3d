import { type Clock, durationMs, type EpochMs, epochMs, type Timer, watts } from "@commonwatt/vpp-core";
import type { ModbusException } from "../modbus/modbus-server.ts";
import type { BatteryWindow, Plant } from "./plant.ts";

/** One percent is 100 on the wire: InOutWRte_SF is −2. */
export const RATE_SCALE_FACTOR = -2;
const RATE_FULL = 10_000;
const CHARGE_BIT = 1;
const DISCHARGE_BIT = 2;

/** The points of model 124 that the emulated device lets be written, with what it accepts. */
const WRITABLE = {
  StorCtl_Mod: { min: 0, max: 3 },
  OutWRte: { min: -RATE_FULL, max: RATE_FULL },
  InWRte: { min: -RATE_FULL, max: RATE_FULL },
  InOutWRte_WinTms: { min: 0, max: 65_534 },
  InOutWRte_RvrtTms: { min: 0, max: 65_534 },
  InOutWRte_RmpTms: { min: 0, max: 65_534 },
  ChaGriSet: { min: 0, max: 1 },
} as const;

type WritablePoint = keyof typeof WRITABLE;
type StorageSettings = Readonly<Record<WritablePoint, number>>;

const NEUTRAL: StorageSettings = {
  StorCtl_Mod: 0,
  OutWRte: RATE_FULL,
  InWRte: RATE_FULL,
  InOutWRte_WinTms: 0,
  InOutWRte_RvrtTms: 0,
  InOutWRte_RmpTms: 0,
  ChaGriSet: 0,
};

/** Points that command the battery: writing one of them starts the reversion timer anew. */
const COMMANDS: ReadonlySet<string> = new Set(["StorCtl_Mod", "OutWRte", "InWRte", "InOutWRte_RvrtTms"]);

/** One point of model 124 with the value somebody wants it to have. */
export interface StorageAssignment {
  readonly point: string;
  /** Signed where the point is signed. */
  readonly value: number;
}

/**
 * The writable side of model 124 over a plant: turns the registers into a battery window, and returns to
 * neutral when the reversion timer ends (0 never ends).
 */
export class StorageRegisters {
  readonly #plant: Plant;
  readonly #clock: Clock;
  readonly #isTimerStuck: () => boolean;
  #settings: StorageSettings = NEUTRAL;
  #revertAtMs: EpochMs | null = null;
  #timer: Timer | null = null;
  #writes = 0;

  /** `isTimerStuck` is asked when the reversion timer has run out: a device with that fault stays as it is. */
  constructor(plant: Plant, clock: Clock, isTimerStuck: () => boolean = () => false) {
    this.#plant = plant;
    this.#clock = clock;
    this.#isTimerStuck = isTimerStuck;
  }

  /** How often registers have been written: many devices keep these in memory that wears out. */
  get writes(): number {
    return this.#writes;
  }

  /** The registers as they read now. */
  get settings(): Readonly<Record<string, number>> {
    return this.#settings;
  }

  /** Brings the plant up to now; a reversion that is due happens at its own time, not when it is seen. */
  settle(): void {
    const nowMs = this.#clock.now();
    if (this.#revertAtMs !== null && this.#revertAtMs <= nowMs) {
      this.#plant.advanceTo(this.#revertAtMs);
      if (this.#isTimerStuck()) this.#revertAtMs = null;
      else this.#revert();
    }
    this.#plant.advanceTo(nowMs);
    if (this.#settings.StorCtl_Mod !== 0) this.#plant.setBatteryWindow(this.#window());
  }

  /** Writes points, all or none: exception 2 for one that cannot be written, 3 for a value out of range. */
  write(assignments: readonly StorageAssignment[]): ModbusException | null {
    for (const { point, value } of assignments) {
      const range = WRITABLE[point as WritablePoint];
      if (range === undefined) return 2;
      if (value < range.min || value > range.max) return 3;
    }
    this.settle();
    this.#writes += 1;
    const changes = Object.fromEntries(assignments.map(({ point, value }) => [point, value]));
    this.#settings = { ...this.#settings, ...changes };
    if (assignments.some(({ point }) => COMMANDS.has(point))) this.#armTimer();
    this.#plant.setBatteryWindow(this.#window());
    return null;
  }

  /** Takes the timer back. */
  close(): void {
    this.#timer?.cancel();
  }

  #armTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#revertAtMs = null;
    const seconds = this.#settings.InOutWRte_RvrtTms;
    if (this.#settings.StorCtl_Mod === 0 || seconds === 0) return;
    this.#revertAtMs = epochMs(this.#clock.now() + seconds * 1000);
    this.#waitForReversion(this.#revertAtMs);
  }

  /** A timer of an accelerated clock may fire a moment early: then the rest is waited for. */
  #waitForReversion(revertAtMs: EpochMs): void {
    const delayMs = durationMs(Math.max(1, revertAtMs - this.#clock.now()));
    this.#timer = this.#clock.after(delayMs, () => {
      this.settle();
      if (this.#revertAtMs !== null) this.#waitForReversion(this.#revertAtMs);
    });
  }

  #revert(): void {
    this.#timer?.cancel();
    this.#revertAtMs = null;
    const { StorCtl_Mod, OutWRte, InWRte } = NEUTRAL;
    this.#settings = { ...this.#settings, StorCtl_Mod, OutWRte, InWRte };
    this.#plant.setBatteryWindow(null);
  }

  #window(): BatteryWindow | null {
    const { StorCtl_Mod, OutWRte, InWRte, ChaGriSet } = this.#settings;
    if (StorCtl_Mod === 0) return null;
    const { chargePowerMaxW, dischargePowerMaxW } = this.#plant.ratings;
    const charge = ((StorCtl_Mod & CHARGE_BIT) === 0 ? 1 : InWRte / RATE_FULL) * chargePowerMaxW;
    const discharge = ((StorCtl_Mod & DISCHARGE_BIT) === 0 ? 1 : OutWRte / RATE_FULL) * dischargePowerMaxW;
    // Without leave to charge from the grid, no more than the sun gives goes into the battery.
    const floorW = ChaGriSet === 1 ? -charge : Math.max(-charge, -this.#plant.state().pvPowerW);
    const minW = Math.round(floorW) || 0;
    return { minW: watts(minW), maxW: watts(Math.max(minW, Math.round(discharge) || 0)) };
  }
}
