import type { CommandImages, CommandRefusal } from "./model-command.ts";
import { type ModelImage, numberAt, rawNumberAt } from "./model-image.ts";
import type { Decoded } from "./point-codec.ts";

/** 0 % sends some inverters to standby. */
const PERCENT_MIN = 1;

/** A limit as a percentage on the wire. */
export interface LimitPercent {
  readonly raw: number;
  /** 100 % on the wire. */
  readonly fullRaw: number;
  /** What the percentage comes to, in watts. */
  readonly appliedPowerW: number;
}

/** What 100 % of WMaxLimPct stands for: WMax as set, else the rating, of the old models or of 702. */
function limitBaseW(images: CommandImages): Decoded<number> {
  const sources = [
    ["settings", "WMax"],
    ["nameplate", "WRtg"],
    ["capacity", "WMax"],
    ["capacity", "WMaxRtg"],
  ] as const;
  for (const [role, name] of sources) {
    const image = images.get(role);
    const value = image === undefined ? null : numberAt(image, name);
    if (value !== null && value.status !== "unavailable") return value;
  }
  return { status: "unavailable", reason: "no model says WMax" };
}

/** Turns watts into the percentage on the wire, never above the limit unless that would be under 1 %. */
export function limitPercent(
  powerMaxW: number,
  controls: ModelImage,
  images: CommandImages,
): LimitPercent | CommandRefusal {
  const base = limitBaseW(images);
  if (base.status !== "good" || base.value <= 0)
    return { refusal: "the power that 100 % stands for is not known" };
  const scale = rawNumberAt(controls, "WMaxLimPct_SF");
  if (scale.status !== "good" || scale.value > 0 || scale.value < -2) {
    return { refusal: "the scale factor of the limit is not usable" };
  }
  const rawPerPercent = 10 ** -scale.value;
  const percent = Math.max(PERCENT_MIN, Math.min(100, (powerMaxW / base.value) * 100));
  const raw = Math.floor(percent * rawPerPercent + 1e-9);
  return { raw, fullRaw: 100 * rawPerPercent, appliedPowerW: (raw / rawPerPercent / 100) * base.value };
}
