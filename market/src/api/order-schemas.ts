import { type TSchema, Type } from "@fastify/type-provider-typebox";
import { energy, hex, PUBLIC_TRADES, price, SIGNING_DOMAIN, siteId, time } from "./market-schemas.ts";

const TIMING = Type.Union(
  [
    Type.Object({ inForce: Type.Union([Type.Literal("immediate-or-cancel"), Type.Literal("fill-or-kill")]) }),
    Type.Object({
      inForce: Type.Literal("good-till-time"),
      expiresAtMs: Type.Integer({ minimum: 0, description: "When it ends, in ms since 1970" }),
    }),
  ],
  {
    description:
      "How long the order holds, part of what is signed. Left out: until the gate closes. immediate-or-cancel: what does not trade at once ends. fill-or-kill: all of it trades at once or nothing does.",
  },
);

/** An order as a site sends it. Describes the body; the market's own ordered checks judge it. */
export const SIGNED_ORDER: TSchema = Type.Object(
  {
    community: Type.String({ description: "Name of the community whose market this is" }),
    domain: Type.Optional(SIGNING_DOMAIN),
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
    timing: Type.Optional(TIMING),
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
    domain: Type.Optional(SIGNING_DOMAIN),
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

/** The answer to an order that is in the book. */
export const ORDER_ACCEPTED: TSchema = Type.Object(
  {
    status: Type.Literal("accepted"),
    orderId: hex(32, "EIP-712 digest of the order"),
    sequence: Type.Integer({ minimum: 1, description: "Place of the order among all inputs of the market" }),
  },
  { description: "The order is in the book and on the disk; the same order sent again gets the same answer" },
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
    timing: Type.Union([TIMING, Type.Null()], { description: "null: until the gate closes" }),
    status: Type.Union(
      ["open", "filled", "cleared", "void", "cancelled", "replaced", "expired", "self-trade"].map((status) =>
        Type.Literal(status),
      ),
      {
        description:
          "open: it can trade; filled: all of it has; cleared: it went into the call auction; void: the gate closed too late for one; cancelled: by its site, or because what was left of it had to trade at once; self-trade: it met an order of its site",
      },
    ),
    filledBeforeWh: energy("Traded by the orders whose place it took; counts towards its energy, in Wh"),
    filledWh: energy("Energy it has traded itself, in Wh"),
    trades: PUBLIC_TRADES,
  },
  { description: "An order and its trades" },
);
