import { intervalIndex, type RoutePlugin, systemClock } from "@commonwatt/vpp-core";
import rateLimit from "@fastify/rate-limit";
import { Type, type TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import websocket from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
import type { OpenMarket } from "../venue/open-market.ts";
import { type ApiLimits, BODY_MAX_BYTES } from "./api-limits.ts";
import { addClearingRoutes } from "./clearing-routes.ts";
import { BOOK, FAILURES, failureOf, INTERVAL_INDEX, MARKET_STATE, OPEN_INTERVALS } from "./market-schemas.ts";
import { marketStreams, type StreamSocket } from "./market-stream.ts";
import { addOrderRoutes } from "./order-routes.ts";
import { ORDER_STATE } from "./order-schemas.ts";
import { presentInterval, presentOrder } from "./present.ts";
import { siteBudget } from "./site-budget.ts";
import { STREAM_MESSAGE_REF, STREAM_SCHEMAS } from "./stream-schemas.ts";

const TAGS = ["market"];
const INDEX_PARAMS = Type.Object({ index: INTERVAL_INDEX });

/** The routes of a market. `market` gives the one that is running, or throws as the venue does. */
export function marketRoutes(market: () => OpenMarket, limits: ApiLimits): RoutePlugin {
  return async (app) => {
    useMarketErrors(app);
    await app.register(rateLimit, {
      max: limits.addressPerMinute,
      timeWindow: 60_000,
      errorResponseBuilder: (_, { after }) =>
        Object.assign(new Error(`too many requests from this address; try again in ${after}`), {
          statusCode: 429,
        }),
    });
    await app.register(websocket, { options: { maxPayload: 1024 } });
    await app.register(async (scope) => {
      addOrderRoutes(scope, market, siteBudget(limits, systemClock));
      addBookRoutes(scope, market);
      addClearingRoutes(scope, market);
      addStateRoute(scope, market);
      addStreamRoute(scope, market, limits);
    });
  };
}

/** Gives the failures that only these routes have a code; the rest is the API's. */
function useMarketErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    if (error.statusCode === 429)
      return reply.code(429).send({ code: "rate-limited", message: error.message });
    if (error.statusCode === 413) {
      return reply
        .code(413)
        .send({ code: "body-too-large", message: `a body may have ${BODY_MAX_BYTES} bytes` });
    }
    throw error;
  });
}

function addBookRoutes(plain: FastifyInstance, market: () => OpenMarket): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/v1/market/intervals",
    {
      schema: {
        tags: TAGS,
        summary: "List the intervals that take orders",
        response: { 200: OPEN_INTERVALS, ...FAILURES },
      },
    },
    async () => ({ intervals: market().openIntervals().map(presentInterval) }),
  );
  app.get(
    "/v1/market/intervals/:index/book",
    {
      schema: {
        tags: TAGS,
        summary: "Show the open book of an interval, by price level",
        description:
          "The book after event `sequence` of `feed`, so the stream goes on at `from = sequence + 1`. Answers 304 to `If-None-Match` while nothing happened in the market. 404 once the gate has closed.",
        params: INDEX_PARAMS,
        response: {
          200: BOOK,
          304: Type.Null({ description: "Nothing has happened in the market since" }),
          404: failureOf(["gate-closed", "unknown-interval"], "There is no open book"),
          ...FAILURES,
        },
      },
    },
    async (request, reply) => {
      const { feed } = market();
      const book = feed.book(intervalIndex(request.params.index));
      if (book === null) {
        const code =
          typeof market().clearing(intervalIndex(request.params.index)) === "object"
            ? "gate-closed"
            : "unknown-interval";
        return reply.code(404).send({ code, message: "there is no open book for this interval" });
      }
      const tag = `"${feed.name}-${feed.sequence()}"`;
      void reply.header("etag", tag).header("cache-control", "no-cache");
      if (request.headers["if-none-match"] === tag) return reply.code(304).send(null);
      return reply.send({ ...book, feed: feed.name, sequence: feed.sequence() });
    },
  );
  app.get(
    "/v1/market/orders/:orderId",
    {
      schema: {
        tags: TAGS,
        summary: "Show what became of an order",
        description: "Only who placed an order knows its id, so nobody else can ask.",
        params: Type.Object({
          orderId: Type.String({ pattern: "^0x[0-9a-f]{64}$", description: "The order's id" }),
        }),
        response: { 200: ORDER_STATE, 404: failureOf(["unknown-order"], "No such order"), ...FAILURES },
      },
    },
    async (request, reply) => {
      const found = market().order(request.params.orderId as `0x${string}`);
      if (found === null) return reply.code(404).send({ code: "unknown-order", message: "no such order" });
      return reply.send(presentOrder(found));
    },
  );
}

function addStateRoute(app: FastifyInstance, market: () => OpenMarket): void {
  app.get(
    "/v1/market/state",
    {
      schema: {
        tags: TAGS,
        summary: "Show the market's state hash and counts",
        response: { 200: MARKET_STATE, ...FAILURES },
      },
    },
    async () => ({
      community: market().community,
      domain: market().domain(),
      stateHash: market().stateHash(),
      counts: market().counts(),
    }),
  );
}

function addStreamRoute(plain: FastifyInstance, market: () => OpenMarket, limits: ApiLimits): void {
  const streams = marketStreams(limits);
  for (const schema of STREAM_SCHEMAS) plain.addSchema(schema);
  // The WebSocket plugin hides its routes from the document; who makes a client from it needs this one.
  plain.addHook("onRoute", ({ schema, ...route }) => {
    if ("websocket" in route && schema !== undefined) schema.hide = false;
  });
  plain.get(
    "/v1/market/stream",
    {
      websocket: true,
      schema: {
        tags: TAGS,
        summary: "Stream what happens in the market (WebSocket)",
        description:
          "Begins with a `snapshot`, or with `resumed` after `?feed=…&from=…`, or with `gap` and a `snapshot` when that is no longer possible. Then every event, each with the next `sequence`. Every message is a text with the JSON of a StreamMessage; a client sends nothing. Closed with 4008 when it reads too slowly, with 4029 when there are too many clients. See the page about the market's API.",
        querystring: Type.Object({
          feed: Type.Optional(Type.String({ description: "Name of the feed that `from` counts in" })),
          from: Type.Optional(
            Type.Integer({ minimum: 1, description: "The first event wanted: the last one seen, plus 1" }),
          ),
        }),
        response: { 101: STREAM_MESSAGE_REF, ...FAILURES },
      },
    },
    (socket: StreamSocket, request) => {
      streams.open(socket, market().feed, request.query as { feed?: string; from?: number });
    },
  );
}
