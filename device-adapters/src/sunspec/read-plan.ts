import type { ModelDefinition, PointDefinition } from "./model-definition.ts";
import { groupCapacity } from "./model-image.ts";

/** One read request, in registers from a model's ID register. */
export interface ReadBlock {
  readonly offset: number;
  readonly count: number;
}

/** Where points end that a read may stop behind: all but those inside a sync group. */
function endsOf(points: readonly PointDefinition[], start: number): readonly number[] {
  return points
    .filter(({ sync }, index) => sync === undefined || points[index + 1]?.sync !== sync)
    .map((point) => start + point.offset + point.registers);
}

/** Where a read may stop, in registers from the ID register. */
function boundaries(definition: ModelDefinition, length: number): readonly number[] {
  const ends = [1, 2, ...endsOf(definition.points, 0)];
  for (let copy = 0; copy < groupCapacity(definition, length); copy++) {
    const start = definition.registers + copy * (definition.group?.registers ?? 0);
    ends.push(...endsOf(definition.group?.points ?? [], start));
  }
  return ends.filter((end) => end <= length + 2);
}

/**
 * Cuts the reading of a model into requests of at most `registersMax`, at point boundaries only: devices
 * may refuse a read that ends inside a point, and a sync group is one value. Reads no further than the device's own length L, nor than
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
