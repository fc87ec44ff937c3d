import { Type, type TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { POINT_NAMES, type PointName } from "../der/point.ts";
import { siteId } from "../grid/site.ts";
import type { Store } from "../ports/store.ts";
import { epochMs } from "../time/clock.ts";
import { intervalIndex } from "../time/delivery-interval.ts";
import { isoTime } from "../time/iso-time.ts";
import type { CommunityView } from "./community-view.ts";
import { presentSite, presentStatement } from "./present.ts";
import { Failure, IntervalRange, IsoTime, SiteState, Statement } from "./schemas.ts";

const SiteParams = Type.Object({ siteId: Type.String({ description: "As in the configuration" }) });
const HOUR_MS = 3_600_000;
/** The longest bucket: 31 days. */
const BUCKET_MAX_MS = 31 * 24 * HOUR_MS;
/** The most buckets one answer holds. */
const BUCKETS_MAX = 2_000;

/** What one site does, measured and earned, and its owner's switch. */
export function siteRoutes(plain: FastifyInstance, community: CommunityView, store: Store): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["sites"];
  const unknownSite = (id: string): object => ({ code: "SITE_UNKNOWN", message: `there is no site ${id}` });

  app.get(
    "/v1/sites",
    {
      schema: {
        tags,
        summary: "Every site as it is now",
        response: { 200: Type.Object({ sites: Type.Array(SiteState) }) },
      },
    },
    async (_request, reply) => reply.send({ sites: community.sites().map(presentSite) }),
  );
  app.get(
    "/v1/sites/:siteId",
    {
      schema: {
        tags,
        summary: "One site as it is now, and why it does what it does",
        params: SiteParams,
        response: { 200: SiteState, 404: Failure },
      },
    },
    async ({ params }, reply) => {
      const site = community.site(siteId(params.siteId));
      return site === null
        ? reply.code(404).send(unknownSite(params.siteId))
        : reply.code(200).send(presentSite(site));
    },
  );
  for (const [action, optedOut] of [
    ["opt-out", true],
    ["opt-in", false],
  ] as const) {
    app.post(
      `/v1/sites/:siteId/${action}`,
      {
        schema: {
          tags,
          summary: optedOut ? "Take a site out of market and dispatch" : "Take a site back in",
          description:
            "Holds from the next control cycle on, within seconds; the answer is the site as it is now",
          params: SiteParams,
          response: { 200: SiteState, 404: Failure },
        },
      },
      async ({ params }, reply) => {
        const id = siteId(params.siteId);
        const site = community.setOptedOut(id, optedOut) ? community.site(id) : null;
        return site === null
          ? reply.code(404).send(unknownSite(params.siteId))
          : reply.code(200).send(presentSite(site));
      },
    );
  }
  readingRoute(plain, community, store, unknownSite);
  statementRoute(plain, community, store, unknownSite);
}

type UnknownSite = (id: string) => object;

function readingRoute(
  plain: FastifyInstance,
  community: CommunityView,
  store: Store,
  unknownSite: UnknownSite,
): void {
  const Bucket = Type.Object({
    start: IsoTime,
    mean: Type.Number(),
    min: Type.Number(),
    max: Type.Number(),
    count: Type.Integer({ description: "Good values in this bucket" }),
  });
  plain.withTypeProvider<TypeBoxTypeProvider>().get(
    "/v1/sites/:siteId/readings",
    {
      schema: {
        tags: ["sites"],
        summary: "A measured point over time, in buckets",
        params: SiteParams,
        querystring: Type.Object({
          point: Type.Enum([...POINT_NAMES]),
          from: Type.Optional(Type.String({ format: "date-time", description: "An hour ago unless given" })),
          to: Type.Optional(Type.String({ format: "date-time", description: "Now unless given" })),
          bucketMs: Type.Integer({
            minimum: 1_000,
            maximum: BUCKET_MAX_MS,
            default: 60_000,
            description: "Length of a bucket",
          }),
        }),
        response: { 200: Type.Object({ buckets: Type.Array(Bucket) }), 400: Failure, 404: Failure },
      },
    },
    async ({ params, query }, reply) => {
      if (community.site(siteId(params.siteId)) === null) {
        return reply.code(404).send(unknownSite(params.siteId));
      }
      const toMs = epochMs(query.to === undefined ? community.info().nowMs : Date.parse(query.to));
      const fromMs = epochMs(query.from === undefined ? toMs - HOUR_MS : Date.parse(query.from));
      const { bucketMs } = query;
      if (fromMs >= toMs || (toMs - fromMs) / bucketMs > BUCKETS_MAX) {
        const message = `from must be before to, with at most ${BUCKETS_MAX} buckets between`;
        return reply.code(400).send({ code: "API_BAD_REQUEST", message });
      }
      const point = query.point as PointName;
      const series = await store.readings.series({
        siteId: siteId(params.siteId),
        point,
        fromMs,
        toMs,
        bucketMs,
      });
      const buckets = series.map(({ startMs, ...bucket }) => ({ start: isoTime(startMs), ...bucket }));
      return reply.code(200).send({ buckets });
    },
  );
}

function statementRoute(
  plain: FastifyInstance,
  community: CommunityView,
  store: Store,
  unknownSite: UnknownSite,
): void {
  plain.withTypeProvider<TypeBoxTypeProvider>().get(
    "/v1/sites/:siteId/statements",
    {
      schema: {
        tags: ["sites"],
        summary: "What each interval came to for a site, against no trading",
        params: SiteParams,
        querystring: IntervalRange,
        response: { 200: Type.Object({ statements: Type.Array(Statement) }), 404: Failure },
      },
    },
    async ({ params, query }, reply) => {
      const id = siteId(params.siteId);
      if (community.site(id) === null) return reply.code(404).send(unknownSite(params.siteId));
      const statements = await store.batches.statements(id, intervalIndex(query.from), query.limit);
      return reply.code(200).send({ statements: statements.map(presentStatement) });
    },
  );
}
