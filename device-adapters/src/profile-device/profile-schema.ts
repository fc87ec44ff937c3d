import { POINT_NAMES } from "@commonwatt/vpp-core";
import { type TSchema, Type } from "typebox";

const Closed = { additionalProperties: false } as const;
const text = (): TSchema => Type.String({ minLength: 1 });
const whole = (minimum: number, maximum: number): TSchema => Type.Integer({ minimum, maximum });
const oneOf = (...values: readonly (string | number)[]): TSchema => Type.Enum([...values]);
const optional = (schema: TSchema): TSchema => Type.Optional(schema);

const CONFIGURED = ["batteryCapacityWh", "chargePowerMaxW", "dischargePowerMaxW"];
const POWER = ["signed", "negated", "magnitude"];

const RegisterWrite = Type.Object(
  {
    function: oneOf(6, 16),
    storage: oneOf("ram", "eeprom"),
    readBack: optional(oneOf("equal", "countdown", "none")),
  },
  Closed,
);

const REGISTER = {
  table: oneOf("holding", "input"),
  unitName: optional(text()),
  address: whole(0, 65_535),
  type: oneOf("uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "string"),
  length: optional(whole(1, 125)),
  scale: optional(Type.Number({ exclusiveMinimum: 0 })),
  scaleRegister: optional(text()),
  unit: oneOf("W", "kW", "Wh", "kWh", "percent", "s", "min", "none"),
  sign: optional(Type.Literal(-1)),
  direction: optional(
    Type.Object({ register: text(), negativeMask: whole(1, 65_535), orNegative: optional(text()) }, Closed),
  ),
  wordOrder: optional(oneOf("big", "little")),
  sentinels: optional(Type.Array(Type.String({ pattern: "^0x[0-9a-f]+$" }))),
  write: optional(RegisterWrite),
};

const Point = Type.Object(
  {
    add: optional(Type.Array(text(), { minItems: 1 })),
    subtract: optional(Type.Array(text(), { minItems: 1 })),
    optional: optional(Type.Array(text(), { minItems: 1 })),
    percent: optional(Type.Object({ register: text(), of: oneOf(...POINT_NAMES) }, Closed)),
    configured: optional(oneOf(...CONFIGURED)),
  },
  Closed,
);

const Expression = Type.Object(
  {
    constant: optional(Type.Number()),
    powerW: optional(oneOf(...POWER)),
    powerPercent: optional(oneOf(...POWER)),
    limitW: optional(oneOf("charge", "discharge")),
    until: optional(oneOf("s", "min")),
  },
  { ...Closed, minProperties: 1, maxProperties: 1 },
);

const Recipe = Type.Array(Type.Object({ register: text(), value: Expression }, Closed), { minItems: 1 });

const NativeTimer = Type.Object(
  {
    kind: oneOf("register", "refresh", "none"),
    register: optional(text()),
    max: optional(whole(1, 2 ** 32 - 1)),
    fallbackS: optional(whole(1, 86_400)),
    reliable: Type.Boolean(),
  },
  Closed,
);

const Response = Type.Object(
  {
    settleS: optional(whole(1, 600)),
    toleranceW: optional(whole(0, 10_000)),
    tolerancePercent: optional(whole(0, 100)),
  },
  Closed,
);

/** What the `battery` of a profile must look like, unless it is `null`. */
export const batterySchema: TSchema = Type.Object(
  {
    nativeTimer: NativeTimer,
    limits: Type.Object({ charge: oneOf(...POINT_NAMES), discharge: oneOf(...POINT_NAMES) }, Closed),
    stepW: optional(whole(1, 1_000)),
    charge: Recipe,
    discharge: Recipe,
    neutral: Recipe,
    eepromWritesPerDayMax: optional(whole(1, 1_000)),
    response: optional(Response),
    requires: optional(
      Type.Array(Type.Object({ register: text(), equals: Type.Integer(), why: text() }, Closed)),
    ),
  },
  Closed,
);

const FirmwareQuirk = Type.Object(
  {
    from: optional(text()),
    before: optional(text()),
    why: text(),
    registers: Type.Record(Type.String(), Type.Partial(Type.Object(REGISTER, Closed))),
  },
  Closed,
);

const Probe = Type.Object(
  {
    register: text(),
    startsWith: optional(text()),
    between: optional(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 })),
    present: optional(Type.Literal(true)),
  },
  { ...Closed, minProperties: 2, maxProperties: 2 },
);

const Wire = Type.Object(
  {
    port: whole(1, 65_535),
    unit: whole(0, 255),
    units: optional(Type.Record(Type.String(), whole(0, 255))),
    wordOrder: oneOf("big", "little"),
    wordOrderIsSetting: optional(Type.Boolean()),
    blockRegistersMax: whole(1, 125),
    gapRegistersMax: whole(0, 124),
    windowRegisters: optional(whole(1, 65_535)),
    gapMs: whole(0, 10_000),
    writeGapMs: optional(whole(0, 10_000)),
    settleMs: whole(0, 30_000),
    clientsMax: Type.Union([whole(1, 100), Type.Null()]),
    timeoutMs: whole(100, 60_000),
    hangUpAfterRequest: optional(Type.Boolean()),
    ignoresWriteEcho: optional(Type.Boolean()),
  },
  Closed,
);

const HEAD = {
  name: Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" }),
  vendor: text(),
  model: text(),
  capabilities: Type.Array(oneOf("meter", "pv", "battery"), { minItems: 1 }),
  wire: Wire,
  sources: Type.Array(text(), { minItems: 1 }),
  notes: optional(Type.Array(text())),
};

/** What a profile of a device that describes itself must look like. */
export const sunSpecProfileSchema: TSchema = Type.Object(
  {
    kind: Type.Literal("sunspec"),
    ...HEAD,
    wear: optional(
      Type.Object({ points: Type.Array(text(), { minItems: 1 }), writesPerDayMax: whole(1, 1_000) }, Closed),
    ),
  },
  Closed,
);

/** What a profile of a device with registers of its own must look like. */
export const registerMapProfileSchema: TSchema = Type.Object(
  {
    kind: Type.Literal("registers"),
    ...HEAD,
    registers: Type.Record(Type.String(), Type.Object(REGISTER, Closed), { minProperties: 1 }),
    identity: Type.Object(
      { serialNumber: optional(text()), model: optional(text()), firmware: optional(text()) },
      Closed,
    ),
    probe: optional(Type.Array(Probe, { minItems: 1 })),
    points: Type.Object(Object.fromEntries(POINT_NAMES.map((name) => [name, optional(Point)])), Closed),
    battery: Type.Unknown(),
    firmwareQuirks: optional(Type.Array(FirmwareQuirk)),
  },
  Closed,
);
