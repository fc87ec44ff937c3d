import { intervalIndex } from "@commonwatt/vpp-core";
import fastify, { type FastifyInstance } from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { INTERVAL, orderOf, sampleContext } from "../../test/sample-market.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { doubleAuction } from "../double-auction.ts";

async function runningApi(): Promise<{ app: FastifyInstance; venue: ReturnType<typeof doubleAuction> }> {
  const venue = doubleAuction();
  await venue.start(sampleContext(await temporaryFolder()));
  const app = fastify();
  await app.register(venue.routes);
  await venue.openInterval(INTERVAL);
  onTestFinished(async () => {
    await app.close();
    await venue.stop();
  });
  return { app, venue };
}

describe("the market's routes", () => {
  it("takes a signed order, and the same order again", async () => {
    const { app } = await runningApi();
    const payload = orderOf(1, "bid", 500, 280_000);
    const first = await app.inject({ method: "POST", url: "/v1/market/orders", payload });
    expect(first.statusCode).toBe(200);
    expect(first.json()).toEqual({ status: "accepted", orderId: expect.stringMatching(/^0x/), sequence: 3 });
    const again = await app.inject({ method: "POST", url: "/v1/market/orders", payload });
    expect(again.json()).toEqual(first.json());
  });

  it.each([
    ["an order changed on its way", { energyWh: 501 }, "bad-signature"],
    ["a number written as a text, which is not made into one", { energyWh: "500" }, "energy-not-positive"],
    ["null in place of a number", { limitPrice: null }, "price-out-of-range"],
    ["a fraction", { energyWh: 0.5 }, "energy-not-positive"],
    ["an unknown side", { side: "ask" }, "bad-side"],
    ["another community", { community: "lindenweg" }, "wrong-community"],
    ["an interval that takes no orders", { intervalIndex: 1 }, "unknown-interval"],
  ])("answers 422 with a code to %s", async (_, change, code) => {
    const { app } = await runningApi();
    const payload = { ...orderOf(1, "bid", 500, 280_000), ...change };
    const response = await app.inject({ method: "POST", url: "/v1/market/orders", payload });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ code, message: expect.any(String) });
  });

  it.each(["null", "[]", "7", '"order"'])("answers 422 to the body %s", async (payload) => {
    const { app } = await runningApi();
    const headers = { "content-type": "application/json" };
    const response = await app.inject({ method: "POST", url: "/v1/market/orders", headers, payload });
    expect(response.statusCode).toBe(422);
  });

  it("answers 400 to what is no JSON", async () => {
    const { app } = await runningApi();
    const headers = { "content-type": "application/json" };
    const response = await app.inject({ method: "POST", url: "/v1/market/orders", headers, payload: "{" });
    expect(response.statusCode).toBe(400);
  });

  it("lists open intervals, and shows a clearing with its curves once the gate has closed", async () => {
    const { app, venue } = await runningApi();
    const get = async (path: string): Promise<{ statusCode: number; body: unknown }> => {
      const response = await app.inject({ method: "GET", url: `/v1/market/${path}` });
      return { statusCode: response.statusCode, body: response.json() };
    };
    expect(await get("intervals")).toEqual({
      statusCode: 200,
      body: {
        intervals: [
          { index: INTERVAL.index, start: "2026-11-14T06:00:00.000Z", end: "2026-11-14T06:15:00.000Z" },
        ],
      },
    });
    expect(await get(`intervals/${INTERVAL.index}`)).toMatchObject({
      statusCode: 404,
      body: { code: "gate-open" },
    });
    expect(await get("intervals/7")).toMatchObject({ statusCode: 404, body: { code: "unknown-interval" } });
    expect((await get("intervals/-1")).statusCode).toBe(400);
    expect((await get("intervals/soon")).statusCode).toBe(400);

    await venue.submit(orderOf(1, "bid", 500, 280_000));
    await venue.submit(orderOf(3, "offer", 900, 120_000));
    await venue.closeGate(INTERVAL.index);
    expect(await get("intervals")).toEqual({ statusCode: 200, body: { intervals: [] } });
    const shown = await get(`intervals/${INTERVAL.index}`);
    const { clearedAtMs, trades, ...clearing } = venue.clearings(intervalIndex(0))[0] ?? {};
    expect(clearedAtMs).toBe(INTERVAL.startMs - 60_000);
    expect(shown).toEqual({
      statusCode: 200,
      body: { ...clearing, clearedAt: "2026-11-14T05:59:00.000Z", tradeCount: 1 },
    });
    expect(trades).toHaveLength(1);
    expect(shown.body).toMatchObject({
      demand: [{ price: 280_000, energyWh: 500 }],
      supply: [{ price: 120_000, energyWh: 900 }],
    });
    expect(await get(`intervals/${INTERVAL.index}/trades`)).toEqual({
      statusCode: 200,
      body: {
        trades: [{ id: `${INTERVAL.index}-1`, energyWh: 500, price: 120_000, phase: "call" }],
        next: null,
      },
    });
    expect(await get(`intervals/${INTERVAL.index}/book`)).toMatchObject({ body: { code: "gate-closed" } });
    expect(await get("intervals/7/trades")).toMatchObject({
      statusCode: 404,
      body: { code: "unknown-interval" },
    });
    expect(await get("state")).toEqual({
      statusCode: 200,
      body: {
        community: "sonnenweg",
        domain: null,
        stateHash: venue.stateHash(),
        counts: { inputs: 5, sites: 4, orders: 2, openIntervals: 0, clearings: 1, trades: 1 },
      },
    });
  });

  it("shows a clearing without trades with a price of null", async () => {
    const { app, venue } = await runningApi();
    await venue.closeGate(INTERVAL.index);
    const response = await app.inject({ method: "GET", url: `/v1/market/intervals/${INTERVAL.index}` });
    expect(response.json()).toMatchObject({
      status: "cleared",
      clearingPrice: null,
      volumeWh: 0,
      tradeCount: 0,
    });
  });
});
