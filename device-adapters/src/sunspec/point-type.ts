/** The integer types of SunSpec with their width and the raw value that means "not implemented". */
const INTEGER_TYPES = {
  int16: { registers: 1, signed: true, missing: 0x8000n },
  sunssf: { registers: 1, signed: true, missing: 0x8000n },
  pad: { registers: 1, signed: true, missing: 0x8000n },
  uint16: { registers: 1, signed: false, missing: 0xffffn },
  count: { registers: 1, signed: false, missing: 0xffffn },
  enum16: { registers: 1, signed: false, missing: 0xffffn },
  raw16: { registers: 1, signed: false, missing: 0xffffn },
  bitfield16: { registers: 1, signed: false, missing: 0xffffn },
  acc16: { registers: 1, signed: false, missing: 0n },
  int32: { registers: 2, signed: true, missing: 0x8000_0000n },
  uint32: { registers: 2, signed: false, missing: 0xffff_ffffn },
  enum32: { registers: 2, signed: false, missing: 0xffff_ffffn },
  bitfield32: { registers: 2, signed: false, missing: 0xffff_ffffn },
  acc32: { registers: 2, signed: false, missing: 0n },
  int64: { registers: 4, signed: true, missing: 0x8000_0000_0000_0000n },
  uint64: { registers: 4, signed: false, missing: 0xffff_ffff_ffff_ffffn },
  acc64: { registers: 4, signed: false, missing: 0n },
} as const;

/** A SunSpec integer type. */
export type IntegerType = keyof typeof INTEGER_TYPES;

/** The type of a SunSpec point. */
export type PointType = IntegerType | "float32" | "float64" | "string";

/** How an integer type is laid out. */
export interface IntegerLayout {
  readonly registers: 1 | 2 | 4;
  readonly signed: boolean;
  /** The raw value that means "not implemented". */
  readonly missing: bigint;
}

/** The layout of an integer type; `null` for floats and strings. */
export function integerLayout(type: PointType): IntegerLayout | null {
  return type in INTEGER_TYPES ? INTEGER_TYPES[type as IntegerType] : null;
}

/** How many registers a point of a type takes; strings have their own length. */
export function registersOf(type: Exclude<PointType, "string">): number {
  if (type === "float32") return 2;
  if (type === "float64") return 4;
  return INTEGER_TYPES[type].registers;
}

/** Whether a type counts up for ever, so that 0 may mean "not implemented" or "nothing yet". */
export function isAccumulator(type: PointType): boolean {
  return type === "acc16" || type === "acc32" || type === "acc64";
}
