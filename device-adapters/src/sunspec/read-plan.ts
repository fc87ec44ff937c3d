import type { ModelDefinition } from "./model-definition.ts";
import { groupCapacity } from "./model-image.ts";

/** One read request, in registers from a model's ID register. */
export interface ReadBlock {
  readonly offset: number;
  readonly count: number;
}

/** Where points end, in registers from the ID register; a read may stop at these places only. */
function boundaries(definition: ModelDefinition, length: number): readonly number[] {
  const ends = [1, 2, ...definition.points.map((point) => point.offset + point.registers)];
  for (let copy = 0; copy < groupCapacity(definition, length); copy++) {
    const start = definition.registers + copy * (definition.group?.registers ?? 0);
    ends.push(...(definition.group?.points ?? []).map((point) => start + point.offset + point.registers));
  }
  return ends.filter((end) => end <= length + 2);
}

/**
 * Cuts the reading of a model into requests of at most `registersMax`, at point boundaries only: devices
 * may refuse a read that ends inside a point. Reads no further than the device's own length L, nor than
 * the points we know.
 */
export function planReads(
  definition: ModelDefinition,
  length: number,
  registersMax: number,
): readonly ReadBlock[] {
  const blocks: ReadBlock[] = [];
  let start = 0;
  let end = 0;
  for (const boundary of boundaries(definition, length)) {
    if (boundary - start > registersMax) {
      blocks.push({ offset: start, count: end - start });
      start = end;
    }
    end = boundary;
  }
  return [...blocks, { offset: start, count: end - start }];
}
