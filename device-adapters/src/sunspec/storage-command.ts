import { roundToWatts, type Watts } from "@commonwatt/vpp-core";
import { pointOf } from "./model-definition.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";
import { storageModel } from "./models/storage-model.ts";
import { encodeNumber } from "./point-codec.ts";
import { chargeMaxW, dischargeMaxW } from "./storage-limits.ts";

/** StorCtl_Mod: bit 0 makes the device heed InWRte, bit 1 OutWRte. */
const CONTROL_BOTH = 3;
const CONTROL_NONE = 0;
/** ChaGriSet: whether the battery may charge from the grid. */
const CHARGE_FROM_GRID = 1;
/** The longest time a uint16 can say; 65535 means "not implemented". */
const REVERSION_MAX_S = 65_534;

/** One write request: a point of model 124, the values from it on, as unsigned registers. */
export interface StorageWrite {
  readonly point: string;
  readonly values: readonly number[];
}

/** How a battery is brought to hold one power: the writes in their order, and what they come to. */
export interface StorageCommand {
  readonly writes: readonly StorageWrite[];
  /** The power asked for, clamped to the limits and rounded to what the percentages can say. */
  readonly appliedPowerW: Watts;
}

/** Why a battery cannot be commanded, as a sentence. */
export interface StorageRefusal {
  readonly refusal: string;
}

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
 * the reversion timer first, then the window, the mode last. All numbers come from `storage` and
 * `nameplate` as just read, scale factors included.
 */
export function planStorageCommand(
  powerW: Watts,
  durationS: number,
  storage: ModelImage,
  nameplate: ModelImage | null,
): StorageCommand | StorageRefusal {
  const charge = chargeMaxW(storage);
  const discharge = dischargeMaxW(storage, nameplate);
  const scale = rawNumberAt(storage, "InOutWRte_SF");
  if (charge.status !== "good" || charge.value <= 0)
    return { refusal: "the charge power limit is not known" };
  if (discharge.status !== "good" || discharge.value <= 0) {
    return { refusal: "the discharge power limit is not known" };
  }
  if (scale.status !== "good" || scale.value > 0 || scale.value < -2) {
    return { refusal: "the scale factor of the rates is not usable" };
  }
  if (rawNumberAt(storage, "InOutWRte_RvrtTms").status !== "good") {
    return { refusal: "the device has no reversion timer: a command would outlive us" };
  }
  const window = windowFor(powerW, charge.value, discharge.value, 10 ** -scale.value);
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
): readonly StorageWrite[] {
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
export function differenceFrom(storage: ModelImage, writes: readonly StorageWrite[]): string | null {
  for (const { point, values } of writes) {
    const { offset } = pointOf(storageModel, point, false);
    for (const [index, value] of values.entries()) {
      const found = storage.bytes.readUInt16BE(2 * (offset + index));
      // Some devices count the reversion timer down in its own register.
      const holds = point === "InOutWRte_RvrtTms" ? found > 0 && found <= value : found === value;
      if (!holds) return `${point}+${index} was written as ${value} and reads ${found}`;
    }
  }
  return null;
}
