import { contiguousWrites } from "./contiguous-writes.ts";
import { limitPercent } from "./limit-percent.ts";
import {
  type CommandImages,
  type CommandRecipe,
  type CommandRefusal,
  type ModelCommand,
  type ModelWrite,
  registerDifference,
} from "./model-command.ts";
import { pointOf } from "./model-definition.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";
import { immediateControlsModel } from "./models/immediate-controls-model.ts";
import { reversionSeconds, timerDoubt } from "./reversion-timer.ts";

const ENABLED = 1;
const DISABLED = 0;
const AT_ONCE_S = 0;
const NO_TIMER: CommandRefusal = { refusal: "the device has no reversion timer: a limit would outlive us" };

function firstDifference(after: ModelImage, writes: readonly ModelWrite[]): string | null {
  for (const write of writes) {
    const difference = registerDifference(after, write);
    if (difference !== null) return difference;
  }
  return null;
}

/**
 * Limits an inverter by model 123. Limit, timers and the enable point stand side by side: one request
 * carries them all, and the enable point anew at every change, without which the change would not count.
 */
export class ImmediateLimitRecipe implements CommandRecipe {
  readonly role = "immediateControls";
  readonly alsoReads = ["settings", "nameplate", "capacity", "derControl"] as const;
  readonly refusalWithoutModel = "no-pv-limit";

  plan(powerW: number, durationS: number, images: CommandImages): ModelCommand | CommandRefusal {
    const controls = images.get("immediateControls");
    if (controls === undefined) return { refusal: "the device has no controls model" };
    const percent = limitPercent(powerW, controls, images);
    if ("refusal" in percent) return percent;
    if (rawNumberAt(controls, "WMaxLimPct_RvrtTms").status !== "good") return NO_TIMER;
    const writes = contiguousWrites(controls, [
      ["WMaxLimPct", percent.raw],
      ["WMaxLimPct_WinTms", AT_ONCE_S],
      ["WMaxLimPct_RvrtTms", Math.min(0xfffe, reversionSeconds(durationS))],
      ["WMaxLimPct_RmpTms", AT_ONCE_S],
      ["WMaxLim_Ena", ENABLED],
    ]);
    return { writes, appliedPowerW: percent.appliedPowerW };
  }

  planRelease(): readonly ModelWrite[] {
    return [{ point: "WMaxLim_Ena", values: [DISABLED] }];
  }

  differenceFrom(after: ModelImage, writes: readonly ModelWrite[]): string | null {
    return firstDifference(withoutRunningTimer(after, writes), writes);
  }
}

/** Some devices count the reversion timer down in its own register: what is left of it counts as written. */
function withoutRunningTimer(after: ModelImage, writes: readonly ModelWrite[]): ModelImage {
  const { offset } = pointOf(immediateControlsModel, "WMaxLimPct_RvrtTms", false);
  for (const { point, values } of writes) {
    const written = values[offset - pointOf(immediateControlsModel, point, false).offset];
    const found = after.bytes.readUInt16BE(2 * offset);
    if (written === undefined || found <= 0 || found > written) continue;
    const bytes = Buffer.from(after.bytes);
    bytes.writeUInt16BE(written, 2 * offset);
    return { ...after, bytes };
  }
  return after;
}

/** Limits an inverter by model 704, whose timer says how much of it is left. */
export class AcLimitRecipe implements CommandRecipe {
  readonly role = "acControls";
  readonly alsoReads = ["settings", "nameplate", "capacity", "derControl"] as const;
  readonly refusalWithoutModel = "no-pv-limit";
  #armedS = 0;

  plan(powerW: number, durationS: number, images: CommandImages): ModelCommand | CommandRefusal {
    const controls = images.get("acControls");
    if (controls === undefined) return { refusal: "the device has no controls model" };
    const percent = limitPercent(powerW, controls, images);
    if ("refusal" in percent) return percent;
    if (rawNumberAt(controls, "WMaxLimPctRvrtTms").status !== "good") return NO_TIMER;
    this.#armedS = reversionSeconds(durationS);
    const writes = contiguousWrites(controls, [
      ["WMaxLimPct", percent.raw],
      ["WMaxLimPctRvrt", percent.fullRaw],
      ["WMaxLimPctEnaRvrt", DISABLED],
      ["WMaxLimPctRvrtTms", this.#armedS],
    ]);
    return {
      writes: [...writes, { point: "WMaxLimPctEna", values: [ENABLED] }],
      appliedPowerW: percent.appliedPowerW,
    };
  }

  planRelease(): readonly ModelWrite[] {
    return [{ point: "WMaxLimPctEna", values: [DISABLED] }];
  }

  differenceFrom(after: ModelImage, writes: readonly ModelWrite[]): string | null {
    const difference = firstDifference(after, writes);
    if (difference !== null || writes.length === 1) return difference;
    return timerDoubt(after, "WMaxLimPctRvrtTms", "WMaxLimPctRvrtRem", this.#armedS);
  }
}
