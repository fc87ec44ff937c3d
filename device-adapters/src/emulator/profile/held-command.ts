import { watts } from "@commonwatt/vpp-core";
import type {
  RecipeWrite,
  RegisterMapProfile,
  RegisterProfile,
  WriteExpression,
} from "../../profile-device/profile.ts";
import type { BatteryWindow, PlantRatings } from "../plant.ts";

/** The value that a control register holds now, in its own unit. */
export type ReadRegister = (register: string) => number;

/**
 * What the control registers of a device tell its battery: the way of a recipe, backwards. A recipe is held
 * when every register it sets to a constant reads that; its power is what its power registers say. `null`
 * where none is held, and the battery is its own master.
 */
export function heldCommand(
  profile: RegisterMapProfile,
  ratings: PlantRatings,
  read: ReadRegister,
): BatteryWindow | null {
  const { battery } = profile;
  if (battery === null) return null;
  for (const direction of ["charge", "discharge"] as const) {
    const recipe = lastWrites(battery[direction]);
    if (!isHeld(recipe, read)) continue;
    const powers = recipe.flatMap(({ register, value }) =>
      powersOf(profile.registers[register], value, read(register), direction, ratings),
    );
    if (powers.length === 0) continue;
    const window = { minW: watts(Math.min(...powers)), maxW: watts(Math.max(...powers)) };
    // Zero watts may be what neutral writes, too. With a timer it is a command until that ends; without one
    // it would never end.
    const isNeutral = window.minW === 0 && window.maxW === 0 && isHeld(lastWrites(battery.neutral), read);
    return isNeutral && battery.nativeTimer.kind === "none" ? null : window;
  }
  return null;
}

/** A recipe may write a register twice; only the last value stays. */
function lastWrites(recipe: readonly RecipeWrite[]): readonly RecipeWrite[] {
  return [...new Map(recipe.map((write) => [write.register, write])).values()];
}

function isHeld(recipe: readonly RecipeWrite[], read: ReadRegister): boolean {
  return recipe.every(({ register, value: { constant } }) =>
    constant === undefined ? true : read(register) === constant,
  );
}

function powersOf(
  register: RegisterProfile | undefined,
  { powerW, powerPercent }: WriteExpression,
  value: number,
  direction: "charge" | "discharge",
  { chargePowerMaxW, dischargePowerMaxW }: PlantRatings,
): readonly number[] {
  const sign = powerW ?? powerPercent;
  if (sign === undefined) return [];
  const isNegative = sign === "negated" || (sign === "magnitude" && direction === "charge");
  const signed = isNegative ? -value : value;
  const kilo = register?.unit === "kW" ? 1_000 : 1;
  const percentW = (signed < 0 ? chargePowerMaxW : dischargePowerMaxW) / 100;
  return [Math.round(signed * (powerPercent === undefined ? kilo : percentW)) || 0];
}
