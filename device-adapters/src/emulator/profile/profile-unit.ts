import type { ModbusException, RegisterBank } from "../../modbus/modbus-server.ts";
import { withQuirks } from "../../profile-device/firmware-quirks.ts";
import type { RegisterMapProfile } from "../../profile-device/profile.ts";
import { spansOf } from "../../profile-device/read-blocks.ts";
import type { EmulatedIdentity } from "../emulated-identity.ts";
import { registersAsleep } from "../faults/fitting-faults.ts";
import { pointValuesOf } from "./point-values.ts";
import { type ControlledPlant, ProfileControls } from "./profile-controls.ts";
import { registerValues } from "./register-values.ts";
import { identityWords, type RegisterWords, registerWords, wordsOf } from "./register-words.ts";

const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

type Table = "holding" | "input";

/** The registers of an emulated device as its profile lays them out, made anew from its plant at every read. */
export class ProfileRegisters {
  readonly controls: ProfileControls;
  readonly #parts: ControlledPlant;
  readonly #identity: RegisterWords;

  constructor(parts: ControlledPlant, identity: EmulatedIdentity) {
    this.#parts = { ...parts, profile: withQuirks(parts.profile, identity.firmware) };
    this.controls = new ProfileControls(this.#parts);
    this.#identity = identityWords(parts.profile, identity);
  }

  /** The names of the units that have registers; `undefined` is the device's own. */
  get unitNames(): ReadonlySet<string | undefined> {
    return new Set(Object.values(this.#parts.profile.registers).map(({ unitName }) => unitName));
  }

  /** The registers of one of its units. */
  unit(unitName: string | undefined): RegisterBank {
    const hasInput = Object.values(this.#parts.profile.registers).some(
      (register) => register.table === "input" && register.unitName === unitName,
    );
    const readFrom =
      (table: Table) =>
      (address: number, count: number): Buffer | ModbusException =>
        this.#read(unitName, table, address, count);
    return {
      read: readFrom("holding"),
      ...(hasInput ? { readInput: readFrom("input") } : {}),
      write: (address, values, functionCode) => this.controls.write(unitName, address, values, functionCode),
    };
  }

  #read(
    unitName: string | undefined,
    table: Table,
    address: number,
    count: number,
  ): Buffer | ModbusException {
    const { blockRegistersMax, windowRegisters } = this.#parts.profile.wire;
    if (count > blockRegistersMax) return ILLEGAL_VALUE;
    if (windowRegisters !== undefined && (address % windowRegisters) + count > windowRegisters) {
      return ILLEGAL_ADDRESS;
    }
    this.controls.settle();
    const image = this.#image(unitName, table);
    const bytes = Buffer.alloc(2 * count);
    for (let index = 0; index < count; index++) {
      const word = image.get(address + index);
      if (word === undefined) return ILLEGAL_ADDRESS;
      bytes.writeUInt16BE(word, 2 * index);
    }
    return bytes;
  }

  /** Words by address: zeros between registers that may be read over, then what stands there. */
  #image(unitName: string | undefined, table: Table): ReadonlyMap<number, number> {
    const { profile } = this.#parts;
    const here = [...this.#words()].flatMap(([name, words]) => {
      const register = profile.registers[name];
      const isHere = register?.unitName === unitName && register?.table === table;
      return register !== undefined && isHere ? [{ name, words, address: register.address }] : [];
    });
    const image = new Map<number, number>();
    let end = Number.NEGATIVE_INFINITY;
    for (const span of spansOf(
      profile.registers,
      here.map(({ name }) => name),
    )) {
      const isGap = span.start - end <= profile.wire.gapRegistersMax;
      for (let at = isGap ? end : span.start; at < span.end; at++) image.set(at, 0);
      end = Math.max(end, span.end);
    }
    for (const { words, address } of here) {
      for (const [index, word] of words.entries()) image.set(address + index, word);
    }
    return image;
  }

  #words(): RegisterWords {
    const { profile, plant, faults } = this.#parts;
    const { night, scaleMoved } = faults();
    const values = new Map(registerValues(profile, pointValuesOf(plant)));
    if (night) for (const name of registersAsleep(profile)) values.set(name, null);
    return new Map([
      ...requiredWords(profile),
      ...this.#identity,
      ...registerWords(profile, values, scaleMoved),
      ...this.controls.words(),
    ]);
  }
}

/** The device lets itself be commanded. */
function requiredWords(profile: RegisterMapProfile): RegisterWords {
  return new Map(
    (profile.battery?.requires ?? []).flatMap(({ register: name, equals }) => {
      const register = profile.registers[name];
      return register === undefined ? [] : [[name, wordsOf(profile, register, equals)] as const];
    }),
  );
}
