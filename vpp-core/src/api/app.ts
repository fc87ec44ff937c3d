import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { type FastifyInstance, fastify } from "fastify";
import type { Logger } from "../ports/logger.ts";
import type { RoutePlugin } from "../ports/route-plugin.ts";
import type { Store } from "../ports/store.ts";
import { useStableErrors } from "./api-error.ts";
import { communityRoutes } from "./community-routes.ts";
import type { CommunityView } from "./community-view.ts";
import { healthRoutes } from "./health-routes.ts";
import { communityMetrics } from "./metrics.ts";
import { siteRoutes } from "./site-routes.ts";
import { version } from "./version.ts";

/** Largest request body, in bytes: orders and switches are small. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** What the API is built from. */
export interface ApiOptions {
  readonly community: CommunityView;
  readonly store: Store;
  /** Routes of other packages. */
  readonly routes: readonly RoutePlugin[];
  readonly logger: Logger;
}

/** Builds the API: its routes, its OpenAPI document at `/docs/json` and a page to browse it at `/docs`, where `/` leads. */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const { community, store } = options;
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  useStableErrors(app, options.logger);
  await app.register(swagger, {
    // Schemas that a package names keep their names.
    refResolver: {
      buildLocalReference: ({ $id }, _baseUri, _fragment, i) => (typeof $id === "string" ? $id : `def-${i}`),
    },
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Commonwatt",
        description:
          "Energies are Wh, powers W, prices millionths of the currency unit per kWh, money billionths of it " +
          "as decimal strings, times ISO 8601. Signs: grid + is import, battery + is discharge.",
        version: version(),
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
  app.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/docs"));
  await app.register(async (scope) => {
    healthRoutes(scope, community, communityMetrics(community));
    communityRoutes(scope, community, store);
    siteRoutes(scope, community, store);
  });
  for (const routes of options.routes) await app.register(routes);
  await app.ready();
  return app;
}
