import type { ModelDefinition, PointDefinition } from "./model-definition.ts";
import { encodeNumber, encodeText } from "./point-codec.ts";

/** Values of points by name: unscaled numbers as they go on the wire, and texts. */
export type WireValues = Readonly<Record<string, number | string>>;

/** The values of a model; what is not named is "not implemented". */
export interface ModelValues {
  readonly points: WireValues;
  readonly groups?: readonly WireValues[];
}

/** Encodes a model with its ID and L. */
export function encodeModel(definition: ModelDefinition, id: number, values: ModelValues): Buffer {
  const groups = values.groups ?? [];
  const parts = [
    ...definition.points.map((point) => encodePoint(point, values.points)),
    ...groups.flatMap((group) => (definition.group?.points ?? []).map((point) => encodePoint(point, group))),
  ];
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(4);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(body.length / 2, 2);
  return Buffer.concat([header, body]);
}

function encodePoint(point: PointDefinition, values: WireValues): Buffer {
  const value = values[point.name];
  if (point.type === "string") return encodeText(point, typeof value === "string" ? value : "");
  return encodeNumber(point, typeof value === "number" ? value : null);
}

/** The largest scale factors that devices use for power; ten to the third is a kilowatt. */
const SCALE_FACTORS = [0, 1, 2, 3] as const;

/**
 * The smallest scale factor from 0 on with which all values fit below `limit`. As in real devices, it may
 * change from one read to the next.
 */
export function scaleFor(values: readonly number[], limit: number): number {
  const largest = Math.max(...values.map((value) => Math.abs(value)));
  return SCALE_FACTORS.find((factor) => largest / 10 ** factor < limit) ?? 3;
}

/** A value as it goes on the wire: scaled, rounded half away from zero, kept within `limit`. */
export function scaled(value: number, factor: number, limit: number): number {
  const raw = Math.sign(value) * Math.round(Math.abs(value) / 10 ** factor);
  return Math.max(-limit, Math.min(limit, raw)) || 0;
}

/** The largest values that are not sentinels. */
export const INT16_LIMIT = 32_767;
/** See {@link INT16_LIMIT}. */
export const UINT16_LIMIT = 65_534;
