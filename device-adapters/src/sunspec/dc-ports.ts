import { groupCount, type ModelImage, numberAt } from "./model-image.ts";
import type { Decoded } from "./point-codec.ts";

/** What is connected to a DC port of model 714. */
export type DcPortUse = "pv" | "battery";

/** PrtTyp of model 714: PV = 0; ESS = 1 and BIDIR = 5 are batteries. */
const USE_OF_TYPE: ReadonlyMap<number, DcPortUse> = new Map([
  [0, "pv"],
  [1, "battery"],
  [5, "battery"],
]);

/** Whether the device has a port of a use. */
export function hasDcPort(ports: ModelImage, use: DcPortUse): boolean {
  return portsOf(ports, use).length > 0;
}

/** The DC power of the ports of one use in watts; + is into the inverter. A port without a value is left out. */
export function dcPortPower(ports: ModelImage, use: DcPortUse): Decoded<number> {
  let missing: Decoded<number> = { status: "unavailable", reason: `no DC port for ${use}` };
  let sum: number | null = null;
  for (const index of portsOf(ports, use)) {
    const power = numberAt(ports, "DCW", index);
    if (power.status === "bad") return power;
    if (power.status === "good") sum = (sum ?? 0) + power.value;
    else missing = power;
  }
  return sum === null ? missing : { status: "good", value: sum };
}

function portsOf(ports: ModelImage, use: DcPortUse): readonly number[] {
  return Array.from({ length: groupCount(ports) }, (_, index) => index).filter((index) => {
    const type = numberAt(ports, "PrtTyp", index);
    return type.status === "good" && USE_OF_TYPE.get(type.value) === use;
  });
}
