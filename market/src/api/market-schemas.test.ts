import { readdir, readFile } from "node:fs/promises";
import swagger from "@fastify/swagger";
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
    const codes = (status: number): unknown => response?.[status]?.properties?.code?.enum;
    expect(codes(429), route).toEqual(["rate-limited", "site-rate-limited"]);
    expect(codes(503), route).toEqual(["MARKET_NOT_RUNNING", "JOURNAL_FULL"]);
    expect(codes(500), route).toEqual(["API_INTERNAL", "JOURNAL_WRITE_FAILED"]);
  }
  const codesOf = (route: string): unknown => routes.get(route)?.response?.[422]?.properties?.code?.enum;
  expect(codesOf("POST /v1/market/orders")).toEqual([...REJECTION_CODES]);
  expect(codesOf("POST /v1/market/cancels")).toEqual([...CANCEL_REJECTION_CODES]);
});

it("names every code that its sources answer with", async () => {
  const named = new Set<unknown>();
  for (const { response = {} } of (await shownRoutes()).values())
    for (const answer of Object.values(response)) for (const code of codesIn(answer)) named.add(code);
  const folder = new URL("./", import.meta.url);
  const files = (await readdir(folder)).filter((name) => /(routes|stream)\.ts$/.test(name));
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")));
  const written = sources.flatMap((text) =>
    [...text.matchAll(/code: "([a-zA-Z_-]+)"/g)].map((found) => found[1]),
  );
  expect(written.length).toBeGreaterThan(4);
  for (const code of written) expect([...named], code).toContain(code);
});

it("names the messages of the stream as schemas of the document, from which clients are made", async () => {
  const app = fastify();
  await app.register(swagger, {
    openapi: { openapi: "3.1.0", info: { title: "market", version: "1" } },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  await app.register(doubleAuction().routes);
  await app.ready();
  const document = app.swagger() as unknown as {
    readonly components: {
      readonly schemas: Readonly<Record<string, { readonly oneOf?: readonly object[] }>>;
    };
    readonly paths: Readonly<Record<string, { readonly get: { readonly responses: object } }>>;
  };
  await app.close();
  const { schemas } = document.components;
  expect(Object.keys(schemas).sort()).toEqual([
    "StreamCallOpened",
    "StreamCleared",
    "StreamGap",
    "StreamHeartbeat",
    "StreamLevel",
    "StreamMessage",
    "StreamOpened",
    "StreamResumed",
    "StreamSnapshot",
    "StreamTrade",
  ]);
  expect(schemas["StreamMessage"]?.oneOf).toContainEqual({ $ref: "#/components/schemas/StreamTrade" });
  expect(JSON.stringify(document.paths["/v1/market/stream"]?.get.responses)).toContain(
    "#/components/schemas/StreamMessage",
  );
});

function codesIn(answer: unknown): readonly unknown[] {
  return (answer as { properties?: { code?: { enum?: readonly unknown[] } } }).properties?.code?.enum ?? [];
}
