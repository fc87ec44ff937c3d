import type { RegisterMapProfile, RegisterProfile } from "../../profile-device/profile.ts";
import { encodeWords, rangeOf, registersOf } from "../../profile-device/register-codec.ts";
import type { EmulatedIdentity } from "../emulated-identity.ts";
import type { RegisterValues } from "./register-values.ts";

/** The 16-bit words of registers by their names, in the order on the wire. */
export type RegisterWords = ReadonlyMap<string, readonly number[]>;

/** The largest power of ten that devices scale by. */
const FACTOR_MAX = 3;

/**
 * Encodes values as a profile's device has them on the wire: its units, steps, signs, word orders, scale
 * registers and direction bits. With `scaleMoved` every scale register says one less than it need.
 */
export function registerWords(
  profile: RegisterMapProfile,
  values: RegisterValues,
  scaleMoved: boolean,
): RegisterWords {
  const words = new Map<string, readonly number[]>();
  const bits = new Map<string, number>();
  const factors = factorsOf(profile, values, scaleMoved);
  for (const [name, value] of values) {
    const register = profile.registers[name];
    if (register === undefined) continue;
    const { scaleRegister, direction } = register;
    const factor = scaleRegister === undefined ? 0 : (factors.get(scaleRegister) ?? 0);
    if (direction !== undefined) {
      const mask = (value ?? 0) < 0 ? direction.negativeMask : 0;
      bits.set(direction.register, (bits.get(direction.register) ?? 0) | mask);
      if (direction.orNegative !== undefined) bits.set(direction.orNegative, Math.sign(value ?? 0));
    }
    const said = value === null ? null : (direction === undefined ? value : Math.abs(value)) / 10 ** factor;
    words.set(name, wordsOf(profile, register, said));
  }
  for (const [name, value] of [...bits, ...factors]) {
    const register = profile.registers[name];
    const isAsleep = values.get(name) === null;
    if (register !== undefined) words.set(name, wordsOf(profile, register, isAsleep ? null : value));
  }
  return words;
}

/** Encodes one value in W, Wh or its own unit, as near as the register comes to it; `null` is "not there". */
export function wordsOf(
  { wire }: RegisterMapProfile,
  register: RegisterProfile,
  value: number | null,
): readonly number[] {
  const { unit, scale = 1, sentinels = [] } = register;
  const order = register.wordOrder ?? wire.wordOrder;
  const [sentinel] = sentinels;
  if (value === null && sentinel !== undefined) return ordered(wordsOfHex(sentinel), order);
  const kilo = unit === "kW" || unit === "kWh" ? 1_000 : 1;
  const [least, most] = rangeOf(register);
  const clamped = Math.max(least, Math.min(most, (value ?? 0) / kilo));
  const words = encodeWords(register, clamped, wire.wordOrder);
  const isSentinel = sentinels.some((hex) => `${ordered(wordsOfHex(hex), order)}` === `${words}`);
  if (!isSentinel) return words;
  // The very value that means "not there": say the one beside it.
  return encodeWords(register, clamped - Math.sign(clamped || -1) * scale, wire.wordOrder);
}

function ordered(words: readonly number[], order: "big" | "little"): readonly number[] {
  return order === "big" ? words : [...words].reverse();
}

function wordsOfHex(hex: string): readonly number[] {
  return (hex.slice(2).match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16));
}

/** For each scale register the smallest power of ten, from 0 on, with which all its values fit. */
function factorsOf(
  { registers }: RegisterMapProfile,
  values: RegisterValues,
  scaleMoved: boolean,
): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  const users = new Map<string, [RegisterProfile, number][]>();
  for (const [name, value] of values) {
    const register = registers[name];
    if (register?.scaleRegister === undefined) continue;
    users.set(register.scaleRegister, [...(users.get(register.scaleRegister) ?? []), [register, value ?? 0]]);
  }
  for (const [name, scaled] of users) {
    const fits = (factor: number): boolean =>
      scaled.every(([register, value]) => {
        const [least, most] = rangeOf(register);
        const said = value / 10 ** factor;
        return said === 0 || (said > least && said < most);
      });
    let factor = 0;
    while (factor < FACTOR_MAX && !fits(factor)) factor += 1;
    factors.set(name, scaleMoved && fits(factor - 1) ? factor - 1 : factor);
  }
  return factors;
}

/** The registers by which a device says what it is, and by which it is known for one of its kind. */
export function identityWords(profile: RegisterMapProfile, identity: EmulatedIdentity): RegisterWords {
  const words = new Map<string, readonly number[]>();
  for (const [name, text] of identityTexts(profile, identity)) {
    const register = profile.registers[name];
    if (register === undefined) continue;
    const isText = register.type === "string";
    words.set(
      name,
      isText ? textWords(text, registersOf(register)) : wordsOf(profile, register, numberIn(text)),
    );
  }
  return words;
}

function identityTexts(
  { identity: names, probe = [] }: RegisterMapProfile,
  { serialNumber, model, firmware }: EmulatedIdentity,
): ReadonlyMap<string, string> {
  const said = [
    [names.serialNumber, serialNumber],
    [names.model, model],
    [names.firmware, firmware],
  ] as const;
  const texts = new Map(said.flatMap(([name, text]) => (name === undefined ? [] : [[name, text] as const])));
  for (const { register, startsWith, between } of probe) {
    const text = texts.get(register) ?? "";
    if (startsWith !== undefined && !text.startsWith(startsWith)) texts.set(register, startsWith);
    if (between === undefined) continue;
    const [least, most] = between;
    if (numberIn(text) < least || numberIn(text) > most) texts.set(register, `${least}`);
  }
  return texts;
}

/** Some say their version as a number: 2.01 is 201. */
function numberIn(text: string): number {
  return Number(text.replaceAll(/\D/g, ""));
}

function textWords(text: string, count: number): readonly number[] {
  const bytes = Buffer.alloc(2 * count);
  bytes.write(text, "latin1");
  return Array.from({ length: count }, (_, index) => bytes.readUInt16BE(2 * index));
}
