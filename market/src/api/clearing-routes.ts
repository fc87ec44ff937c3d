import { intervalIndex } from "@commonwatt/vpp-core";
import { Type, type TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { OpenMarket } from "../venue/open-market.ts";
import {
  CLEARING,
  CLEARINGS,
  FAILURES,
  FROM,
  failureOf,
  INTERVAL_INDEX,
  LIMIT,
  TRADES,
} from "./market-schemas.ts";
import { presentClearing, presentTrade } from "./present.ts";

const TAGS = ["market"];
const INDEX_PARAMS = Type.Object({ index: INTERVAL_INDEX });

const REFUSALS = {
  "gate-open": "the gate of this interval is still open",
  "unknown-interval": "no book was ever opened for this interval",
} as const;

/** Adds the routes that show how intervals cleared. */
export function addClearingRoutes(plain: FastifyInstance, market: () => OpenMarket): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>();
  const PAGE = Type.Object({ from: FROM, limit: LIMIT });
  app.get(
    "/v1/market/clearings",
    {
      schema: {
        tags: TAGS,
        summary: "List how intervals cleared, oldest first",
        description: "Ask for the next page with `from = next`, until `next` is null.",
        querystring: PAGE,
        response: { 200: CLEARINGS, ...FAILURES },
      },
    },
    async ({ query: { from, limit } }) => {
      const found = market().clearings(intervalIndex(from));
      return {
        clearings: found.slice(0, limit).map(presentClearing),
        next: found[limit]?.intervalIndex ?? null,
      };
    },
  );
  app.get(
    "/v1/market/intervals/:index",
    {
      schema: {
        tags: TAGS,
        summary: "Show how an interval cleared",
        description: "With the demand and supply curve. 404 while the gate is open.",
        params: INDEX_PARAMS,
        response: { 200: CLEARING, 404: failureOf(Object.keys(REFUSALS), "Not cleared"), ...FAILURES },
      },
    },
    async (request, reply) => {
      const found = market().clearing(intervalIndex(request.params.index));
      if (typeof found === "object") return reply.send(presentClearing(found));
      return reply.code(404).send({ code: found, message: REFUSALS[found] });
    },
  );
  app.get(
    "/v1/market/intervals/:index/trades",
    {
      schema: {
        tags: TAGS,
        summary: "List the trades of an interval so far, without who traded",
        description:
          "Those of the continuous phase as they are made, those of the call auction once the gate has closed.",
        params: INDEX_PARAMS,
        querystring: PAGE,
        response: { 200: TRADES, 404: failureOf(["unknown-interval"], "No trades"), ...FAILURES },
      },
    },
    async (request, reply) => {
      const found = market().trades(intervalIndex(request.params.index));
      if (found === null)
        return reply.code(404).send({ code: "unknown-interval", message: REFUSALS["unknown-interval"] });
      const { from, limit } = request.query;
      const trades = found.slice(from, from + limit).map(presentTrade);
      return reply.send({ trades, next: from + limit < found.length ? from + limit : null });
    },
  );
}
