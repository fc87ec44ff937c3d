import { readdir, readFile } from "node:fs/promises";
import fastify, { type RouteOptions } from "fastify";
import { expect, it } from "vitest";
import { doubleAuction } from "../double-auction.ts";
import { CANCEL_REJECTION_CODES, REJECTION_CODES } from "../order/rejection.ts";
import { STREAM_SCHEMAS } from "./stream-schemas.ts";

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
  const names = STREAM_SCHEMAS.map((schema) => (schema as { readonly $id?: string }).$id);
  expect(names).toEqual([
    "StreamSnapshot",
    "StreamOpened",
    "StreamCallOpened",
    "StreamLevel",
    "StreamTrade",
    "StreamCleared",
    "StreamHeartbeat",
    "StreamResumed",
    "StreamGap",
    "StreamMessage",
  ]);
  const refs = names.slice(0, -1).map((name) => ({ $ref: `${name}#` }));
  expect(STREAM_SCHEMAS.at(-1)).toMatchObject({ oneOf: refs });
  const stream = (await shownRoutes()).get("GET /v1/market/stream");
  expect(stream).toMatchObject({ hide: false, response: { 101: { $ref: "StreamMessage#" } } });
});

function codesIn(answer: unknown): readonly unknown[] {
  return (answer as { properties?: { code?: { enum?: readonly unknown[] } } }).properties?.code?.enum ?? [];
}
