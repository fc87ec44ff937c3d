import { type TInteger, type TSchema, Type } from "@fastify/type-provider-typebox";

/** So many bytes in hex. */
export const hex = (byteCount: number, description: string): TSchema =>
  Type.String({ pattern: `^0x[0-9a-fA-F]{${2 * byteCount}}$`, description });
/** Whole watt-hours. */
export const energy = (description: string): TSchema => Type.Integer({ minimum: 0, description });
/** A price; the description is completed by its unit. */
export const price = (description: string): TSchema =>
  Type.Integer({ minimum: 0, description: `${description}, in millionths of the currency unit per kWh` });
const priceOrNull = (description: string): TSchema =>
  Type.Union([price(description), Type.Null()], { description: "null when nothing was traded" });
/** A point in time. */
export const time = (description: string): TSchema =>
  Type.String({ format: "date-time", description: `${description}, in ISO 8601` });
/** A site by its id. */
export const siteId = (description: string): TSchema => Type.String({ description });

/** The body of a rejection, with every code there is in the order of the checks. */
export function rejectionOf(codes: readonly string[]): TSchema {
  return failureOf(codes, "Rejected, for the first of these reasons that holds; nothing has changed");
}

/** The body of an answer that is no success, with every code it can have. */
export function failureOf(codes: readonly string[], description: string): TSchema {
  return Type.Object(
    {
      code: Type.String({ enum: [...codes], description: "Stable reason" }),
      message: Type.String({ description: "The reason for a person; may change" }),
    },
    { description },
  );
}

/** What every route of the market may answer instead. */
export const FAILURES: Readonly<Record<400 | 429 | 500 | 503, TSchema>> = {
  400: failureOf(["API_BAD_REQUEST"], "The request is not one that the schema allows, or no JSON"),
  429: failureOf(
    ["rate-limited", "site-rate-limited"],
    "Too many requests of the address, or of the site; retry-after says when to come back",
  ),
  500: failureOf(
    ["API_INTERNAL", "JOURNAL_WRITE_FAILED"],
    "The market has failed and takes nothing until it is restarted; what was acknowledged is kept",
  ),
  503: failureOf(
    ["MARKET_NOT_RUNNING", "JOURNAL_FULL"],
    "Not now: the market starts or stops, or the disk is behind; try again",
  ),
};

/** What a route that takes a body may answer instead. */
export const BODY_FAILURES: typeof FAILURES & Readonly<Record<413 | 415, TSchema>> = {
  ...FAILURES,
  413: failureOf(["body-too-large"], "The body is too large"),
  415: failureOf(["API_BAD_REQUEST"], "The body is no JSON by its content type"),
};

/** What orders are signed for (EIP-712), beside the community's hash as the salt. */
export const SIGNING_DOMAIN: TSchema = Type.Object(
  {
    name: Type.String({ description: "Name of the domain" }),
    version: Type.String({ description: "Version of what is signed" }),
    chainId: Type.Integer({ minimum: 1, description: "Chain of the contract" }),
    verifyingContract: hex(20, "The court before which orders are settled"),
  },
  {
    description:
      "The EIP-712 domain, as the market's state shows it; left out where the market settles on no chain",
  },
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

/** In which phase something is, or was made. */
export const PHASE: TSchema = Type.Union([Type.Literal("continuous"), Type.Literal("call")], {
  description: "continuous: orders that cross trade at once; call: in the auction at gate closure",
});

/** Prices with the energy at each. */
export const LEVELS: TSchema = Type.Array(
  Type.Object(
    { price: price("Limit price"), energyWh: energy("All energy at this price, in Wh") },
    { additionalProperties: false },
  ),
  { description: "The best price first" },
);

/** Trades as everybody may see them. */
export const PUBLIC_TRADES: TSchema = Type.Array(
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
    gateCloses: time("When the gate is to close"),
    phase: Type.Union([Type.Literal("continuous"), Type.Literal("call")], {
      description: "continuous: an order that crosses trades at once; call: orders wait for the auction",
    }),
    bids: curve("Bids by falling price, not accumulated"),
    offers: curve("Offers by rising price, not accumulated"),
  },
  { description: "The book of an interval by price level" },
);

/** How far a market has come. */
export const MARKET_STATE: TSchema = Type.Object(
  {
    community: Type.String({ description: "Name of the community" }),
    domain: Type.Union([SIGNING_DOMAIN, Type.Null()], {
      description: "What orders are signed for (EIP-712); null where the market settles on no chain",
    }),
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
