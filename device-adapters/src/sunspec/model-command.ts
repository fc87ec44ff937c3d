import type { LeaseRefusal } from "@commonwatt/vpp-core";
import type { ModelDefinition } from "./model-definition.ts";
import { pointOf } from "./model-definition.ts";
import type { ModelImage } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import { encodeNumber } from "./point-codec.ts";

/** One write request: a point of a model, the registers from it on, unsigned. */
export interface ModelWrite {
  readonly point: string;
  readonly values: readonly number[];
}

/** How a device is brought to hold one power: the writes in their order, and what they come to. */
export interface ModelCommand {
  readonly writes: readonly ModelWrite[];
  /** The power asked for, clamped to the limits and rounded to what the registers can say, in watts. */
  readonly appliedPowerW: number;
}

/** Why a device cannot be commanded, as a sentence. */
export interface CommandRefusal {
  readonly refusal: string;
}

/** The models of a device as read just before a command. */
export type CommandImages = ReadonlyMap<ModelRole, ModelImage>;

/** How one model is commanded. Plans come from images just read, scale factors included. */
export interface CommandRecipe {
  /** The model that is written. */
  readonly role: ModelRole;
  /** The other models that a plan looks at, as far as the device has them. */
  readonly alsoReads: readonly ModelRole[];
  /** The refusal when the device has lost the model. */
  readonly refusalWithoutModel: LeaseRefusal;
  /** The writes that hold a power for some time; the one that makes it count comes last. */
  plan(powerW: number, durationS: number, images: CommandImages): ModelCommand | CommandRefusal;
  /** The writes that return the device to its own mode. */
  planRelease(images: CommandImages): readonly ModelWrite[];
  /** Where the model read back is not what was written, as a sentence; `null` when it is. */
  differenceFrom(after: ModelImage, writes: readonly ModelWrite[]): string | null;
  /** The device has been released. */
  forget?(): void;
}

/** The registers of a point's value as they go on the wire. */
export function registersFor(model: ModelDefinition, name: string, value: number): readonly number[] {
  const bytes = encodeNumber(pointOf(model, name, false), value);
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(2 * index));
}

/** The first register that reads otherwise than it was written, as a sentence; `null` when there is none. */
export function registerDifference(after: ModelImage, { point, values }: ModelWrite): string | null {
  const { offset } = pointOf(after.definition, point, false);
  for (const [index, value] of values.entries()) {
    const found = after.bytes.readUInt16BE(2 * (offset + index));
    if (found !== value) return `${point}+${index} was written as ${value} and reads ${found}`;
  }
  return null;
}
