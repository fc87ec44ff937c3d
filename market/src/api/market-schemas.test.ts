import fastify, { type RouteOptions } from "fastify";
import { expect, it } from "vitest";
import { doubleAuction } from "../double-auction.ts";
import { CANCEL_REJECTION_CODES, REJECTION_CODES } from "../order/rejection.ts";

interface Shown {
  readonly summary?: string;
  readonly response?: Readonly<
    Record<number, { readonly properties?: { readonly code?: { readonly enum?: unknown } } }>
  >;
}

async function shownRoutes(): Promise<ReadonlyMap<string, Shown>> {
  const app = fastify({ exposeHeadRoutes: false });
  const routes = new Map<string, Shown>();
  app.addHook("onRoute", ({ method, url, schema }: RouteOptions) => {
    routes.set(`${String(method)} ${url}`, (schema ?? {}) as Shown);
  });
  await app.register(doubleAuction().routes);
  await app.ready();
  await app.close();
  return routes;
}

it("describes every route, its limit and every code of a rejection", async () => {
  const routes = await shownRoutes();
  expect([...routes.keys()].sort()).toEqual([
    "GET /v1/market/clearings",
    "GET /v1/market/intervals",
    "GET /v1/market/intervals/:index",
    "GET /v1/market/intervals/:index/book",
    "GET /v1/market/intervals/:index/trades",
    "GET /v1/market/orders/:orderId",
    "GET /v1/market/state",
    "GET /v1/market/stream",
    "POST /v1/market/cancels",
    "POST /v1/market/orders",
  ]);
  for (const [route, { summary, response }] of routes) {
    expect(summary, route).toEqual(expect.any(String));
    if (!route.endsWith("/stream")) {
      expect(response?.[429]?.properties?.code?.enum, route).toEqual(["rate-limited", "site-rate-limited"]);
    }
  }
  const codesOf = (route: string): unknown => routes.get(route)?.response?.[422]?.properties?.code?.enum;
  expect(codesOf("POST /v1/market/orders")).toEqual([...REJECTION_CODES]);
  expect(codesOf("POST /v1/market/cancels")).toEqual([...CANCEL_REJECTION_CODES]);
});
