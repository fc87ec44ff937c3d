import { roundToWatts, type Watts } from "@commonwatt/vpp-core";
import type { RecipeWrite, RegisterMapProfile, RegisterProfile, WriteExpression } from "./profile.ts";
import { encodeWords, rangeOf } from "./register-codec.ts";

/** One write request, ready to be sent. */
export interface PlannedWrite {
  readonly name: string;
  readonly register: RegisterProfile;
  readonly words: readonly number[];
}

/** How a device is brought to hold one power. */
export interface RecipePlan {
  readonly writes: readonly PlannedWrite[];
  /** The power asked for, clamped to the limits and rounded to what the registers can say. */
  readonly appliedPowerW: Watts;
}

/** What a lease comes to for one device. */
export interface RecipeInput {
  /** The power asked for; + is discharge. */
  readonly powerW: number;
  readonly chargeMaxW: number;
  readonly dischargeMaxW: number;
  readonly remainingS: number;
}

/** Works out the writes of a lease. The profile must have a battery. */
export function planRecipe(profile: RegisterMapProfile, input: RecipeInput): RecipePlan {
  const { battery } = profile;
  if (battery === null) return { writes: [], appliedPowerW: roundToWatts(0) };
  const clampedW = Math.max(-input.chargeMaxW, Math.min(input.dischargeMaxW, input.powerW));
  const steppedW = Math.trunc(clampedW / (battery.stepW ?? 1)) * (battery.stepW ?? 1);
  const recipe = steppedW < 0 ? battery.charge : battery.discharge;
  const limitW = steppedW < 0 ? input.chargeMaxW : input.dischargeMaxW;
  const powerW = sayable(profile, recipe, steppedW, limitW);
  // Its timer starts at the last write, after the pauses between them.
  const pausesS = ((recipe.length - 1) * (profile.wire.writeGapMs ?? 0)) / 1_000;
  const remainingS = input.remainingS - pausesS;
  const writes = recipe.map((write) => planWrite(profile, write, { ...input, remainingS, powerW, limitW }));
  return { writes, appliedPowerW: roundToWatts(powerW) };
}

/** The writes that return a device to its own mode. */
export function planNeutral(
  profile: RegisterMapProfile,
  limits: Pick<RecipeInput, "chargeMaxW" | "dischargeMaxW">,
): readonly PlannedWrite[] {
  const input = { ...limits, powerW: 0, limitW: 0, remainingS: 0 };
  return (profile.battery?.neutral ?? []).map((write) => planWrite(profile, write, input));
}

type PlanInput = RecipeInput & { readonly limitW: number };

/** The power as the register that carries it will say it: rounded towards zero to its steps. */
function sayable(
  profile: RegisterMapProfile,
  recipe: readonly RecipeWrite[],
  powerW: number,
  limitW: number,
): number {
  for (const { register: name, value } of recipe) {
    const register = profile.registers[name];
    if (register === undefined || register.type === "float32") continue;
    const kilo = register.unit === "kW" ? 1_000 : 1;
    const percentW = value.powerPercent === undefined ? null : limitW / 100;
    const stepW = percentW ?? (value.powerW === undefined ? null : kilo);
    if (stepW === null) continue;
    const step = stepW * (register.scale ?? 1);
    // A tenth of a watt of a million: floats must not cost a whole step.
    return step === 0 ? 0 : Math.trunc(powerW / step + Math.sign(powerW) * 1e-9) * step || 0;
  }
  return powerW;
}

function planWrite(profile: RegisterMapProfile, write: RecipeWrite, input: PlanInput): PlannedWrite {
  const register = profile.registers[write.register];
  if (register === undefined) throw new TypeError(`no register ${write.register}`);
  const [least, most] = rangeOf(register);
  const value = Math.max(least, Math.min(most, evaluate(profile, write.value, register, input)));
  return { name: write.register, register, words: encodeWords(register, value, profile.wire.wordOrder) };
}

function evaluate(
  profile: RegisterMapProfile,
  expression: WriteExpression,
  register: RegisterProfile,
  input: PlanInput,
): number {
  const kilo = register.unit === "kW" ? 1_000 : 1;
  if (expression.constant !== undefined) return expression.constant;
  if (expression.powerW !== undefined) return withSign(input.powerW, expression.powerW) / kilo;
  if (expression.powerPercent !== undefined) {
    const percent = input.limitW === 0 ? 0 : (100 * input.powerW) / input.limitW;
    return withSign(percent, expression.powerPercent);
  }
  if (expression.limitW !== undefined) {
    return (expression.limitW === "charge" ? input.chargeMaxW : input.dischargeMaxW) / kilo;
  }
  const max = profile.battery?.nativeTimer.max ?? Number.POSITIVE_INFINITY;
  const length = expression.until === "min" ? input.remainingS / 60 : input.remainingS;
  // At least one: to many devices 0 means "for ever".
  return Math.max(1, Math.min(max, Math.ceil(length)));
}

function withSign(value: number, sign: "signed" | "negated" | "magnitude"): number {
  if (sign === "magnitude") return Math.abs(value);
  return (sign === "signed" ? value : -value) || 0;
}
