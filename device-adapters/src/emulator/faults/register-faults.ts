import type { ModelDefinition, PointDefinition } from "../../sunspec/model-definition.ts";
import { INT16_LIMIT, type ModelValues, UINT16_LIMIT, type WireValues } from "../../sunspec/model-values.ts";
import type { Fault, RegisterFaultName } from "./fault.ts";

const STORAGE_ID = 124;
const MPPT_ID = 160;
/** Models of an inverter that say nothing while it sleeps. */
const ASLEEP_AT_NIGHT: ReadonlySet<number> = new Set([101, 102, 103, 111, 112, 113, MPPT_ID]);

/** What is wrong with the registers of an emulated device at one moment. */
export interface RegisterFaults {
  /** Every scale factor is one lower than it need be, and the values ten times as large. */
  readonly scaleMoved: boolean;
  /** The inverter sleeps: its points are "not implemented". */
  readonly night: boolean;
  /** Nothing stands behind the last model. */
  readonly noEndModel: boolean;
  /** Model 160 has one input more, and another L. */
  readonly longer: boolean;
  /** The reversion timer runs out and nothing happens. */
  readonly timerStuck: boolean;
  /** Writes to the battery's registers before they fail with exception 4; `null` is without end. */
  readonly writesMax: number | null;
}

/** Registers as they should be. */
export const NO_REGISTER_FAULTS: RegisterFaults = {
  scaleMoved: false,
  night: false,
  noEndModel: false,
  longer: false,
  timerStuck: false,
  writesMax: null,
};

/** Faults of the registers that stay, as they are `elapsedMs` after the start. */
export function registerFaultsAt(
  faults: readonly Fault<RegisterFaultName>[],
  elapsedMs: number,
): RegisterFaults {
  const parameterOf = (name: RegisterFaultName): number | null =>
    faults.find((fault) => fault.name === name)?.parameter ?? null;
  const alternates = (periodMs: number | null): boolean =>
    periodMs !== null && (periodMs === 0 || Math.floor(elapsedMs / periodMs) % 2 === 1);
  return {
    scaleMoved: alternates(parameterOf("moving-scale")),
    night: alternates(parameterOf("night")),
    noEndModel: parameterOf("no-end-model") !== null,
    longer: alternates(parameterOf("length-change")),
    timerStuck: parameterOf("stuck-timer") !== null,
    writesMax: parameterOf("eeprom"),
  };
}

/** The values of a model as a device with these faults has them. */
export function distortedValues(
  definition: ModelDefinition,
  id: number,
  values: ModelValues,
  faults: RegisterFaults,
): ModelValues {
  let result = values;
  if (id === MPPT_ID && faults.longer) {
    const groups = [...(result.groups ?? []), {}];
    result = { points: { ...result.points, N: groups.length }, groups };
  }
  if (faults.night && ASLEEP_AT_NIGHT.has(id)) {
    const { N } = result.points;
    return { points: N === undefined ? {} : { N }, groups: (result.groups ?? []).map(() => ({})) };
  }
  return faults.scaleMoved && id !== STORAGE_ID ? withMovedScales(definition, result) : result;
}

function withMovedScales(definition: ModelDefinition, values: ModelValues): ModelValues {
  const groups = values.groups ?? [];
  let points: WireValues = values.points;
  let moved = groups;
  for (const { name } of definition.points.filter(({ type }) => type === "sunssf")) {
    const factor = points[name];
    const places = [
      { rows: definition.points, sets: [points] },
      { rows: definition.group?.points ?? [], sets: moved },
    ];
    const fits = places.every(({ rows, sets }) => sets.every((set) => canMove(rows, set, name)));
    if (typeof factor !== "number" || factor <= -10 || !fits) continue;
    points = { ...tenfold(definition.points, points, name), [name]: factor - 1 };
    moved = moved.map((group) => tenfold(definition.group?.points ?? [], group, name));
  }
  return { points, groups: moved };
}

const LIMITS: Readonly<Record<string, number>> = {
  int16: INT16_LIMIT,
  uint16: UINT16_LIMIT,
  int32: 2 ** 31 - 1,
  uint32: 2 ** 32 - 2,
  acc32: 2 ** 32 - 1,
};

function canMove(rows: readonly PointDefinition[], values: WireValues, factor: string): boolean {
  return rows.every(({ name, type, scale }) => {
    const value = values[name];
    if (scale !== factor || typeof value !== "number") return true;
    return Math.abs(value) * 10 <= (LIMITS[type] ?? 0);
  });
}

function tenfold(rows: readonly PointDefinition[], values: WireValues, factor: string): WireValues {
  const scaledRows = rows.filter(({ scale }) => scale === factor);
  const changes = scaledRows.flatMap(({ name }) => {
    const value = values[name];
    return typeof value === "number" ? [[name, value * 10] as const] : [];
  });
  return { ...values, ...Object.fromEntries(changes) };
}
