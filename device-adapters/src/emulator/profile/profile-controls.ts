import { type Clock, type EpochMs, epochMs } from "@commonwatt/vpp-core";
import type { ModbusException, WriteFunction } from "../../modbus/modbus-server.ts";
import type { RegisterMapProfile, RegisterProfile } from "../../profile-device/profile.ts";
import { decodeRaw, registersOf, scaled } from "../../profile-device/register-codec.ts";
import type { RegisterFaults } from "../faults/register-faults.ts";
import type { Plant } from "../plant.ts";
import { heldCommand } from "./held-command.ts";
import { type RegisterWords, wordsOf } from "./register-words.ts";

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const DEVICE_FAILURE = 4;
/** After this time a command that is not repeated ends, where the profile does not know it. */
const FALLBACK_S = 60;

/** What the writable registers of a device act upon. */
export interface ControlledPlant {
  readonly profile: RegisterMapProfile;
  readonly plant: Plant;
  readonly clock: Clock;
  readonly faults: () => RegisterFaults;
}

/**
 * The writable registers of a device over a plant. What clients write is read by the profile's recipes, and
 * ends by the device's own timer where the profile has one: a register that counts down (0 never ends), or
 * a command that is not repeated.
 */
export class ProfileControls {
  readonly #parts: ControlledPlant;
  readonly #words: Map<string, readonly number[]>;
  readonly #eepromWrites = new Map<string, number>();
  #isCommanded = false;
  #endsAtMs: EpochMs | null = null;

  constructor(parts: ControlledPlant) {
    this.#parts = parts;
    const writable = Object.entries(parts.profile.registers).filter(([, { write }]) => write !== undefined);
    this.#words = new Map(writable.map(([name, register]) => [name, this.#initialWords(name, register)]));
    for (const [name, { write }] of writable)
      if (write?.storage === "eeprom") this.#eepromWrites.set(name, 0);
  }

  /** How often each register that wears out has been written. */
  get eepromWrites(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#eepromWrites);
  }

  /** The registers as they read now; those that cannot be read back are not among them. */
  words(): RegisterWords {
    const { profile } = this.#parts;
    const readable = [...this.#words].filter(([name]) => profile.registers[name]?.write?.readBack !== "none");
    return new Map(readable.map(([name, words]) => [name, this.#countdown(name) ?? words]));
  }

  /** Brings the plant up to now; a command that has ended on the way ended when it was due, not later. */
  settle(): void {
    const { plant, clock, faults } = this.#parts;
    const nowMs = clock.now();
    if (this.#endsAtMs !== null && this.#endsAtMs <= nowMs) {
      plant.advanceTo(this.#endsAtMs);
      this.#endsAtMs = null;
      if (!faults().timerStuck) this.#revert();
    }
    plant.advanceTo(nowMs);
  }

  /** Writes whole registers of a unit from `address` on, all or none, by the function they are written by. */
  write(
    unitName: string | undefined,
    address: number,
    values: readonly number[],
    functionCode: WriteFunction,
  ): ModbusException | null {
    const { faults } = this.#parts;
    const found = this.#registersAt(unitName, address, values.length);
    if (found === null) return ILLEGAL_ADDRESS;
    if (found.some(([, { write }]) => write?.function !== functionCode)) return ILLEGAL_FUNCTION;
    const wearing = found.filter(([, { write }]) => write?.storage === "eeprom");
    const written = [...this.#eepromWrites.values()].reduce((sum, count) => sum + count, 0);
    const { writesMax } = faults();
    if (wearing.length > 0 && writesMax !== null && written >= writesMax) return DEVICE_FAILURE;
    this.settle();
    for (const [name] of wearing) this.#eepromWrites.set(name, (this.#eepromWrites.get(name) ?? 0) + 1);
    for (const [name, register] of found) {
      const start = register.address - address;
      this.#words.set(name, values.slice(start, start + registersOf(register)));
    }
    this.#obey();
    return null;
  }

  /** The registers that stand exactly in this range, each of them writable; `null` when some do not. */
  #registersAt(
    unitName: string | undefined,
    address: number,
    count: number,
  ): readonly [string, RegisterProfile][] | null {
    const found = [...this.#words.keys()].flatMap((name): [string, RegisterProfile][] => {
      const register = this.#parts.profile.registers[name];
      if (register === undefined || register.unitName !== unitName) return [];
      const isInside =
        register.address >= address && register.address + registersOf(register) <= address + count;
      return isInside ? [[name, register]] : [];
    });
    const covered = found.reduce((sum, [, register]) => sum + registersOf(register), 0);
    return covered === count ? found : null;
  }

  #obey(): void {
    const { profile, plant, clock } = this.#parts;
    const window = heldCommand(profile, plant.ratings, (name) => this.#value(name));
    this.#isCommanded = window !== null;
    const lifeS = window === null ? null : this.#lifeS();
    this.#endsAtMs = lifeS === null ? null : epochMs(clock.now() + 1_000 * lifeS);
    plant.setBatteryWindow(window);
  }

  /** How long a command holds that is given now; `null` is for ever. */
  #lifeS(): number | null {
    const timer = this.#parts.profile.battery?.nativeTimer;
    if (timer === undefined || timer.kind === "none") return null;
    if (timer.kind === "refresh") return timer.fallbackS ?? FALLBACK_S;
    const seconds = this.#value(timer.register ?? "") * this.#secondsPerStep(timer.register);
    return seconds > 0 ? seconds : null;
  }

  #secondsPerStep(timerRegister: string | undefined): number {
    return this.#parts.profile.registers[timerRegister ?? ""]?.unit === "min" ? 60 : 1;
  }

  /** What the device does at the end of a command: it sets its memory back, but writes no EEPROM. */
  #revert(): void {
    const { profile, plant } = this.#parts;
    this.#isCommanded = false;
    for (const { register: name } of profile.battery?.neutral ?? []) {
      const register = profile.registers[name];
      if (register?.write?.storage === "ram") this.#words.set(name, this.#initialWords(name, register));
    }
    plant.setBatteryWindow(null);
  }

  /** As the neutral recipe leaves it; 0 where that does not say. */
  #initialWords(name: string, register: RegisterProfile): readonly number[] {
    const { profile, plant } = this.#parts;
    const { chargePowerMaxW, dischargePowerMaxW } = plant.ratings;
    const value = profile.battery?.neutral.findLast((write) => write.register === name)?.value;
    const limitW = value?.limitW === "charge" ? chargePowerMaxW : dischargePowerMaxW;
    return wordsOf(profile, register, value?.limitW === undefined ? (value?.constant ?? 0) : limitW);
  }

  #value(name: string): number {
    const { profile } = this.#parts;
    const register = profile.registers[name];
    const words = this.#words.get(name);
    if (register === undefined || words === undefined) return 0;
    const bytes = Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]));
    const raw = decodeRaw(register, bytes, profile.wire.wordOrder);
    if (raw.status !== "good") return 0;
    return (register.sign ?? 1) * scaled(raw.value, register.scale ?? 1) || 0;
  }

  /** What a timer that runs reads, where the device counts down in the register itself. */
  #countdown(name: string): readonly number[] | null {
    const { profile, clock } = this.#parts;
    const timer = profile.battery?.nativeTimer;
    const register = profile.registers[name];
    if (!this.#isCommanded || this.#endsAtMs === null || register === undefined) return null;
    if (timer?.register !== name || register.write?.readBack !== "countdown") return null;
    const leftS = (this.#endsAtMs - clock.now()) / 1_000;
    return wordsOf(profile, register, Math.ceil(leftS / this.#secondsPerStep(name)));
  }
}
