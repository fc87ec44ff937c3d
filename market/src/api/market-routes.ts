import { intervalIndex, type RoutePlugin, type SignedOrder } from "@commonwatt/vpp-core";
import { Type, type TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { OpenMarket } from "../venue/open-market.ts";
import {
  CLEARING,
  MARKET_STATE,
  OPEN_INTERVALS,
  ORDER_ACCEPTED,
  REFUSAL,
  SIGNED_ORDER,
} from "./market-schemas.ts";
import { presentClearing, presentInterval } from "./present.ts";

const TAGS = ["market"];

const INTERVAL_INDEX = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "Index of the delivery interval",
});

const REFUSALS = {
  "gate-open": "the gate of this interval is still open",
  "unknown-interval": "no book was ever opened for this interval",
} as const;

/** The routes of a market. `market` gives the one that is running, or throws as the venue does. */
export function marketRoutes(market: () => OpenMarket): RoutePlugin {
  return async (app) => {
    addOrderRoute(app, market);
    addClearingRoutes(app, market);
    app.get(
      "/v1/market/state",
      {
        schema: {
          tags: TAGS,
          summary: "Show the market's state hash and counts",
          response: { 200: MARKET_STATE },
        },
      },
      async () => ({
        community: market().community,
        stateHash: market().stateHash(),
        counts: market().counts(),
      }),
    );
  };
}

function addOrderRoute(app: FastifyInstance, market: () => OpenMarket): void {
  app.post(
    "/v1/market/orders",
    {
      schema: {
        tags: TAGS,
        summary: "Place a signed order",
        description: "Answers when the order is on the disk. Sending the same order again is harmless.",
        body: SIGNED_ORDER,
        response: { 200: ORDER_ACCEPTED, 422: REFUSAL },
      },
      // The market judges orders by its own ordered checks, which see what was sent, not what a schema
      // validator would have made of it.
      validatorCompiler: () => (body: unknown) => ({ value: body }),
    },
    async (request, reply) => {
      const answer = await market().submit(request.body as SignedOrder);
      if (answer.status === "accepted") return reply.send(answer);
      return reply.code(422).send({ code: answer.code, message: answer.message });
    },
  );
}

function addClearingRoutes(plain: FastifyInstance, market: () => OpenMarket): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/v1/market/intervals",
    {
      schema: {
        tags: TAGS,
        summary: "List the intervals that take orders",
        response: { 200: OPEN_INTERVALS },
      },
    },
    async () => ({ intervals: market().openIntervals().map(presentInterval) }),
  );
  app.get(
    "/v1/market/intervals/:index",
    {
      schema: {
        tags: TAGS,
        summary: "Show how an interval cleared",
        description: "With the demand and supply curve and every trade. 404 while the gate is open.",
        params: Type.Object({ index: INTERVAL_INDEX }),
        response: { 200: CLEARING, 404: REFUSAL },
      },
    },
    async (request, reply) => {
      const found = market().clearing(intervalIndex(request.params.index));
      if (typeof found === "object") return reply.send(presentClearing(found));
      return reply.code(404).send({ code: found, message: REFUSALS[found] });
    },
  );
}
