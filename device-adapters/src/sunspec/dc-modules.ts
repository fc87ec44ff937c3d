import { groupCount, type ModelImage, numberAt, textAt } from "./model-image.ts";
import type { Decoded } from "./point-codec.ts";

/** What is connected to a DC input of a hybrid inverter. */
export type DcModuleUse = "pv" | "charge" | "discharge";

/** Fronius GEN24 without texts: inputs 1 and 2 are PV, 3 is charge, 4 is discharge (positions from 0). */
const HYBRID_POSITIONS: readonly DcModuleUse[] = ["pv", "pv", "charge", "discharge"];

/** What DC input `index` of model 160 is: by its text when it has one, else by its place. */
function dcModuleUse(mppt: ModelImage, index: number, hasStorage: boolean): DcModuleUse {
  const text = textAt(mppt, "IDStr", index);
  if (text.status === "good") {
    if (/dis_?cha/i.test(text.value)) return "discharge";
    return /cha/i.test(text.value) ? "charge" : "pv";
  }
  const isHybrid = hasStorage && groupCount(mppt) === HYBRID_POSITIONS.length;
  return isHybrid ? (HYBRID_POSITIONS[index] ?? "pv") : "pv";
}

/** The sum of the DC powers of one use in watts, over the inputs that have a value. */
export function dcPower(mppt: ModelImage, use: DcModuleUse, hasStorage: boolean): Decoded<number> {
  let missing: Decoded<number> = { status: "unavailable", reason: `no DC input for ${use}` };
  let sum: number | null = null;
  for (let index = 0; index < groupCount(mppt); index++) {
    if (dcModuleUse(mppt, index, hasStorage) !== use) continue;
    const power = numberAt(mppt, "DCW", index);
    if (power.status === "bad") return power;
    if (power.status === "good") sum = (sum ?? 0) + power.value;
    else missing = power;
  }
  return sum === null ? missing : { status: "good", value: sum };
}
