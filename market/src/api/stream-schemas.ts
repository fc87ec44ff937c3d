import { type TSchema, Type } from "@fastify/type-provider-typebox";
import { energy, LEVELS, PHASE, price, time } from "./market-schemas.ts";

const feed = Type.String({ description: "Name of the feed that sequence counts in; another at every start" });
const sequence = Type.Integer({ minimum: 0, description: "Number of the event in its feed, without gaps" });
const last = Type.Integer({ minimum: 0, description: "Number of the last event that is in this" });
const intervalIndex = Type.Integer({ minimum: 0, description: "Index of the delivery interval" });
const side = Type.Union([Type.Literal("bid"), Type.Literal("offer")], { description: "A bid buys" });

/** A message of the stream, strict: what is not named here is not in it. */
function message(name: string, type: string, description: string, fields: Record<string, TSchema>): TSchema {
  return Type.Object(
    { type: Type.Literal(type), feed, ...fields },
    { $id: name, description, additionalProperties: false },
  );
}

const book = {
  intervalIndex,
  start: time("Start of delivery"),
  end: time("End of delivery"),
  gateCloses: time("When the gate is to close"),
  phase: PHASE,
};

/** Every message of the stream. */
const MESSAGES: readonly TSchema[] = [
  message("StreamSnapshot", "snapshot", "Every open book after an event", {
    sequence: last,
    books: Type.Array(
      Type.Object({ ...book, bids: LEVELS, offers: LEVELS }, { additionalProperties: false }),
    ),
  }),
  message("StreamOpened", "opened", "An interval takes orders; its book is empty", { sequence, ...book }),
  message("StreamCallOpened", "call-opened", "From here on the interval's orders wait for the call auction", {
    sequence,
    intervalIndex,
  }),
  message("StreamLevel", "level", "All energy that one price of one side has now", {
    sequence,
    intervalIndex,
    side,
    price: price("Limit price"),
    energyWh: energy("All energy now at this price, in Wh; 0: none"),
    cause: Type.Union(
      ["accepted", "replaced", "cancelled", "traded", "expired", "self-trade"].map((cause) =>
        Type.Literal(cause),
      ),
      { description: "What happened to an order there" },
    ),
  }),
  message("StreamTrade", "trade", "A trade, without who traded", {
    sequence,
    intervalIndex,
    id: Type.String({ description: "Interval index and number within the interval" }),
    price: price("Price of the trade"),
    energyWh: energy("Energy traded, in Wh"),
    phase: PHASE,
  }),
  message("StreamCleared", "cleared", "The gate has closed, and how; the book is gone", {
    sequence,
    intervalIndex,
    status: Type.Union([Type.Literal("cleared"), Type.Literal("void")]),
    clearingPrice: Type.Union([price("The one price of the call auction"), Type.Null()]),
    volumeWh: energy("Energy traded in both phases, in Wh"),
    tradeCount: Type.Integer({ minimum: 0, description: "Trades of both phases" }),
  }),
  message("StreamHeartbeat", "heartbeat", "Nothing happened for a while", { sequence: last }),
  message("StreamResumed", "resumed", "After a reconnection: the events go on", {
    from: Type.Integer({ minimum: 1, description: "Number of the event that follows" }),
  }),
  message("StreamGap", "gap", "The events cannot go on where the client was; a snapshot follows", {
    reason: Type.Union([Type.Literal("too-old"), Type.Literal("ahead"), Type.Literal("other-feed")]),
  }),
];

/** All schemas of the stream by their names in the OpenAPI document; `StreamMessage` is any of the others. */
export const STREAM_SCHEMAS: readonly TSchema[] = [
  ...MESSAGES,
  {
    $id: "StreamMessage",
    description: "A message of the stream, told apart by `type`",
    oneOf: MESSAGES.map((schema) => ({ $ref: `${String((schema as { $id?: string }).$id)}#` })),
  } as TSchema,
];

/** Where a route names it. */
export const STREAM_MESSAGE_REF: TSchema = { $ref: "StreamMessage#" } as TSchema;
