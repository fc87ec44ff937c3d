import type { RoutePlugin } from "@commonwatt/vpp-core";
import Fastify from "fastify";

/** Routes that are served for a test. */
export interface TestApi {
  /** Without a path. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves routes on a free port of this machine. */
export async function serveRoutes(routes: RoutePlugin): Promise<TestApi> {
  const app = Fastify();
  await app.register(routes);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, close: () => app.close() };
}
