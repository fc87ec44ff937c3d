import type { FastifyPluginAsync } from "fastify";

/** Routes that a package adds to the API; each names its own full paths, under `/v1/`. */
export type RoutePlugin = FastifyPluginAsync;
