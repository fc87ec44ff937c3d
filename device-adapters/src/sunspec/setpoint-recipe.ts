import { roundToWatts } from "@commonwatt/vpp-core";
import { chargeMaxNow, dischargeMaxNow, LIMIT_ROLES } from "./battery-limits.ts";
import { contiguousWrites } from "./contiguous-writes.ts";
import { dcPortPower, hasDcPort } from "./dc-ports.ts";
import {
  type CommandImages,
  type CommandRecipe,
  type CommandRefusal,
  type ModelCommand,
  type ModelWrite,
  registerDifference,
} from "./model-command.ts";
import { type ModelImage, numberAt, rawNumberAt } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import type { Decoded } from "./point-codec.ts";
import { reversionSeconds, timerDoubt } from "./reversion-timer.ts";

const ENABLED = 1;
const DISABLED = 0;
/** WSetMod: WSet in watts. */
const MODE_WATTS = 1;

/**
 * Commands a battery by WSet of model 704, in watts of AC power (negative charges). A device that has PV
 * ports besides is told the sum of its sun and the battery power; it follows the sun at every refresh.
 * After the timer the function is disabled: the device is back in its own mode.
 */
export class SetpointRecipe implements CommandRecipe {
  readonly role = "acControls";
  readonly alsoReads: readonly ModelRole[] = [...LIMIT_ROLES, "dcMeasurement"];
  readonly refusalWithoutModel = "no-battery";
  #armedS = 0;

  plan(powerW: number, durationS: number, images: CommandImages): ModelCommand | CommandRefusal {
    const controls = images.get("acControls");
    if (controls === undefined) return { refusal: "the device has no controls model" };
    const [charge, discharge] = [chargeMaxNow(images).power, dischargeMaxNow(images).power];
    const [sun, inverter] = [pvPowerW(images), inverterMaxW(images)];
    if (charge.status !== "good") return { refusal: "the charge power limit is not known" };
    if (discharge.status !== "good") return { refusal: "the discharge power limit is not known" };
    if (sun.status !== "good") return { refusal: `the power of the sun is not known: ${sun.reason}` };
    const scale = setpointScale(controls);
    if (scale === null) return { refusal: "the scale factor of WSet is not usable" };
    if (rawNumberAt(controls, "WSetRvrtTms").status !== "good") {
      return { refusal: "the device has no reversion timer: a command would outlive us" };
    }
    const batteryW = Math.max(-charge.value, Math.min(discharge.value, powerW));
    // The sun goes first through the inverter that both share.
    const acW = Math.max(-inverter, Math.min(inverter, batteryW + sun.value));
    const raw = Math.trunc(acW / 10 ** scale + Math.sign(acW) * 1e-9) || 0;
    this.#armedS = reversionSeconds(durationS);
    return {
      appliedPowerW: roundToWatts(raw * 10 ** scale - sun.value),
      writes: [
        ...contiguousWrites(controls, [
          ["WSetEnaRvrt", DISABLED],
          ["WSetRvrtTms", this.#armedS],
        ]),
        ...contiguousWrites(controls, [
          ["WSetMod", MODE_WATTS],
          ["WSet", raw],
        ]),
        { point: "WSetEna", values: [ENABLED] },
      ],
    };
  }

  planRelease(): readonly ModelWrite[] {
    return [{ point: "WSetEna", values: [DISABLED] }];
  }

  differenceFrom(after: ModelImage, writes: readonly ModelWrite[]): string | null {
    for (const write of writes) {
      const difference = registerDifference(after, write);
      if (difference !== null) return difference;
    }
    const isCommand = writes.length > 1;
    return isCommand ? timerDoubt(after, "WSetRvrtTms", "WSetRvrtRem", this.#armedS) : null;
  }
}

/** WSet_SF when WSet and its scale are there; `null` when it cannot be used. */
function setpointScale(controls: ModelImage): number | null {
  if (rawNumberAt(controls, "WSet").status !== "good") return null;
  const scale = rawNumberAt(controls, "WSet_SF");
  return scale.status === "good" && Math.abs(scale.value) <= 3 ? scale.value : null;
}

/** What the sun adds behind the same AC side; 0 for a battery alone. */
function pvPowerW(images: CommandImages): Decoded<number> {
  const ports = images.get("dcMeasurement");
  if (ports === undefined || !hasDcPort(ports, "pv")) return { status: "good", value: 0 };
  const power = dcPortPower(ports, "pv");
  return power.status === "good" ? { status: "good", value: Math.max(0, power.value) } : power;
}

/** The most AC power of the inverter either way; no limit where no model says it. */
function inverterMaxW(images: CommandImages): number {
  const capacity = images.get("capacity");
  for (const name of capacity === undefined ? [] : ["WMax", "WMaxRtg"]) {
    const value = capacity === undefined ? null : numberAt(capacity, name);
    if (value?.status === "good" && value.value > 0) return value.value;
  }
  return Number.POSITIVE_INFINITY;
}
