import { expect, it } from "vitest";
import { bulkOf, cancelOf, INTERVAL, orderOf } from "../../test/sample-market.ts";
import { orderId } from "../order/order-id.ts";
import { listeningMarket } from "./test-market.ts";

it("takes cancels, and tells who knows an order's id what became of it", async () => {
  const { venue, get, post } = await listeningMarket();
  const bid = orderOf(1, "bid", 500, 280_000);
  const other = orderOf(1, "bid", 300, 290_000);
  await post("orders", bid);
  await post("orders", other);
  await post("orders", orderOf(3, "offer", 200, 100_000));
  const cancel = cancelOf(1, { scope: "order", orderId: orderId(bid) });
  const cancelled = await post("cancels", cancel);
  expect(cancelled).toMatchObject({
    status: 200,
    body: { status: "cancelled", orderIds: [orderId(bid)], sequence: 6 },
  });
  expect((await post("cancels", cancel)).body).toEqual(cancelled.body);
  expect((await post("cancels", { ...cancel, scope: "group" })).body).toMatchObject({ code: "bad-group" });
  expect(await get(`orders/${orderId(bid)}`)).toMatchObject({
    status: 200,
    body: { status: "cancelled", filledWh: 0 },
  });
  expect((await get(`orders/${orderId(other)}`)).body).toMatchObject({
    status: "open",
    energyWh: 300,
    trades: [],
  });
  await venue.closeGate(INTERVAL.index);
  const known = await get(`orders/${orderId(other)}`);
  expect(known.body).toMatchObject({
    status: "cleared",
    filledWh: 200,
    trades: [{ id: `${INTERVAL.index}-1` }],
  });
  expect(JSON.stringify(known.body)).not.toContain("home-");
  expect(await get(`orders/0x${"00".repeat(32)}`)).toMatchObject({
    status: 404,
    body: { code: "unknown-order" },
  });
  expect(
    (await post("cancels", cancelOf(1, { scope: "order", orderId: orderId(other) }))).body,
  ).toMatchObject({
    code: "gate-closed",
  });
});

it("takes an order out of a day that was signed at once", async () => {
  const { post } = await listeningMarket();
  const [order] = bulkOf(2, { group: 1, counter: 1 }, Array(200).fill(INTERVAL));
  expect(JSON.stringify(order).length).toBeLessThan(2_000);
  expect(await post("orders", order)).toMatchObject({ status: 200, body: { status: "accepted" } });
});

it("shows the book, and 304 while nothing happens", async () => {
  const { get, post } = await listeningMarket();
  await post("orders", orderOf(1, "bid", 500, 280_000));
  await post("orders", orderOf(2, "bid", 250, 280_000));
  const path = `intervals/${INTERVAL.index}/book`;
  const book = await get(path);
  expect(book.body).toMatchObject({ bids: [{ price: 280_000, energyWh: 750 }], offers: [] });
  const tag = { "if-none-match": book.headers.get("etag") ?? "" };
  expect(await get(path, tag)).toMatchObject({ status: 304, body: null });
  await post("orders", orderOf(3, "offer", 10, 10_000));
  expect((await get(path, tag)).status).toBe(200);
  expect(await get("intervals/7/book")).toMatchObject({ status: 404, body: { code: "unknown-interval" } });
});

it("pages clearings and trades", async () => {
  const { venue, get } = await listeningMarket();
  for (let i = 0; i < 3; i++) {
    await venue.submit(orderOf(1, "bid", 10, 280_000));
    await venue.submit(orderOf(3, "offer", 10, 100_000));
  }
  const { trades } = await venue.closeGate(INTERVAL.index);
  const list = `intervals/${INTERVAL.index}/trades`;
  const seen: unknown[] = [];
  for (let from: unknown = 0; from !== null; ) {
    const page = (await get(`${list}?from=${from}&limit=2`)).body;
    seen.push(...((page?.["trades"] ?? []) as unknown[]));
    from = page?.["next"];
  }
  expect(seen).toEqual(trades.map(({ id, price, energyWh, phase }) => ({ id, price, energyWh, phase })));
  expect((await get("clearings")).body).toMatchObject({
    clearings: [{ tradeCount: trades.length }],
    next: null,
  });
  expect((await get(`clearings?from=${INTERVAL.index + 1}`)).body).toEqual({ clearings: [], next: null });
  expect((await get(`${list}?limit=1001`)).status).toBe(400);
});

it("limits addresses and bodies, with headers and codes", async () => {
  const { get, post } = await listeningMarket({ api: { addressPerMinute: 3 } });
  expect(await post("orders", JSON.stringify({ note: "x".repeat(9_000) }))).toMatchObject({
    status: 413,
    body: { code: "body-too-large" },
  });
  expect((await get("intervals")).headers.get("x-ratelimit-remaining")).toBe("1");
  await get("intervals");
  const refused = await get("intervals");
  expect(refused).toMatchObject({ status: 429, body: { code: "rate-limited" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
});

it("limits a site by what it has signed, so that nobody can use up another's budget", async () => {
  const { post } = await listeningMarket({ api: { siteBurst: 2, sitePerSecond: 0.01 } });
  const forged = { ...orderOf(1, "bid", 10, 10_000), signature: orderOf(2, "bid", 10, 10_000).signature };
  for (let i = 0; i < 4; i++)
    expect((await post("orders", forged)).body).toMatchObject({ code: "bad-signature" });
  expect((await post("orders", orderOf(1, "bid", 10, 10_000))).status).toBe(200);
  expect((await post("orders", orderOf(1, "bid", 10, 10_000))).status).toBe(200);
  const refused = await post("orders", orderOf(1, "bid", 10, 10_000));
  expect(refused).toMatchObject({ status: 429, body: { code: "site-rate-limited" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(90);
  expect((await post("orders", orderOf(2, "bid", 10, 10_000))).status).toBe(200);
});
