import { type TInteger, type TSchema, Type } from "@fastify/type-provider-typebox";

const hex = (byteCount: number, description: string): TSchema =>
  Type.String({ pattern: `^0x[0-9a-fA-F]{${2 * byteCount}}$`, description });
const energy = (description: string): TSchema => Type.Integer({ minimum: 0, description });
const price = (description: string): TSchema =>
  Type.Integer({ minimum: 0, description: `${description}, in millionths of the currency unit per kWh` });
const priceOrNull = (description: string): TSchema =>
  Type.Union([price(description), Type.Null()], { description: "null when nothing was traded" });
const time = (description: string): TSchema =>
  Type.String({ format: "date-time", description: `${description}, in ISO 8601` });
const siteId = (description: string): TSchema => Type.String({ description });

/** An order as a site sends it. Describes the body; the market's own ordered checks judge it. */
export const SIGNED_ORDER: TSchema = Type.Object(
  {
    community: Type.String({ description: "Name of the community whose market this is" }),
    siteId: siteId("The site that trades"),
    account: hex(20, "The site's account, which signs"),
    side: Type.Union([Type.Literal("bid"), Type.Literal("offer")], {
      description: "A bid buys, an offer sells",
    }),
    intervalIndex: Type.Integer({ minimum: 0, description: "Index of the delivery interval" }),
    limitPrice: price("The most a bid pays, the least an offer takes"),
    energyWh: energy("Energy to trade, in Wh"),
    salt: hex(32, "Makes two otherwise equal orders different"),
    signature: hex(65, "EIP-712 signature: r, s, v"),
    bulk: Type.Optional(
      Type.Object(
        {
          group: Type.Integer({ minimum: 0, maximum: 255, description: "The site's group" }),
          counter: Type.Integer({ minimum: 0, description: "Holds until the group is cancelled above it" }),
          index: Type.Integer({ minimum: 0, maximum: 255, description: "Place in the tree" }),
          proof: Type.Array(hex(32, "A node beside the way to the root"), { minItems: 1, maxItems: 8 }),
        },
        { description: "Only when the signature is over many orders" },
      ),
    ),
    replaces: Type.Optional(hex(32, "Id of the order whose place this one takes")),
  },
  {
    description: "A signed order",
    examples: [
      {
        community: "sonnenweg",
        siteId: "home-1",
        account: "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23",
        side: "bid",
        intervalIndex: 1_994_040,
        limitPrice: 245_000,
        energyWh: 1_250,
        salt: `0x${"11".repeat(32)}`,
        signature:
          "0x8861d8b0ca5d8e13b7a41453257b32d37ee4973028d1aa2457d757d9883cb8f112c941338db74f896bdf6cd43325a0d0383e21fd55378518ec26e74c00e19fdb1b",
      },
    ],
  },
);

/** A cancel as a site sends it; judged like an order. */
export const SIGNED_CANCEL: TSchema = Type.Object(
  {
    community: Type.String({ description: "Name of the community whose market this is" }),
    siteId: siteId("The site that takes orders back"),
    account: hex(20, "The site's account, which signs"),
    scope: Type.Union([Type.Literal("order"), Type.Literal("interval"), Type.Literal("group")], {
      description: "One order, all in an interval, or all that were signed at once in a group",
    }),
    orderId: Type.Optional(hex(32, "For the scope order: its id")),
    intervalIndex: Type.Optional(Type.Integer({ minimum: 0, description: "For the scope interval: which" })),
    group: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 255, description: "For the scope group: which" }),
    ),
    counter: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "For the scopes interval and group: higher than in the last cancel",
      }),
    ),
    signature: hex(65, "EIP-712 signature: r, s, v"),
  },
  { description: "A signed cancel" },
);

/** The answer to a cancel. */
export const CANCELLED: TSchema = Type.Object(
  {
    status: Type.Literal("cancelled"),
    orderIds: Type.Array(hex(32, "An order that left its book")),
    sequence: Type.Integer({ minimum: 1, description: "Place of the cancel among all inputs of the market" }),
  },
  { description: "The cancel is on the disk; the same cancel sent again gets the same answer" },
);

/** The body of a rejection, with every code there is. */
export function rejectionOf(codes: readonly string[]): TSchema {
  return Type.Object(
    {
      code: Type.String({ enum: [...codes], description: "Stable reason; the first of these that holds" }),
      message: Type.String({ description: "The reason for a person; may change" }),
    },
    { description: "Rejected; nothing has changed" },
  );
}

/** The body of 429. */
export const TOO_MANY: TSchema = Type.Object(
  {
    code: Type.String({
      enum: ["rate-limited", "site-rate-limited"],
      description: "Too many requests of the address, or of the site; retry-after says when to come back",
    }),
    message: Type.String({ description: "The reason for a person; may change" }),
  },
  { description: "Too many requests" },
);

/** The body of 413. */
export const TOO_LARGE: TSchema = Type.Object(
  {
    code: Type.Literal("body-too-large"),
    message: Type.String({ description: "The reason for a person; may change" }),
  },
  { description: "The body is too large" },
);

/** Index of a delivery interval in a path. */
export const INTERVAL_INDEX: TInteger = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "Index of the delivery interval",
});

/** Where a page begins. */
export const FROM: TInteger = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  default: 0,
  description: "First to show",
});
/** How long a page is. */
export const LIMIT: TInteger = Type.Integer({
  minimum: 1,
  maximum: 1_000,
  default: 100,
  description: "How many to show",
});

/** The answer to an order that is in the book. */
export const ORDER_ACCEPTED: TSchema = Type.Object(
  {
    status: Type.Literal("accepted"),
    orderId: hex(32, "EIP-712 digest of the order"),
    sequence: Type.Integer({ minimum: 1, description: "Place of the order among all inputs of the market" }),
  },
  { description: "The order is in the book and on the disk; the same order sent again gets the same answer" },
);

/** The body of every refusal. */
export const REFUSAL: TSchema = Type.Object(
  {
    code: Type.String({ description: "Stable reason" }),
    message: Type.String({ description: "The reason for a person; may change" }),
  },
  { description: "Why not" },
);

/** Intervals that take orders. */
export const OPEN_INTERVALS: TSchema = Type.Object(
  {
    intervals: Type.Array(
      Type.Object({
        index: Type.Integer({ minimum: 0, description: "Index of the delivery interval" }),
        start: time("Start of delivery, when the gate closes at the latest"),
        end: time("End of delivery"),
      }),
    ),
  },
  { description: "Delivery intervals whose gate is open, oldest first" },
);

const curve = (description: string): TSchema =>
  Type.Array(
    Type.Object({
      price: price("Limit price"),
      energyWh: energy("Energy of all orders at this price, in Wh"),
    }),
    { description },
  );

/** How an interval cleared. */
export const CLEARING: TSchema = Type.Object(
  {
    intervalIndex: Type.Integer({ minimum: 0, description: "Index of the delivery interval" }),
    status: Type.Union([Type.Literal("cleared"), Type.Literal("void")], {
      description: "void: the gate closed too late to deliver, nobody trades",
    }),
    clearedAt: time("When the gate closed"),
    clearingPrice: Type.Union([price("The one price of all trades of the call auction"), Type.Null()], {
      description: "null when nothing was traded in it",
    }),
    volumeWh: energy("Energy traded in both phases, in Wh"),
    continuous: Type.Object(
      {
        volumeWh: energy("Energy traded, in Wh"),
        tradeCount: Type.Integer({ minimum: 0, description: "How many trades" }),
        lowPrice: priceOrNull("The lowest price"),
        highPrice: priceOrNull("The highest price"),
        meanPrice: priceOrNull("The mean price by energy, rounded down"),
      },
      { description: "What was traded before the call auction" },
    ),
    bidCount: Type.Integer({ minimum: 0, description: "Bids that went into the call auction" }),
    offerCount: Type.Integer({ minimum: 0, description: "Offers that went into the call auction" }),
    demand: curve("Bids of the call auction by falling price, not accumulated"),
    supply: curve("Offers of the call auction by rising price, not accumulated"),
    tradeCount: Type.Integer({ minimum: 0, description: "How many trades; they have a list of their own" }),
  },
  { description: "The clearing of one delivery interval with its demand and supply curve" },
);

const next = Type.Union([Type.Integer(), Type.Null()], {
  description: "`from` of the next page; null: the last",
});

/** A page of clearings. */
export const CLEARINGS: TSchema = Type.Object(
  { clearings: Type.Array(CLEARING), next },
  { description: "Clearings, oldest interval first" },
);

const PUBLIC_TRADES = Type.Array(
  Type.Object({
    id: Type.String({ description: "Interval index and number within the clearing" }),
    price: price("Price of the trade"),
    energyWh: energy("Energy traded, in Wh"),
    phase: Type.Union([Type.Literal("continuous"), Type.Literal("call")], {
      description: "Made as orders met, or in the call auction at gate closure",
    }),
  }),
);

/** A page of trades. */
export const TRADES: TSchema = Type.Object(
  { trades: PUBLIC_TRADES, next },
  { description: "Trades, without who traded" },
);

/** One open book. */
export const BOOK: TSchema = Type.Object(
  {
    feed: Type.String({ description: "Name of the feed that sequence counts in; another at every start" }),
    sequence: Type.Integer({ minimum: 0, description: "Last event of the feed that is in this book" }),
    intervalIndex: Type.Integer({ minimum: 0, description: "Index of the delivery interval" }),
    start: time("Start of delivery"),
    end: time("End of delivery"),
    bids: curve("Bids by falling price, not accumulated"),
    offers: curve("Offers by rising price, not accumulated"),
  },
  { description: "The book of an interval by price level" },
);

/** What became of an order. */
export const ORDER_STATE: TSchema = Type.Object(
  {
    orderId: hex(32, "EIP-712 digest of the order"),
    sequence: Type.Integer({ minimum: 1, description: "Place of the order among all inputs of the market" }),
    acceptedAt: time("When it was accepted"),
    intervalIndex: Type.Integer({ minimum: 0, description: "Index of the delivery interval" }),
    side: Type.Union([Type.Literal("bid"), Type.Literal("offer")], {
      description: "A bid buys, an offer sells",
    }),
    energyWh: energy("Energy ordered, in Wh"),
    limitPrice: price("The most a bid pays, the least an offer takes"),
    status: Type.Union(
      ["open", "cleared", "void", "cancelled", "replaced"].map((status) => Type.Literal(status)),
      { description: "open: the gate has not closed; void: it closed too late and nobody traded" },
    ),
    filledWh: energy("Energy traded, in Wh"),
    trades: PUBLIC_TRADES,
  },
  { description: "An order and its trades" },
);

/** How far a market has come. */
export const MARKET_STATE: TSchema = Type.Object(
  {
    community: Type.String({ description: "Name of the community" }),
    stateHash: hex(32, "SHA-256 over everything the market knows; a replay of its journal gives the same"),
    counts: Type.Object({
      inputs: Type.Integer({ description: "Inputs that changed the market" }),
      sites: Type.Integer({ description: "Sites in the register" }),
      orders: Type.Integer({ description: "Orders accepted so far" }),
      openIntervals: Type.Integer({ description: "Intervals whose gate is open" }),
      clearings: Type.Integer({ description: "Intervals whose gate has closed" }),
      trades: Type.Integer({ description: "Trades so far" }),
    }),
  },
  { description: "State hash and counts" },
);
