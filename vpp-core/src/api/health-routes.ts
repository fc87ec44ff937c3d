import { Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { CommunityView } from "./community-view.ts";
import type { Metrics } from "./metrics.ts";

const Components = Type.Object({
  ready: Type.Boolean(),
  components: Type.Array(
    Type.Object({ component: Type.String(), ok: Type.Boolean(), message: Type.String() }),
  ),
});

/** Liveness, readiness and metrics, for those who run the process. */
export function healthRoutes(app: FastifyInstance, community: CommunityView, metrics: Metrics): void {
  const tags = ["operation"];
  app.get(
    "/health/live",
    {
      schema: {
        tags,
        summary: "Is the process alive",
        response: { 200: Type.Object({ live: Type.Boolean() }) },
      },
    },
    async () => ({ live: true }),
  );
  app.get(
    "/health/ready",
    {
      schema: {
        tags,
        summary: "Can requests be served",
        description: "503 while a part that they depend on is down; the parts are listed",
        response: { 200: Components, 503: Components },
      },
    },
    async (_request, reply) => {
      const components = await community.readiness();
      const ready = components.every((component) => component.ok);
      return reply.code(ready ? 200 : 503).send({ ready, components });
    },
  );
  app.get(
    "/metrics",
    { schema: { tags, summary: "Metrics in Prometheus text format", response: { 200: Type.String() } } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
