import { MILLIJOULES_PER_WH } from "../models/battery.ts";
import { calendarStress, capacityLoss, cycleStress } from "../models/battery-ageing.ts";
import { Rainflow } from "../models/rainflow.ts";
import type { BatteryColumns } from "../neighbourhood/neighbourhood.ts";
import type { HomeColumns } from "./simulation-result.ts";

const PPM = 1_000_000;

/** Counts what ages the batteries of all homes. Allocates nothing once it is made. */
export class AgeingMeter {
  readonly #batteries: BatteryColumns;
  readonly #intervalMs: number;
  readonly #capacityMillijoules: Float64Array;
  readonly #rainflow: Rainflow;
  /** Squares of stresses, of lying by interval and of cycles by equivalent full cycle. */
  readonly #calendarStress: Float64Array;
  readonly #cycleStress: Float64Array;
  readonly #movedMillijoules: Float64Array;
  readonly #moving: Float64Array;

  constructor(batteries: BatteryColumns, startMillijoules: ArrayLike<number>, intervalMs: number) {
    const sums = (): Float64Array => new Float64Array(batteries.capacityWh.length);
    this.#batteries = batteries;
    this.#intervalMs = intervalMs;
    this.#capacityMillijoules = Float64Array.from(
      batteries.capacityWh,
      (energyWh) => energyWh * MILLIJOULES_PER_WH,
    );
    this.#calendarStress = sums();
    this.#cycleStress = sums();
    this.#movedMillijoules = sums();
    this.#moving = sums();
    const [capacity, stresses] = [this.#capacityMillijoules, this.#cycleStress];
    this.#rainflow = new Rainflow(startMillijoules, (home, range, count) => {
      const depth = range / (capacity[home] as number);
      stresses[home] = (stresses[home] as number) + count * depth * cycleStress(depth) ** 2;
    });
  }

  /** A home's battery went from one content to another in an interval, and was at work or at rest. */
  note(home: number, before: number, after: number, isMoving: boolean): void {
    const stress = calendarStress(after / (this.#capacityMillijoules[home] as number));
    this.#calendarStress[home] = (this.#calendarStress[home] as number) + stress * stress;
    this.#rainflow.follow(home, after);
    if (!isMoving) return;
    this.#movedMillijoules[home] = (this.#movedMillijoules[home] as number) + Math.abs(after - before);
    this.#moving[home] = (this.#moving[home] as number) + 1;
  }

  /** Writes what it came to for a home. */
  finish(home: number, columns: HomeColumns): void {
    const capacity = this.#capacityMillijoules[home] as number;
    if (capacity === 0) return;
    this.#rainflow.end(home);
    const moved = (this.#movedMillijoules[home] as number) / capacity;
    const movingHours = ((this.#moving[home] as number) * this.#intervalMs) / 3_600_000;
    const loss = capacityLoss({
      calendarSeconds: ((this.#calendarStress[home] as number) * this.#intervalMs) / 1_000,
      stressedCycles: this.#cycleStress[home] as number,
      ratePerHour: movingHours === 0 ? 0 : moved / movingHours,
      cellTemperatureC: this.#batteries.cellTemperatureC[home] as number,
    });
    columns.fullCycles[home] = moved / 2;
    columns.calendarLossPpm[home] = Math.round(loss.calendar * PPM);
    columns.cycleLossPpm[home] = Math.round(loss.cycle * PPM);
  }
}
