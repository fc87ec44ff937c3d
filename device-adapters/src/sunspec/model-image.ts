import type { EpochMs } from "@commonwatt/vpp-core";
import { type ModelDefinition, type PointDefinition, pointOf } from "./model-definition.ts";
import { applyScale, type Decoded, decodeNumber, decodeText } from "./point-codec.ts";

/** The registers of one model as they were read, from its ID register on. */
export interface ModelImage {
  readonly definition: ModelDefinition;
  readonly bytes: Buffer;
  /** When the response came in. */
  readonly sourceTimeMs: EpochMs;
}

/** How many copies of a model's group fit into its length L. */
export function groupCapacity(definition: ModelDefinition, length: number): number {
  if (definition.group === null) return 0;
  return Math.max(0, Math.floor((length + 2 - definition.registers) / definition.group.registers));
}

/** How many copies of its group a model has: what its count says, as far as the length allows it. */
export function groupCount(image: ModelImage): number {
  const capacity = groupCapacity(image.definition, image.bytes.length / 2 - 2);
  const count = image.definition.group?.count ?? null;
  const stated = count === null ? null : rawNumberAt(image, count);
  return stated?.status === "good" ? Math.min(capacity, stated.value) : capacity;
}

function bytesOf(image: ModelImage, point: PointDefinition, groupIndex: number | null): Buffer | null {
  const groupStart =
    groupIndex === null
      ? 0
      : image.definition.registers + groupIndex * (image.definition.group?.registers ?? 0);
  const start = 2 * (groupStart + point.offset);
  const end = start + 2 * point.registers;
  return end <= image.bytes.length ? image.bytes.subarray(start, end) : null;
}

const TOO_SHORT: Decoded<never> = { status: "unavailable", reason: "the device's model is too short for it" };

/** A number of a model without its scale; of the group copy `groupIndex` when that is given. */
export function rawNumberAt(
  image: ModelImage,
  name: string,
  groupIndex: number | null = null,
): Decoded<number> {
  const point = pointOf(image.definition, name, groupIndex !== null);
  const bytes = bytesOf(image, point, groupIndex);
  return bytes === null ? TOO_SHORT : decodeNumber(point, bytes);
}

/** A number of a model in its unit, scaled by the factor in the same response. */
export function numberAt(image: ModelImage, name: string, groupIndex: number | null = null): Decoded<number> {
  const raw = rawNumberAt(image, name, groupIndex);
  const { scale } = pointOf(image.definition, name, groupIndex !== null);
  return scale === undefined ? raw : applyScale(raw, rawNumberAt(image, scale));
}

/** A text of a model. */
export function textAt(image: ModelImage, name: string, groupIndex: number | null = null): Decoded<string> {
  const point = pointOf(image.definition, name, groupIndex !== null);
  const bytes = bytesOf(image, point, groupIndex);
  return bytes === null ? TOO_SHORT : decodeText(bytes);
}
