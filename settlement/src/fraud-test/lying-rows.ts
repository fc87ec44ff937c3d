import type { BatchArchive } from "../batch/batch-archive.ts";
import type { FillLeaf } from "../batch/fill-leaf.ts";
import { withSumsOf } from "../batch/fill-leaves.ts";
import {
  type ArchivedReading,
  type PositionRow,
  positionsOf,
  positionToRow,
  type ReadingRow,
  readingsOf,
  readingToRow,
} from "../batch/metered-rows.ts";
import { fillsOf, fillToRow } from "../batch/money-rows.ts";
import type { Odd } from "../batch/odd-leaf.ts";
import { type ArchivedOrder, type OrderRow, ordersOf, orderToRow } from "../batch/order-rows.ts";
import type { PositionLeaf } from "../batch/position-leaf.ts";

/** Orders as rows of an archive, with whatever is not as the rest says. */
export function lyingOrders(archive: BatchArchive, orders: readonly ArchivedOrder[]): readonly OrderRow[] {
  const usual = ordersOf({ ...archive, orders: orders.map((order) => orderToRow(order)) });
  return orders.map((order, index) => orderToRow(order, oddOf(order.leaf, usual[index]?.leaf)));
}

/** Readings as rows of an archive; see {@link lyingOrders}. */
export function lyingReadings(
  archive: BatchArchive,
  readings: readonly ArchivedReading[],
): readonly ReadingRow[] {
  const usual = readingsOf({ ...archive, readings: readings.map((reading) => readingToRow(reading)) });
  return readings.map((reading, index) => {
    const { meterKey } = reading;
    const expected = usual[index];
    const all = expected && { ...expected.leaf, meterKey: expected.meterKey };
    return readingToRow(reading, oddOf({ ...reading.leaf, meterKey }, all));
  });
}

/** Positions as rows of an archive; see {@link lyingOrders}. */
export function lyingPositions(
  archive: BatchArchive,
  positions: readonly PositionLeaf[],
): readonly PositionRow[] {
  const usual = positionsOf({ ...archive, positions: positions.map((position) => positionToRow(position)) });
  return positions.map((position, index) => positionToRow(position, oddOf(position, usual[index])));
}

/** Fills as rows of an archive; see {@link lyingOrders}. */
export function lyingFills(archive: BatchArchive, fills: readonly FillLeaf[]): BatchArchive["fills"] {
  const plain = fillsOf({ ...archive, fills: fills.map((fill) => fillToRow(fill)) });
  return fills.map((fill, index) => {
    // What is usual counts from the fill before as it is, be it odd or not.
    const odd = oddOf(fill, withSumsOf(fills[index - 1], plain[index] ?? fill));
    const fields = Object.entries(odd ?? {}).map(([name, value]) => [
      name,
      typeof value === "bigint" ? value.toString() : value,
    ]);
    return fillToRow(fill, odd === null ? null : Object.fromEntries(fields));
  });
}

function oddOf<Leaf extends object>(leaf: Leaf, usual: Partial<Leaf> = {}): Odd<Leaf> {
  const fields = Object.keys(leaf) as (keyof Leaf)[];
  const odd = fields.filter((field) => leaf[field] !== usual[field]);
  return odd.length === 0
    ? null
    : (Object.fromEntries(odd.map((field) => [field, leaf[field]])) as Odd<Leaf>);
}
