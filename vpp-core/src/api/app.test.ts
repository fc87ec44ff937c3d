import type { LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { siteId } from "../grid/site.ts";
import type { RoutePlugin } from "../ports/route-plugin.ts";
import {
  batch,
  clearing,
  interval,
  nothingTraded,
  reading,
  statement,
  trade,
} from "../store/test-records.ts";
import { deliveryInterval } from "../time/delivery-interval.ts";
import { NOW, startTestApi, type TestApi } from "./test-api.ts";

// A database starts here, on a machine that may be busy.
vi.setConfig({ hookTimeout: 60_000 });

/** Routes as another package brings them. */
const guestRoutes: RoutePlugin = async (app) => {
  app.addSchema({ $id: "GuestHello", type: "object", properties: { hello: { type: "boolean" } } });
  const response = { 200: { $ref: "GuestHello#" } };
  const schema = { tags: ["guest"], summary: "Say hello", response };
  app.get("/v1/guest", { schema }, async () => ({ hello: true }));
  app.get("/v1/guest/silent", async () => {
    throw new CommonwattError("CHAIN_UNREACHABLE", "the chain does not answer", { retryable: true });
  });
  app.get("/v1/guest/broken", async () => {
    throw new Error("secret detail");
  });
};

let api: TestApi;
const get = (url: string): Promise<LightMyRequestResponse> => api.app.inject({ method: "GET", url });

beforeAll(async () => {
  api = await startTestApi([guestRoutes]);
  const { store } = api;
  await store.trades.saveClearing(clearing);
  await store.trades.saveClearing(nothingTraded);
  await store.batches.insert(batch(0));
  const minute = 60_000;
  store.readings.append([
    reading("batteryPowerW", NOW - 2 * minute, 400),
    reading("batteryPowerW", NOW - 2 * minute + 1_000, 600),
    reading("batteryPowerW", NOW - minute, null),
    reading("pvPowerW", NOW - minute, 9_999),
  ]);
  await store.readings.flush();
});
afterAll(() => api.close());

describe("community", () => {
  test("tells its tariff, time and capacity", async () => {
    expect((await get("/v1/community")).json()).toEqual({
      community: "street",
      feeder: "feeder-1",
      currency: "EUR",
      intervalMinutes: 15,
      retailPrice: 300_000,
      feedInPrice: 80_000,
      speed: 90,
      now: "2026-06-21T12:00:00.000Z",
      siteCount: 2,
      capacity: { upW: 1_500, downW: 3_500, siteCount: 1 },
    });
  });

  test("lists clearings from an interval on, with ISO times and their trades", async () => {
    const { intervals } = (await get(`/v1/intervals?from=${interval}`)).json();
    const { startMs, endMs } = deliveryInterval(interval, 15);
    expect(intervals).toHaveLength(2);
    expect(intervals[0]).toMatchObject({
      intervalIndex: interval,
      status: "cleared",
      clearedAt: "2026-06-01T10:44:59.999Z",
      start: new Date(startMs).toISOString(),
      end: new Date(endMs).toISOString(),
      clearingPrice: 187_500,
      demand: [
        { price: 300_000, energyWh: 500 },
        { price: -1, energyWh: Number.MAX_SAFE_INTEGER },
      ],
    });
    expect(intervals[0].trades).toHaveLength(12);
    expect(JSON.stringify(intervals), "nobody learns who traded").not.toMatch(/home-|sellerId|bidId/);
    expect(intervals[1]).toMatchObject({ status: "void", clearingPrice: null, trades: [] });
    expect((await get(`/v1/intervals?from=${interval + 1}`)).json().intervals).toHaveLength(1);
    expect((await get("/v1/intervals?limit=1")).json().intervals).toHaveLength(1);
  });

  test("lists trades, as many as asked for", async () => {
    const { trades } = (await get("/v1/trades?limit=5")).json();
    expect(trades).toHaveLength(5);
    const { id, intervalIndex: index, energyWh, price, phase } = trade(0);
    expect(trades[0]).toEqual({ id, intervalIndex: index, energyWh, price, phase });
    expect((await get(`/v1/trades?from=${interval + 1}`)).json()).toEqual({ trades: [] });
  });
});

describe("sites", () => {
  test("a site tells what it does, why, and how far each value may be trusted", async () => {
    const site = (await get("/v1/sites/home-1")).json();
    expect(site).toMatchObject({
      siteId: "home-1",
      mode: "scheduled",
      optedOut: false,
      setpointW: 500,
      authority: "market",
      reason: "sold 250 Wh",
      netSoldWh: 250,
      savedNano: "1152921504606846976",
    });
    const sourceTime = "2026-06-21T12:00:00.000Z";
    expect(site.points.gridPowerW).toEqual({ value: -1_200, quality: "good", reason: null, sourceTime });
    const bad = { value: null, quality: "bad", reason: "the device reports NaN", sourceTime };
    expect(site.points.pvPowerW).toEqual(bad);
    expect(site.points.inverterPowerW).toMatchObject({ value: null, quality: "unavailable" });
    expect(site.devices[0]).toMatchObject({ protocol: "modbus", address: "127.0.0.1:5020 unit 1" });
  });

  test("every site is listed, one that was never reached without values", async () => {
    const { sites } = (await get("/v1/sites")).json();
    expect(sites.map((site: { siteId: string }) => site.siteId)).toEqual(["home-1", "home-2"]);
    expect(sites[1]).toMatchObject({ mode: "starting", setpointW: null, points: {} });
    expect(sites[1].devices[0]).toMatchObject({ connected: false, problem: "connection refused" });
  });

  test("readings come in buckets of good values", async () => {
    const from = new Date(NOW - 600_000).toISOString();
    const to = new Date(NOW).toISOString();
    const answer = await get(`/v1/sites/home-1/readings?point=batteryPowerW&from=${from}&to=${to}`);
    const start = new Date(NOW - 120_000).toISOString();
    expect(answer.json()).toEqual({ buckets: [{ start, mean: 500, min: 400, max: 600, count: 2 }] });
  });

  test("readings are those of the last hour unless a time is given", async () => {
    expect((await get("/v1/sites/home-1/readings?point=batteryPowerW")).json().buckets).toHaveLength(1);
    expect((await get("/v1/sites/home-2/readings?point=batteryPowerW")).json()).toEqual({ buckets: [] });
  });

  test("statements carry money as decimal strings", async () => {
    const { statements } = (await get("/v1/sites/home-1/statements")).json();
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({
      siteId: "home-1",
      meteredExportWh: Number.MAX_SAFE_INTEGER,
      creditNano: statement("home-1").creditNano.toString(),
      withTradingNano: "-1267650600228229401496703205376",
    });
  });

  test("an owner opts out and in again, as often as they like", async () => {
    for (const [action, optedOut] of [
      ["opt-out", true],
      ["opt-out", true],
      ["opt-in", false],
    ] as const) {
      const answer = await api.app.inject({ method: "POST", url: `/v1/sites/home-1/${action}` });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ siteId: "home-1", optedOut });
      expect(api.fleet.site(siteId("home-1"))?.optedOut).toBe(optedOut);
    }
  });

  test.each([
    ["GET", "/v1/sites/home-9"],
    ["GET", "/v1/sites/home-9/readings?point=pvPowerW"],
    ["GET", "/v1/sites/home-9/statements"],
    ["POST", "/v1/sites/home-9/opt-out"],
  ] as const)("%s %s: nobody lives there", async (method, url) => {
    const answer = await api.app.inject({ method, url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ code: "SITE_UNKNOWN", message: "there is no site home-9" });
  });
});

describe("what cannot be answered", () => {
  test.each([
    ["/v1/sites/home-1/readings", /point/],
    ["/v1/sites/home-1/readings?point=volts", /point.*gridPowerW.*pvPowerW/],
    ["/v1/sites/home-1/readings?point=pvPowerW&from=yesterday", /from.*date-time/],
    ["/v1/sites/home-1/readings?point=pvPowerW&bucketMs=10", /bucketMs.*>= 1000/],
    ["/v1/sites/home-1/readings?point=pvPowerW&from=2026-06-22T00:00:00Z", /from must be before to/],
    ["/v1/sites/home-1/readings?point=pvPowerW&from=2020-01-01T00:00:00Z", /at most 2000 buckets/],
    ["/v1/sites/home-1/statements?limit=0", /limit.*>= 1/],
    ["/v1/intervals?limit=1001", /limit.*<= 1000/],
    ["/v1/trades?from=-1", /from.*>= 0/],
    ["/v1/trades?from=1.5", /from.*integer/],
    ["/v1/trades?from=99999999999999999999", /from.*<= 9007199254740991/],
    ["/v1/sites/home-1/statements?from=1e20", /from.*<= 9007199254740991/],
    ["/v1/sites/home-1/readings?point=pvPowerW&bucketMs=1e300", /bucketMs.*<= 2678400000/],
  ])("%s is refused with the field and what is allowed", async (url, message) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ code: "API_BAD_REQUEST", message: expect.stringMatching(message) });
  });

  test("a route that is not there", async () => {
    const answer = await get("/v1/nothing");
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      code: "API_NOT_FOUND",
      message: expect.stringMatching("/v1/nothing"),
    });
  });

  test("a failure at an edge keeps its code and may be tried again", async () => {
    const answer = await get("/v1/guest/silent");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ code: "CHAIN_UNREACHABLE", message: "the chain does not answer" });
  });

  test("a fault of the program is in the log, not in the answer", async () => {
    const answer = await get("/v1/guest/broken");
    expect(answer.statusCode).toBe(500);
    expect(answer.json().code).toBe("API_INTERNAL");
    expect(answer.body).not.toContain("secret detail");
    expect(api.logLines).toContain("error request failed");
  });
});

describe("operation", () => {
  test("it lives, and is ready while all it needs is there", async () => {
    expect((await get("/health/live")).json()).toEqual({ live: true });
    const ready = await get("/health/ready");
    expect(ready.statusCode).toBe(200);
    expect(ready.json()).toMatchObject({ ready: true, components: [{ component: "store", ok: true }] });
  });

  test("it is not ready while a part is down, and says which", async () => {
    const down = { component: "settlement", ok: false, message: "the chain does not answer" };
    api.components.push(down);
    const answer = await get("/health/ready");
    api.components.pop();
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ ready: false, components: [{ component: "store" }, down] });
  });

  test("metrics are read from the community; a value that is not good has none", async () => {
    const answer = await get("/metrics");
    expect(answer.headers["content-type"]).toMatch("text/plain; version=0.0.4");
    const lines = answer.body.split("\n");
    expect(lines).toContain('commonwatt_site_grid_power_watts{site="home-1"} -1200');
    expect(lines).toContain('commonwatt_site_devices_connected{site="home-2"} 0');
    expect(lines).toContain("commonwatt_capacity_up_watts 1500");
    expect(lines).toContain("commonwatt_capacity_down_watts 3500");
    expect(lines).toContain("commonwatt_sites 2");
    expect(answer.body).not.toMatch(/^commonwatt_site_pv_power_watts\{/m);
    expect(answer.body).toMatch(/^process_cpu_seconds_total /m);
  });

  test("the OpenAPI document lists every route, those of other packages too, each with tag and summary", async () => {
    const document = (await get("/docs/json")).json();
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.components.schemas), "named as its package does").toEqual(["GuestHello"]);
    expect(Object.keys(document.paths).sort()).toEqual([
      "/health/live",
      "/health/ready",
      "/metrics",
      "/v1/community",
      "/v1/guest",
      "/v1/guest/broken",
      "/v1/guest/silent",
      "/v1/intervals",
      "/v1/sites",
      "/v1/sites/{siteId}",
      "/v1/sites/{siteId}/opt-in",
      "/v1/sites/{siteId}/opt-out",
      "/v1/sites/{siteId}/readings",
      "/v1/sites/{siteId}/statements",
      "/v1/trades",
    ]);
    for (const [path, methods] of Object.entries<Record<string, { tags?: string[]; summary?: string }>>(
      document.paths,
    )) {
      if (path.startsWith("/v1/guest/")) continue;
      for (const { tags, summary } of Object.values(methods)) {
        expect(tags, path).toHaveLength(1);
        expect(summary, path).toMatch(/\w+/);
      }
    }
    expect((await get("/docs")).statusCode).toBe(200);
    const front = await get("/");
    expect([front.statusCode, front.headers.location]).toEqual([302, "/docs"]);
  });
});
