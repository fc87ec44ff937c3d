import type { PointName } from "@commonwatt/vpp-core";
import type { PointProfile, RegisterMapProfile } from "../../profile-device/profile.ts";
import type { PointValues } from "./point-values.ts";

/** Values of registers by their names in W, Wh or percent, with our signs; `null` is "not there". */
export type RegisterValues = ReadonlyMap<string, number | null>;

/**
 * What the registers of a profile must say so that its points come out as they are: the way of a reading,
 * backwards. A sum of several registers is parted into two halves, as of two strings or two phases, and the
 * others are not there; a difference has one side at zero.
 */
export function registerValues(profile: RegisterMapProfile, points: PointValues): RegisterValues {
  const values = new Map<string, number | null>();
  const entries = Object.entries(profile.points) as [PointName, PointProfile][];
  // What one point settles alone goes first: others may be worked out from it.
  const [alone, together] = [entries.filter(isAlone), entries.filter((entry) => !isAlone(entry))];
  for (const [name, { add = [], percent }] of alone) {
    const [only] = add;
    if (only !== undefined) values.set(only, points[name]);
    if (percent !== undefined) values.set(percent.register, percentOf(points[name], points[percent.of]));
  }
  for (const [name, point] of together) solve(point, points[name], values);
  return values;
}

function isAlone([, { add = [], subtract = [] }]: readonly [PointName, PointProfile]): boolean {
  return add.length + subtract.length <= 1;
}

function percentOf(value: number, whole: number): number {
  return whole === 0 ? 0 : (100 * value) / whole;
}

function solve({ add = [], subtract = [] }: PointProfile, value: number, values: Map<string, number | null>) {
  const settled = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (values.get(name) ?? 0), 0);
  const rest = value - settled(add) + settled(subtract);
  const free = (names: readonly string[]): readonly string[] => names.filter((name) => !values.has(name));
  const [plus, minus] = [free(add), free(subtract)];
  if (plus.length > 0 && minus.length > 0) {
    share(plus, Math.max(0, rest), values);
    share(minus, Math.max(0, -rest), values);
  } else {
    share(plus, rest, values);
    share(minus, -rest, values);
  }
}

function share(names: readonly string[], value: number, values: Map<string, number | null>): void {
  const first = names.length > 1 ? Math.floor(value / 2) : value;
  for (const [index, name] of names.entries()) {
    values.set(name, index === 0 ? first : index === 1 ? value - first : null);
  }
}
