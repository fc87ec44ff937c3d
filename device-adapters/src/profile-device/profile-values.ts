import type { EpochMs, PointName, PointReadings } from "@commonwatt/vpp-core";
import type { CounterWatch } from "../sunspec/counter-watch.ts";
import { energyFrom, powerFrom } from "../sunspec/measure.ts";
import type { Decoded } from "../sunspec/point-codec.ts";
import type { ConfiguredValue, PointProfile, RegisterMapProfile, RegisterProfile } from "./profile.ts";
import { decodeRaw, scaled } from "./register-codec.ts";
import type { RegisterBytes } from "./register-reader.ts";

/** What a configuration says about a battery. */
export type ConfiguredValues = { readonly [Name in ConfiguredValue]?: number };

/** The counters of a device; they must never fall. */
export interface CounterWatches {
  readonly gridImportWh: CounterWatch;
  readonly gridExportWh: CounterWatch;
}

const SCALE_FACTOR_LIMIT = 10;

/** The values of one reading of a device's registers. */
export class ProfileValues {
  readonly #profile: RegisterMapProfile;
  readonly #bytes: RegisterBytes;
  readonly #configured: ConfiguredValues;

  constructor(profile: RegisterMapProfile, bytes: RegisterBytes, configured: ConfiguredValues) {
    this.#profile = profile;
    this.#bytes = bytes;
    this.#configured = configured;
  }

  /** A register's number as it stands on the wire, unscaled. */
  raw(name: string): Decoded<number> {
    const register = this.#profile.registers[name];
    const bytes = this.#bytes.get(name);
    if (register === undefined || bytes === undefined) return unavailable(`no register ${name} was read`);
    if (register.unknownBecause !== undefined) return unavailable(register.unknownBecause);
    if (bytes.status !== "good") return bytes;
    return decodeRaw(register, bytes.value, this.#profile.wire.wordOrder);
  }

  /** A register's value in W, Wh or its own unit, with our sign. */
  value(name: string): Decoded<number> {
    const register = this.#profile.registers[name];
    if (register === undefined) return unavailable(`no register ${name}`);
    const raw = this.raw(name);
    if (raw.status !== "good") return raw;
    const scale = this.#scaleOf(register);
    if (scale.status !== "good") return scale;
    const kilo = register.unit === "kW" || register.unit === "kWh" ? 1_000 : 1;
    // One multiplication by a whole number or one division: 4711 steps of 0.1 kWh are exactly 471 100 Wh.
    return this.#signed(register, scaled(raw.value, scale.value * kilo));
  }

  #scaleOf({ scale = 1, scaleRegister }: RegisterProfile): Decoded<number> {
    if (scaleRegister === undefined) return { status: "good", value: scale };
    const power = this.raw(scaleRegister);
    if (power.status !== "good") return power;
    if (Math.abs(power.value) > SCALE_FACTOR_LIMIT) {
      return { status: "bad", reason: `scale factor ${power.value} is out of range` };
    }
    return { status: "good", value: scale * 10 ** power.value };
  }

  #signed({ sign, direction }: RegisterProfile, value: number): Decoded<number> {
    if (direction === undefined) return { status: "good", value: (sign ?? 1) * value || 0 };
    const bits = this.raw(direction.register);
    if (bits.status !== "good") return bits;
    const other = direction.orNegative === undefined ? null : this.raw(direction.orNegative);
    const isNegative =
      (bits.value & direction.negativeMask) !== 0 || (other?.status === "good" && other.value < 0);
    return { status: "good", value: isNegative ? -Math.abs(value) || 0 : value };
  }

  /** A point, in whole units of its own when it is made a reading. */
  point(name: PointName): Decoded<number> {
    const point = this.#profile.points[name];
    if (point === undefined) return unavailable(`the profile has no point ${name}`);
    if (point.configured !== undefined) {
      const value = this.#configured[point.configured];
      return value === undefined
        ? unavailable(`the device does not say; set ${point.configured} in the configuration`)
        : { status: "good", value };
    }
    if (point.percent === undefined) return this.#sum(point);
    const share = this.value(point.percent.register);
    const whole = this.point(point.percent.of);
    if (share.status !== "good") return share;
    if (whole.status !== "good") return whole;
    if (share.value < 0 || share.value > 100) {
      return { status: "bad", reason: `${share.value} % cannot be` };
    }
    return { status: "good", value: (share.value * whole.value) / 100 };
  }

  #sum({ add = [], subtract = [], optional = [] }: PointProfile): Decoded<number> {
    let sum: number | null = null;
    let left: Decoded<number> = unavailable("no part has a value");
    const parts = [...add.map((name) => [name, 1] as const), ...subtract.map((name) => [name, -1] as const)];
    for (const [name, sign] of parts) {
      const part = this.value(name);
      if (part.status === "good") sum = (sum ?? 0) + sign * part.value;
      else if (part.status === "unavailable" && optional.includes(name)) left = part;
      else return part;
    }
    return sum === null ? left : { status: "good", value: sum };
  }

  /** Every point with its quality. */
  points(counters: CounterWatches, atMs: EpochMs): PointReadings {
    const readings: Partial<Record<PointName, unknown>> = {};
    for (const name of Object.keys(this.#profile.points) as PointName[]) {
      const value = this.point(name);
      if (name === "gridImportWh" || name === "gridExportWh")
        readings[name] = counters[name].judge(value, atMs);
      else readings[name] = name.endsWith("Wh") ? energyFrom(value, atMs) : powerFrom(value, atMs);
    }
    return readings as PointReadings;
  }
}

function unavailable(reason: string): Decoded<never> {
  return { status: "unavailable", reason };
}

/** The registers that points are worked out from. */
export function registersOfPoints(
  profile: RegisterMapProfile,
  names: readonly PointName[],
): readonly string[] {
  return names.flatMap((name) => {
    const point = profile.points[name];
    if (point === undefined) return [];
    const { percent } = point;
    return [
      ...(point.add ?? []),
      ...(point.subtract ?? []),
      ...(percent === undefined ? [] : [percent.register, ...registersOfPoints(profile, [percent.of])]),
    ];
  });
}
