import type { FillLeaf } from "../batch/fill-leaf.ts";

/**
 * Where the fills of an order would end among sorted ones, or those of a whole account when no order is named. Of fills that
 * are not sorted it tells a place that means nothing. In few steps: an archive can have as many orders as it has fills.
 */
export function placeAfter(
  fills: readonly Pick<FillLeaf, "accountIndex" | "orderIndex">[],
  accountIndex: number,
  orderIndex: number = Number.POSITIVE_INFINITY,
): number {
  let [from, to] = [0, fills.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const fill = fills[middle];
    const isAfter =
      fill !== undefined &&
      (fill.accountIndex > accountIndex ||
        (fill.accountIndex === accountIndex && fill.orderIndex > orderIndex));
    if (isAfter) to = middle;
    else from = middle + 1;
  }
  return from;
}
