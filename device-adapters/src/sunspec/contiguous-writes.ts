import { type ModelWrite, registersFor } from "./model-command.ts";
import { pointOf } from "./model-definition.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";

/**
 * Puts values that stand side by side into one request each. A point that the device does not implement is
 * left out, for many devices refuse a request that holds one.
 * @param values raw values by point, in the order of their registers.
 */
export function contiguousWrites(
  model: ModelImage,
  values: readonly (readonly [point: string, raw: number])[],
): readonly ModelWrite[] {
  const writes: { point: string; values: number[]; end: number }[] = [];
  for (const [point, raw] of values) {
    const { offset, mandatory } = pointOf(model.definition, point, false);
    if (mandatory !== true && rawNumberAt(model, point).status !== "good") continue;
    const registers = registersFor(model.definition, point, raw);
    const last = writes.at(-1);
    if (last?.end === offset) {
      last.values.push(...registers);
      last.end += registers.length;
    } else writes.push({ point, values: [...registers], end: offset + registers.length });
  }
  return writes.map(({ point, values: registers }) => ({ point, values: registers }));
}
