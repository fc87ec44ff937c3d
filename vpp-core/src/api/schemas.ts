import { Type } from "@fastify/type-provider-typebox";
import type { TInteger, TObject, TSchema } from "typebox";

/** A point in time in ISO 8601. */
export const IsoTime: TSchema = Type.String({ format: "date-time", description: "ISO 8601" });

/** Which part of what is listed by delivery interval is asked for. */
export const IntervalRange: TObject<{ from: TInteger; limit: TInteger }> = Type.Object({
  from: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 0,
    description: "First interval index",
  }),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
});

/** The body of every failure. */
export const Failure: TSchema = Type.Object(
  {
    code: Type.String({ description: "Stable; programs branch on it" }),
    message: Type.String({ description: "For people" }),
  },
  { description: "What went wrong" },
);

const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
const whole = (description: string): TSchema => Type.Integer({ description });

/** A measured value with its quality. */
const MeasuredValue: TSchema = Type.Object({
  value: nullable(Type.Number()),
  quality: Type.String({ description: "good, stale, suspect, bad or unavailable" }),
  reason: nullable(Type.String({ description: "Why it is missing or not good" })),
  sourceTime: IsoTime,
});

const Device: TSchema = Type.Object({
  deviceId: Type.String(),
  connected: Type.Boolean(),
  problem: nullable(Type.String()),
  protocol: nullable(Type.String()),
  address: nullable(Type.String()),
  manufacturer: nullable(Type.String()),
  model: nullable(Type.String()),
  serialNumber: nullable(Type.String()),
});

const BatteryLease: TSchema = Type.Object({
  deviceId: Type.String(),
  outcome: nullable(
    Type.String({
      description:
        "settling, following, not-following, unknown or still-running; null while it is left to itself",
    }),
  ),
  commandedW: nullable(whole("What the battery took on, in W; + is discharge")),
  measuredW: nullable(whole("What it does, in W; + is discharge")),
  misses: whole("Leases in a row that it did not follow"),
  reason: nullable(Type.String({ description: "Why it does otherwise, or is not counted on" })),
});

/** The live state of one site. */
export const SiteState: TSchema = Type.Object({
  siteId: Type.String(),
  mode: Type.String({
    description: "starting, selfConsumption, scheduled, dispatched, islanded, fault or optedOut",
  }),
  optedOut: Type.Boolean(),
  setpointW: nullable(whole("Battery setpoint in W, + is discharge; null leaves the battery to itself")),
  authority: nullable(
    Type.String({ description: "Who asked for it: safety, grid-operator, owner, market, optimiser" }),
  ),
  reason: nullable(Type.String({ description: "Why" })),
  netSoldWh: whole("Sold minus bought in the running delivery interval, in Wh"),
  savedNano: Type.String({ description: "Gain against the retailer alone so far, in nano of the currency" }),
  points: Type.Record(Type.String(), MeasuredValue),
  devices: Type.Array(Device),
  batteries: Type.Array(BatteryLease, {
    description: "What the batteries under command make of it, and those that are not counted on",
  }),
});

/** What a site's interval came to. */
export const Statement: TSchema = Type.Object({
  siteId: Type.String(),
  intervalIndex: whole("Delivery interval"),
  soldWh: whole("Sold, in Wh"),
  boughtWh: whole("Bought, in Wh"),
  settledSoldWh: whole("Of that delivered and paid, in Wh"),
  settledBoughtWh: whole("Of that taken and paid, in Wh"),
  meteredImportWh: whole("Metered import, in Wh"),
  meteredExportWh: whole("Metered export, in Wh"),
  creditNano: Type.String({ description: "Received from neighbours, in nano" }),
  debitNano: Type.String({ description: "Paid to neighbours, in nano" }),
  withTradingNano: Type.String({ description: "All in all, with the retailer for the rest, in nano" }),
  withoutTradingNano: Type.String({ description: "With the retailer alone, in nano" }),
});

const CurveStep: TSchema = Type.Object({ price: whole("micro per kWh"), energyWh: whole("Wh") });

/** One trade as everybody may see it: without who traded, since an order's id tells that to its owner alone. */
export const TradeBody: TSchema = Type.Object({
  id: Type.String({ description: "Interval index and number within the interval" }),
  intervalIndex: whole("Delivery interval"),
  energyWh: whole("Wh"),
  price: whole("micro per kWh"),
  phase: Type.String({ description: "continuous, or call: in the auction at gate closure" }),
});

/** How an interval cleared. */
export const ClearingBody: TSchema = Type.Object({
  intervalIndex: whole("Delivery interval"),
  status: Type.String({ description: "cleared or void" }),
  clearedAt: IsoTime,
  start: IsoTime,
  end: IsoTime,
  clearingPrice: nullable(whole("Of the call auction, micro per kWh; null when nothing was traded in it")),
  volumeWh: whole("Of both phases, in Wh"),
  continuous: Type.Object({
    volumeWh: whole("Wh"),
    tradeCount: Type.Integer(),
    lowPrice: nullable(whole("micro per kWh; null when nothing was traded")),
    highPrice: nullable(whole("micro per kWh")),
    meanPrice: nullable(whole("micro per kWh, weighted by energy")),
  }),
  bidCount: Type.Integer(),
  offerCount: Type.Integer(),
  demand: Type.Array(CurveStep),
  supply: Type.Array(CurveStep),
  trades: Type.Array(TradeBody),
});
