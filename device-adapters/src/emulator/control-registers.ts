import { type Clock, durationMs, type EpochMs, epochMs, type Timer } from "@commonwatt/vpp-core";
import type { ModbusException } from "../modbus/modbus-server.ts";
import type { ModelDefinition, PointDefinition } from "../sunspec/model-definition.ts";
import { rawNumberAt } from "../sunspec/model-image.ts";
import { encodeModel, type WireValues } from "../sunspec/model-values.ts";

const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

/** A function that can be switched on, and ends by its own timer. */
export interface TimedFunction {
  readonly enable: string;
  /** Seconds until it ends; 0 never ends. */
  readonly timeout: string;
  /** The point that counts down, where the model has one. */
  readonly remaining: string | null;
  /** What takes which value when the timer ends. */
  readonly onReversion: (settings: Readonly<Record<string, number>>) => WireValues;
}

/** The writable side of one model. */
export interface ControlModel {
  readonly definition: ModelDefinition;
  /** The points that may be written, with what is accepted, and what they are when new. */
  readonly points: Readonly<
    Record<string, { readonly min: number; readonly max: number; readonly initial: number }>
  >;
  readonly functions: readonly TimedFunction[];
}

/** The registers of an emulated model that clients write, and the timers of its functions. */
export class ControlRegisters {
  readonly #model: ControlModel;
  readonly #clock: Clock;
  /** Told of every change by a write or a timer, with the points that were written and the time of it. */
  readonly #onChange: (written: ReadonlySet<string>, nowMs: EpochMs) => void;
  readonly #endsAtMs = new Map<TimedFunction, EpochMs>();
  /** Fires when the next function ends, with nobody looking. */
  #timer: Timer | null = null;
  #settings: Record<string, number>;

  constructor(
    model: ControlModel,
    clock: Clock,
    onChange: (written: ReadonlySet<string>, nowMs: EpochMs) => void,
  ) {
    this.#model = model;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#settings = Object.fromEntries(
      Object.entries(model.points).map(([name, { initial }]) => [name, initial]),
    );
  }

  /** The registers as they read now, what remains of the timers included. */
  get settings(): Readonly<Record<string, number>> {
    const left = this.#model.functions.flatMap((timed) => {
      const endsAtMs = this.#endsAtMs.get(timed) ?? this.#clock.now();
      const seconds = Math.ceil(Math.max(0, endsAtMs - this.#clock.now()) / 1000);
      return timed.remaining === null ? [] : [[timed.remaining, seconds] as const];
    });
    return { ...this.#settings, ...Object.fromEntries(left) };
  }

  /** Ends the functions whose time is over, each at its own time. */
  settle(): void {
    for (const [timed, endsAtMs] of this.#endsAtMs) {
      if (endsAtMs > this.#clock.now()) continue;
      this.#endsAtMs.delete(timed);
      Object.assign(this.#settings, timed.onReversion(this.#settings));
      this.#onChange(new Set(), endsAtMs);
    }
    // A function that goes on may have to follow what the plant has come to.
    if (this.#endsAtMs.size > 0) this.#onChange(new Set(), this.#clock.now());
  }

  /** Writes whole points from `offset` on, all or none. */
  write(offset: number, values: readonly number[]): ModbusException | null {
    const assignments = this.#decode(offset, values);
    if (typeof assignments === "number") return assignments;
    this.settle();
    Object.assign(this.#settings, assignments);
    const written = new Set(Object.keys(assignments));
    for (const timed of this.#model.functions) {
      if (written.has(timed.enable) || written.has(timed.timeout)) this.#arm(timed);
    }
    this.#onChange(written, this.#clock.now());
    this.#waitForEnd();
    return null;
  }

  /** Takes the timer back. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #waitForEnd(): void {
    this.close();
    if (this.#endsAtMs.size === 0) return;
    const waitMs = Math.min(...this.#endsAtMs.values()) - this.#clock.now();
    this.#timer = this.#clock.after(durationMs(Math.max(1, waitMs)), () => {
      this.settle();
      this.#waitForEnd();
    });
  }

  #arm(timed: TimedFunction): void {
    const seconds = this.#settings[timed.timeout] ?? 0;
    const isRunning = this.#settings[timed.enable] === 1 && seconds > 0;
    if (isRunning) this.#endsAtMs.set(timed, epochMs(this.#clock.now() + seconds * 1000));
    else this.#endsAtMs.delete(timed);
  }

  #decode(offset: number, values: readonly number[]): Record<string, number> | ModbusException {
    const { definition, points } = this.#model;
    const bytes = encodeModel(definition, 0, { points: this.#settings });
    values.forEach((value, index) => void bytes.writeUInt16BE(value, 2 * (offset + index)));
    const touched = definition.points.filter((point) => overlaps(point, offset, values.length));
    const isWhole = touched.reduce((sum, { registers }) => sum + registers, 0) === values.length;
    if (!isWhole) return ILLEGAL_ADDRESS;
    const assignments: Record<string, number> = {};
    for (const { name } of touched) {
      const range = points[name];
      if (range === undefined) return ILLEGAL_ADDRESS;
      const raw = rawNumberAt({ definition, bytes, sourceTimeMs: this.#clock.now() }, name);
      if (raw.status !== "good" || raw.value < range.min || raw.value > range.max) return ILLEGAL_VALUE;
      assignments[name] = raw.value;
    }
    return assignments;
  }
}

function overlaps(point: PointDefinition, offset: number, count: number): boolean {
  return point.offset < offset + count && offset < point.offset + point.registers;
}
