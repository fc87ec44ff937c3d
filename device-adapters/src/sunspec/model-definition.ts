import assert from "node:assert/strict";
import { type PointType, registersOf } from "./point-type.ts";

/** One line of a model's table, as its file states it. */
export interface PointRow {
  readonly name: string;
  readonly type: PointType;
  /** Length of a string in registers. */
  readonly registers?: number;
  /** The point that holds the power of ten this one is scaled by. */
  readonly scale?: string;
  readonly unit?: string;
  /** Whether every device with the model must have the point. */
  readonly mandatory?: boolean;
  readonly writable?: boolean;
  /** Points with one name here stand for one value: they are read and written in one request. */
  readonly sync?: string;
}

/** A point and where it stands. */
export interface PointDefinition extends PointRow {
  /** Registers from the model's ID register, or from the start of its group. */
  readonly offset: number;
  readonly registers: number;
}

/** A block of points that stands one or more times after the fixed points. */
export interface GroupDefinition {
  readonly points: readonly PointDefinition[];
  /** Length of one copy in registers. */
  readonly registers: number;
  /** The fixed point that says how many copies there are; `null` when only L says so. */
  readonly count: string | null;
}

/** The table of a SunSpec model, or of several that share one layout. */
export interface ModelDefinition {
  readonly ids: readonly number[];
  readonly name: string;
  /** The fixed points, without ID and L, which stand at 0 and 1. */
  readonly points: readonly PointDefinition[];
  /** Length of ID, L and the fixed points in registers. */
  readonly registers: number;
  readonly group: GroupDefinition | null;
}

/** What a model's file states. */
export interface ModelTable {
  readonly ids: readonly number[];
  readonly name: string;
  readonly points: readonly PointRow[];
  readonly group?: readonly PointRow[];
  /** The fixed point that says how often the group stands. */
  readonly count?: string;
}

function place(rows: readonly PointRow[], start: number): readonly PointDefinition[] {
  let offset = start;
  return rows.map((row) => {
    const registers = row.type === "string" ? (row.registers ?? 0) : registersOf(row.type);
    assert(registers > 0, `${row.name} has no length`);
    const point = { ...row, offset, registers };
    offset += registers;
    return point;
  });
}

function lengthOf(points: readonly PointDefinition[], start: number): number {
  const last = points.at(-1);
  return last === undefined ? start : last.offset + last.registers;
}

/** Works out where every point of a table stands. */
export function defineModel(table: ModelTable): ModelDefinition {
  const points = place(table.points, 2);
  const group = table.group === undefined ? null : place(table.group, 0);
  return {
    ids: table.ids,
    name: table.name,
    points,
    registers: lengthOf(points, 2),
    group:
      group === null ? null : { points: group, registers: lengthOf(group, 0), count: table.count ?? null },
  };
}

/** A point of a model by name; of its group when `inGroup`. A name that is not there is our mistake. */
export function pointOf(model: ModelDefinition, name: string, inGroup: boolean): PointDefinition {
  const points = inGroup ? model.group?.points : model.points;
  const point = points?.find((candidate) => candidate.name === name);
  assert(point !== undefined, `model ${model.ids.join("/")} has no point ${name}`);
  return point;
}
