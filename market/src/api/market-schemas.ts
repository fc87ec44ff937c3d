import { type TSchema, Type } from "@fastify/type-provider-typebox";

const hex = (byteCount: number, description: string): TSchema =>
  Type.String({ pattern: `^0x[0-9a-fA-F]{${2 * byteCount}}$`, description });
const energy = (description: string): TSchema => Type.Integer({ minimum: 0, description });
const price = (description: string): TSchema =>
  Type.Integer({ minimum: 0, description: `${description}, in millionths of the currency unit per kWh` });
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
  },
  { description: "A signed order" },
);

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
    clearingPrice: Type.Union([price("The one price of all trades"), Type.Null()], {
      description: "null when nothing was traded",
    }),
    volumeWh: energy("Energy traded, in Wh"),
    bidCount: Type.Integer({ minimum: 0, description: "Bids in the book" }),
    offerCount: Type.Integer({ minimum: 0, description: "Offers in the book" }),
    demand: curve("Bids by falling price, not accumulated"),
    supply: curve("Offers by rising price, not accumulated"),
    trades: Type.Array(
      Type.Object({
        id: Type.String({ description: "Interval index and number within the clearing" }),
        intervalIndex: Type.Integer({ minimum: 0, description: "Index of the delivery interval" }),
        sellerId: siteId("The site that delivers"),
        buyerId: siteId("The site that takes"),
        offerId: hex(32, "The seller's order"),
        bidId: hex(32, "The buyer's order"),
        energyWh: energy("Energy traded, in Wh"),
        price: price("Price of the trade"),
      }),
    ),
  },
  { description: "The clearing of one delivery interval with its demand and supply curve" },
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
