import { Type, type TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { Store } from "../ports/store.ts";
import { intervalIndex } from "../time/delivery-interval.ts";
import { isoTime } from "../time/iso-time.ts";
import type { CommunityView } from "./community-view.ts";
import { presentClearing, presentTrade } from "./present.ts";
import { ClearingBody, IntervalRange, IsoTime, TradeBody } from "./schemas.ts";

const Community = Type.Object({
  community: Type.String(),
  feeder: Type.String(),
  currency: Type.String({ description: "ISO 4217" }),
  intervalMinutes: Type.Integer(),
  retailPrice: Type.Integer({ description: "micro per kWh" }),
  feedInPrice: Type.Integer({ description: "micro per kWh" }),
  speed: Type.Number({ description: "Seconds of the community's time per real second" }),
  now: IsoTime,
  siteCount: Type.Integer(),
  capacity: Type.Object({
    upW: Type.Integer({ description: "Less import or more export that batteries could give now, in W" }),
    downW: Type.Integer({ description: "More import that batteries could take now, in W" }),
    siteCount: Type.Integer({ description: "Sites that take part and whose battery is known" }),
  }),
});

/** The community as a whole: what it is, how its intervals cleared, what was traded. */
export function communityRoutes(plain: FastifyInstance, community: CommunityView, store: Store): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["community"];
  app.get(
    "/v1/community",
    {
      schema: {
        tags,
        summary: "The community, its tariff, its time and its capacity",
        response: { 200: Community },
      },
    },
    async () => {
      const { tariff, nowMs, ...info } = community.info();
      return {
        ...info,
        ...tariff,
        now: isoTime(nowMs),
        siteCount: community.sites().length,
        capacity: community.aggregate(),
      };
    },
  );
  app.get(
    "/v1/intervals",
    {
      schema: {
        tags,
        summary: "How delivery intervals cleared, with supply and demand",
        querystring: IntervalRange,
        response: { 200: Type.Object({ intervals: Type.Array(ClearingBody) }) },
      },
    },
    async ({ query }, reply) => {
      const { intervalMinutes } = community.info();
      const clearings = await store.trades.clearings(intervalIndex(query.from), query.limit);
      return reply.send({
        intervals: clearings.map((clearing) => presentClearing(clearing, intervalMinutes)),
      });
    },
  );
  app.get(
    "/v1/trades",
    {
      schema: {
        tags,
        summary: "Trades, oldest first, without who traded",
        description:
          "Saved when the gate of their interval has closed. A site learns of its own by its orders' ids.",
        querystring: IntervalRange,
        response: { 200: Type.Object({ trades: Type.Array(TradeBody) }) },
      },
    },
    async ({ query }, reply) => {
      const trades = await store.trades.trades(intervalIndex(query.from), query.limit);
      return reply.send({ trades: trades.map(presentTrade) });
    },
  );
}
