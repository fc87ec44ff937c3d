import { roundToWatts } from "@commonwatt/vpp-core";
import {
  chargeMaxNow,
  dischargeMaxNow,
  type LimitImages,
  ratedChargeMaxW,
  ratedDischargeMaxW,
} from "./battery-limits.ts";
import {
  type CommandRefusal,
  type ModelCommand,
  type ModelWrite,
  registerDifference,
} from "./model-command.ts";
import { pointOf } from "./model-definition.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";
import { storageModel } from "./models/storage-model.ts";
import { encodeNumber } from "./point-codec.ts";

/** StorCtl_Mod: bit 0 makes the device heed InWRte, bit 1 OutWRte. */
const CONTROL_BOTH = 3;
const CONTROL_NONE = 0;
/** ChaGriSet: whether the battery may charge from the grid. */
const CHARGE_FROM_GRID = 1;
/** The longest time a uint16 can say; 65535 means "not implemented". */
const REVERSION_MAX_S = 65_534;

/** A raw register value as it goes on the wire. */
function wire(name: string, value: number): number {
  return encodeNumber(pointOf(storageModel, name, false), value).readUInt16BE(0);
}

interface Window {
  readonly outRaw: number;
  readonly inRaw: number;
  readonly appliedW: number;
}

/**
 * The narrowest window around `powerW` that percentages can say. OutWRte is the most the battery may
 * discharge, InWRte the most it may charge; a negative value pushes that end of the window over zero. The
 * end that is pushed is rounded inwards, so that the window never turns inside out.
 */
function windowFor(powerW: number, chargeW: number, dischargeW: number, rawPerPercent: number): Window {
  // Both ends are percentages up to 100 of their own base: more than the smaller base has no exact window.
  const largest = Math.min(chargeW, dischargeW);
  const wishedW = Math.max(-largest, Math.min(largest, powerW));
  const raw = (watts: number, base: number): number => (watts / base) * 100 * rawPerPercent;
  const limit = wishedW < 0 ? chargeW : dischargeW;
  const other = wishedW < 0 ? dischargeW : chargeW;
  const held = Math.round(raw(Math.abs(wishedW), limit));
  const heldW = (held / 100 / rawPerPercent) * limit;
  const pushed = -Math.floor(raw(heldW, other) + 1e-9) || 0;
  return wishedW < 0
    ? { outRaw: pushed, inRaw: held, appliedW: -heldW }
    : { outRaw: held, inRaw: pushed, appliedW: heldW };
}

/**
 * Works out the writes that make a battery hold `powerW` (+ is discharge) for `durationS` by model 124:
 * the reversion timer first, then the window, the mode last. All numbers come from models as just read,
 * scale factors included; the power is clamped to what the battery can do now, and cut to whole steps of
 * `stepW` where the device takes no others.
 */
export function planStorageCommand(
  powerW: number,
  durationS: number,
  storage: ModelImage,
  images: LimitImages,
  stepW = 1,
): ModelCommand | CommandRefusal {
  const charge = ratedChargeMaxW(images);
  const discharge = ratedDischargeMaxW(images);
  const [chargeNow, dischargeNow] = [chargeMaxNow(images).power, dischargeMaxNow(images).power];
  const scale = rawNumberAt(storage, "InOutWRte_SF");
  if (charge.status !== "good" || charge.value <= 0 || chargeNow.status !== "good") {
    return { refusal: "the charge power limit is not known" };
  }
  if (discharge.status !== "good" || discharge.value <= 0 || dischargeNow.status !== "good") {
    return { refusal: "the discharge power limit is not known" };
  }
  if (scale.status !== "good" || scale.value > 0 || scale.value < -2) {
    return { refusal: "the scale factor of the rates is not usable" };
  }
  if (rawNumberAt(storage, "InOutWRte_RvrtTms").status !== "good") {
    return { refusal: "the device has no reversion timer: a command would outlive us" };
  }
  const allowedW = Math.max(-chargeNow.value, Math.min(dischargeNow.value, powerW));
  const wishedW = Math.trunc(allowedW / stepW) * stepW || 0;
  const window = windowFor(wishedW, charge.value, discharge.value, 10 ** -scale.value);
  const fromGrid = powerW < 0 && rawNumberAt(storage, "ChaGriSet").status === "good";
  const reversionS = Math.min(REVERSION_MAX_S, Math.max(1, Math.ceil(durationS)));
  return {
    appliedPowerW: roundToWatts(window.appliedW),
    writes: [
      { point: "InOutWRte_RvrtTms", values: [reversionS] },
      { point: "OutWRte", values: [wire("OutWRte", window.outRaw), wire("InWRte", window.inRaw)] },
      ...(fromGrid ? [{ point: "ChaGriSet", values: [CHARGE_FROM_GRID] }] : []),
      { point: "StorCtl_Mod", values: [CONTROL_BOTH] },
    ],
  };
}

/**
 * The writes that return a battery to its own mode: no control, rates open, and ChaGriSet as it was before
 * the first command (`null` leaves it).
 */
export function planStorageRelease(
  storage: ModelImage,
  chargeFromGridBefore: number | null,
): readonly ModelWrite[] {
  const scale = rawNumberAt(storage, "InOutWRte_SF");
  const full =
    scale.status === "good" && scale.value <= 0 && scale.value >= -2 ? 100 * 10 ** -scale.value : null;
  return [
    { point: "StorCtl_Mod", values: [CONTROL_NONE] },
    ...(full === null ? [] : [{ point: "OutWRte", values: [full, full] }]),
    ...(chargeFromGridBefore === null ? [] : [{ point: "ChaGriSet", values: [chargeFromGridBefore] }]),
  ];
}

/** Where a model read back differs from what was written, as a sentence; `null` when it does not. */
export function differenceFrom(storage: ModelImage, writes: readonly ModelWrite[]): string | null {
  for (const write of writes) {
    const difference =
      write.point === "InOutWRte_RvrtTms"
        ? timerDifference(storage, write)
        : registerDifference(storage, write);
    if (difference !== null) return difference;
  }
  return null;
}

/** Some devices count the reversion timer down in its own register. */
function timerDifference(storage: ModelImage, { point, values: [written = 0] }: ModelWrite): string | null {
  const found = storage.bytes.readUInt16BE(2 * pointOf(storageModel, point, false).offset);
  return found > 0 && found <= written ? null : `${point} was written as ${written} and reads ${found}`;
}
