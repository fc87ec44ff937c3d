import type {
  BatteryProfile,
  PointProfile,
  ProbeRule,
  RecipeWrite,
  RegisterMapProfile,
  RegisterProfile,
  RegisterUnit,
} from "./profile.ts";
import { registersOf } from "./register-codec.ts";

/** What is wrong with a profile, and where. */
export interface Violation {
  readonly path: string;
  readonly rule: string;
}

const POWER: readonly RegisterUnit[] = ["W", "kW"];
const ENERGY: readonly RegisterUnit[] = ["Wh", "kWh"];
const ADDRESSES = 65_536;

/** What a schema cannot say: that names lead somewhere, units fit, and a command ends. */
export function brokenRules(profile: RegisterMapProfile): readonly Violation[] {
  return [
    ...Object.entries(profile.registers).flatMap(([name, register]) =>
      registerFaults(profile, `/registers/${name}`, register),
    ),
    ...Object.entries(profile.identity).flatMap(([key, name]) =>
      nameFaults(profile, `/identity/${key}`, name),
    ),
    ...(profile.probe ?? []).flatMap((rule, index) => probeFaults(profile, `/probe/${index}`, rule)),
    ...Object.entries(profile.points).flatMap(([name, point]) =>
      pointFaults(profile, `/points/${name}`, name, point),
    ),
    ...(profile.battery === null ? [] : batteryFaults(profile, profile.battery)),
    ...capabilityFaults(profile),
    ...(profile.firmwareQuirks ?? []).flatMap((quirk, index) =>
      Object.keys(quirk.registers).flatMap((name) =>
        nameFaults(profile, `/firmwareQuirks/${index}/registers/${name}`, name),
      ),
    ),
  ];
}

function nameFaults(profile: RegisterMapProfile, path: string, name: string): readonly Violation[] {
  return name in profile.registers ? [] : [{ path, rule: `there is no register "${name}"` }];
}

function registerFaults(
  profile: RegisterMapProfile,
  path: string,
  register: RegisterProfile,
): readonly Violation[] {
  const faults: Violation[] = [];
  if ((register.type === "string") !== (register.length !== undefined)) {
    faults.push({ path: `${path}/length`, rule: "a string has a length, and nothing else has" });
  }
  const count = registersOf(register);
  if (register.address + count > ADDRESSES) {
    faults.push({ path: `${path}/address`, rule: `${count} registers from here end beyond 65535` });
  }
  if (count > profile.wire.blockRegistersMax) {
    faults.push({
      path,
      rule: `it is longer than /wire/blockRegistersMax, ${profile.wire.blockRegistersMax}`,
    });
  }
  const { windowRegisters } = profile.wire;
  if (windowRegisters !== undefined && (register.address % windowRegisters) + count > windowRegisters) {
    faults.push({ path: `${path}/address`, rule: `it crosses a window of ${windowRegisters} registers` });
  }
  for (const [index, sentinel] of (register.sentinels ?? []).entries()) {
    if (sentinel.length !== 2 + 4 * count) {
      const rule = `"${sentinel}" must have ${4 * count} digits, as many as ${register.type} has`;
      faults.push({ path: `${path}/sentinels/${index}`, rule });
    }
  }
  if (register.write !== undefined) {
    faults.push(...writeFaults(path, register, count));
    if (profile.wire.ignoresWriteEcho === true && register.write.readBack === "none") {
      const rule = "where the answer to a write tells nothing, it must be readable";
      faults.push({ path: `${path}/write/readBack`, rule });
    }
  }
  const { scaleRegister, direction, unitName } = register;
  if (unitName !== undefined && profile.wire.units?.[unitName] === undefined) {
    faults.push({ path: `${path}/unitName`, rule: `/wire/units has no "${unitName}"` });
  }
  if (scaleRegister !== undefined) {
    faults.push(...nameFaults(profile, `${path}/scaleRegister`, scaleRegister));
  }
  if (direction !== undefined) {
    faults.push(...nameFaults(profile, `${path}/direction/register`, direction.register));
    const { orNegative = direction.register } = direction;
    faults.push(...nameFaults(profile, `${path}/direction/orNegative`, orNegative));
  }
  return faults;
}

function writeFaults(path: string, register: RegisterProfile, count: number): readonly Violation[] {
  const faults: Violation[] = [];
  if (register.table === "input") {
    faults.push({ path: `${path}/write`, rule: "input registers cannot be written" });
  }
  if (register.write?.function === 6 && count !== 1) {
    faults.push({ path: `${path}/write/function`, rule: "function 6 writes one register only" });
  }
  if (register.type === "string" || register.scaleRegister !== undefined) {
    faults.push({ path: `${path}/write`, rule: "texts and values with a scale register are only read" });
  }
  if (register.write?.storage === "eeprom" && register.write.readBack === "none") {
    faults.push({ path: `${path}/write/readBack`, rule: "a register that wears out must be readable" });
  }
  return faults;
}

function pointFaults(
  profile: RegisterMapProfile,
  path: string,
  name: string,
  point: PointProfile,
): readonly Violation[] {
  const parts = [...(point.add ?? []), ...(point.subtract ?? [])];
  const kinds = [parts.length > 0, point.percent !== undefined, point.configured !== undefined];
  if (kinds.filter(Boolean).length !== 1) {
    return [{ path, rule: "a point is add/subtract, or percent, or configured" }];
  }
  const allowed = name.endsWith("Wh") ? ENERGY : POWER;
  const { percent } = point;
  return [
    ...parts.flatMap((part) => unitFaults(profile, path, part, allowed)),
    ...(percent === undefined ? [] : unitFaults(profile, `${path}/percent`, percent.register, ["percent"])),
    ...(percent === undefined || profile.points[percent.of] !== undefined
      ? []
      : [{ path: `${path}/percent/of`, rule: `the profile has no point ${percent.of}` }]),
  ];
}

function unitFaults(
  profile: RegisterMapProfile,
  path: string,
  name: string,
  allowed: readonly RegisterUnit[],
): readonly Violation[] {
  const register = profile.registers[name];
  if (register === undefined) return nameFaults(profile, path, name);
  if (allowed.includes(register.unit)) return [];
  return [{ path, rule: `"${name}" is in ${register.unit}, not in ${allowed.join(" or ")}` }];
}

function batteryFaults(profile: RegisterMapProfile, battery: BatteryProfile): readonly Violation[] {
  const faults: Violation[] = [];
  const { nativeTimer, limits } = battery;
  const recipes = { charge: battery.charge, discharge: battery.discharge, neutral: battery.neutral };
  for (const [name, writes] of Object.entries(recipes)) {
    const path = `/battery/${name}`;
    faults.push(...writes.flatMap((write, index) => recipeFaults(profile, `${path}/${index}`, name, write)));
    const armed = writes.some((write) => write.register === nativeTimer.register);
    if (nativeTimer.kind === "register" && name !== "neutral" && !armed) {
      faults.push({ path, rule: "it must arm the native timer" });
    }
  }
  if ((nativeTimer.kind === "register") !== (nativeTimer.register !== undefined)) {
    faults.push({
      path: "/battery/nativeTimer/register",
      rule: 'it stands with kind "register", and only there',
    });
  }
  for (const [side, point] of Object.entries(limits)) {
    if (profile.points[point] === undefined) {
      faults.push({ path: `/battery/limits/${side}`, rule: `the profile has no point ${point}` });
    }
  }
  const wears = Object.values(recipes)
    .flat()
    .some(({ register }) => profile.registers[register]?.write?.storage === "eeprom");
  if (wears && battery.eepromWritesPerDayMax === undefined) {
    faults.push({
      path: "/battery/eepromWritesPerDayMax",
      rule: "a recipe that writes EEPROM needs a daily limit",
    });
  }
  return [
    ...faults,
    ...(battery.requires ?? []).flatMap(({ register }, index) =>
      nameFaults(profile, `/battery/requires/${index}/register`, register),
    ),
  ];
}

function recipeFaults(
  profile: RegisterMapProfile,
  path: string,
  recipe: string,
  { register: name, value }: RecipeWrite,
): readonly Violation[] {
  const register = profile.registers[name];
  if (register === undefined) return nameFaults(profile, `${path}/register`, name);
  const faults: Violation[] = [];
  if (register.write === undefined) faults.push({ path: `${path}/register`, rule: `"${name}" is only read` });
  const unit =
    value.powerW || value.limitW
      ? POWER
      : value.powerPercent
        ? ["percent"]
        : value.until
          ? [value.until]
          : null;
  if (unit !== null && !unit.includes(register.unit)) {
    faults.push({
      path: `${path}/value`,
      rule: `"${name}" is in ${register.unit}, not in ${unit.join(" or ")}`,
    });
  }
  if (recipe === "neutral" && value.constant === undefined && value.limitW === undefined) {
    faults.push({
      path: `${path}/value`,
      rule: "neutral has no power and no end: constants and limits only",
    });
  }
  return faults;
}

function probeFaults(profile: RegisterMapProfile, path: string, rule: ProbeRule): readonly Violation[] {
  const register = profile.registers[rule.register];
  if (register === undefined) return nameFaults(profile, `${path}/register`, rule.register);
  const isText = register.type === "string";
  const [first = 0, last = 0] = rule.between ?? [];
  if (isText ? rule.between === undefined : rule.startsWith === undefined && first <= last) return [];
  return [{ path, rule: "a text begins with something, a number lies between two that rise" }];
}

function capabilityFaults(profile: RegisterMapProfile): readonly Violation[] {
  const has = (name: "meter" | "pv" | "battery"): boolean => profile.capabilities.includes(name);
  const faults: Violation[] = [];
  const needs = { meter: "gridPowerW", pv: "pvPowerW", battery: "batteryPowerW" } as const;
  for (const [capability, point] of Object.entries(needs) as [
    keyof typeof needs,
    keyof typeof profile.points,
  ][]) {
    if (has(capability) && profile.points[point] === undefined) {
      faults.push({ path: "/capabilities", rule: `"${capability}" needs the point ${point}` });
    }
  }
  if (profile.battery !== null && !has("battery")) {
    faults.push({ path: "/battery", rule: 'a recipe needs the capability "battery"' });
  }
  return faults;
}
