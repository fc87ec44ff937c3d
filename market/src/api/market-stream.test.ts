import { once } from "node:events";
import { connect } from "node:net";
import { deliveryInterval, intervalIndex } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { cancelOf, INTERVAL, orderOf, replacementOf } from "../../test/sample-market.ts";
import { marketEngine } from "../engine/market-engine.ts";
import { orderId } from "../order/order-id.ts";
import { type PublicFeed, publicFeed } from "../venue/public-feed.ts";
import { marketStreams, type StreamSocket } from "./market-stream.ts";
import { listeningMarket, type StreamClient, streamClient } from "./test-market.ts";

const NEXT = deliveryInterval(intervalIndex(INTERVAL.index + 1), 15);

/** A client's books, as the server's snapshot writes them. */
function asSnapshot(books: StreamClient["books"]): unknown {
  return [...books]
    .sort(([a], [b]) => a - b)
    .map(([index, levels]) => [index, [...levels].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

it("tells what everybody may know, and nothing of who it was", async () => {
  const market = await listeningMarket();
  const client = await streamClient(market.url);
  await client.untilMessage("snapshot");
  const bid = orderOf(1, "bid", 500, 280_000);
  await market.venue.submit(bid);
  await market.venue.submit(replacementOf(1, "bid", 600, 290_000, orderId(bid)));
  const offer = orderOf(3, "offer", 100, 300_000);
  await market.venue.submit(offer);
  await market.venue.submit(orderOf(3, "offer", 900, 120_000));
  await market.venue.cancel(cancelOf(3, { scope: "order", orderId: orderId(offer) }));
  await market.venue.closeGate(INTERVAL.index);
  await client.untilMessage("cleared");
  const events = client.messages.slice(1).map(({ feed, sequence, intervalIndex, ...event }) => event);
  expect(events).toEqual([
    { type: "level", cause: "accepted", side: "bid", price: 280_000, energyWh: 500 },
    { type: "level", cause: "replaced", side: "bid", price: 280_000, energyWh: 0 },
    { type: "level", cause: "accepted", side: "bid", price: 290_000, energyWh: 600 },
    { type: "level", cause: "accepted", side: "offer", price: 300_000, energyWh: 100 },
    { type: "level", cause: "accepted", side: "offer", price: 120_000, energyWh: 900 },
    { type: "level", cause: "cancelled", side: "offer", price: 300_000, energyWh: 0 },
    { type: "trade", id: `${INTERVAL.index}-1`, price: 120_000, energyWh: 600, phase: "call" },
    { type: "cleared", status: "cleared", clearingPrice: 120_000, volumeWh: 600, tradeCount: 1 },
  ]);
  const said = JSON.stringify(client.messages);
  for (const secret of ["home-", "0x", "account", "orderId"]) expect(said).not.toContain(secret);
  expect(client.books.size).toBe(0);
});

it("goes on where a client was, and says why when it cannot", async () => {
  const market = await listeningMarket();
  const first = await streamClient(market.url);
  await first.untilMessage("snapshot");
  await first.close();
  await market.venue.submit(orderOf(1, "bid", 500, 280_000));
  const second = await streamClient(market.url, first);
  await second.until(first.sequence() + 1);
  expect(second.messages.map(({ type }) => type)).toEqual(["resumed", "level"]);
  for (const [query, reason] of [
    ["?feed=another&from=1", "other-feed"],
    [`?feed=${second.feed()}&from=99`, "ahead"],
    ["?from=1", "other-feed"],
  ] as const) {
    const client = await streamClient(market.url, undefined, query);
    await client.untilMessage("snapshot");
    expect(client.messages[0]).toMatchObject({ type: "gap", reason });
    expect(asSnapshot(client.books)).toEqual(asSnapshot(second.books));
  }
  const book = await market.get(`intervals/${INTERVAL.index}/book`);
  expect(book.body).toMatchObject({ feed: second.feed(), sequence: second.sequence() });
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("place"),
      home: fc.integer({ min: 1, max: 4 }),
      price: fc.integer({ min: 1, max: 4 }),
      energy: fc.integer({ min: 1, max: 9 }),
      next: fc.boolean(),
      pick: fc.nat(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("cancel", "replace"),
      home: fc.constant(0),
      price: fc.integer({ min: 1, max: 4 }),
      energy: fc.integer({ min: 1, max: 9 }),
      next: fc.boolean(),
      pick: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("cut"),
      home: fc.constant(0),
      price: fc.constant(1),
      energy: fc.constant(1),
      next: fc.boolean(),
      pick: fc.nat(),
    }),
  },
);

it("gives every client the server's books, whatever happens and whenever it loses the line", async () => {
  const market = await listeningMarket({ siteOrdersMax: 1_000 });
  await market.venue.openInterval(NEXT);
  const placed: { home: number; id: `0x${string}` }[] = [];
  let client = await streamClient(market.url);
  await client.untilMessage("snapshot");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      for (const { kind, home, price, energy, next, pick } of steps) {
        const target = placed[pick % Math.max(1, placed.length)];
        if (kind === "cut") {
          await client.close();
          client = await streamClient(market.url, client);
        } else if (kind === "place") {
          const order = orderOf(
            home,
            home < 3 ? "bid" : "offer",
            energy,
            1_000 * price,
            next ? NEXT : INTERVAL,
          );
          const reply = await market.venue.submit(order);
          if (reply.status === "accepted") placed.push({ home, id: reply.orderId });
        } else if (target !== undefined && kind === "cancel") {
          await market.venue.cancel(cancelOf(target.home, { scope: "order", orderId: target.id }));
        } else if (target !== undefined) {
          const side = target.home < 3 ? "bid" : "offer";
          await market.venue.submit(replacementOf(target.home, side, energy, 1_000 * price, target.id));
        }
      }
      const fresh = await streamClient(market.url);
      await fresh.untilMessage("snapshot");
      await client.until(fresh.sequence());
      expect(asSnapshot(client.books)).toEqual(asSnapshot(fresh.books));
      await fresh.close();
    }),
    { numRuns: 12 },
  );
  expect(client.sequence()).toBeGreaterThan(50);
});

it("takes no more clients than it may, and beats for those it has", async () => {
  const market = await listeningMarket({ api: { streamsMax: 1, heartbeatMs: 20 } });
  const first = await streamClient(market.url);
  expect(await first.untilMessage("heartbeat")).toMatchObject({ sequence: first.sequence() });
  expect(await (await streamClient(market.url)).closed()).toBe(4029);
  await first.close();
});

/** A book that was just opened. */
function bookOf(index: number): Parameters<PublicFeed["opened"]>[0] {
  const interval = deliveryInterval(intervalIndex(index), 15);
  return { interval, gateClosesMs: interval.startMs, phase: "continuous" };
}

it("drops a client that does not read, and keeps no more for it than it may", () => {
  const feed = publicFeed("feed", [], 8);
  const closed: unknown[] = [];
  let waitingBytes = 0;
  const socket: StreamSocket = {
    get bufferedAmount() {
      return waitingBytes;
    },
    readyState: 1,
    send(text) {
      waitingBytes += text.length;
    },
    ping() {},
    close: (...reason) => closed.push(reason),
    terminate() {},
    on() {},
  };
  const limits = { streamsMax: 1, streamBufferMaxBytes: 300, heartbeatMs: 600_000 };
  marketStreams(limits).open(socket, feed, {});
  for (let i = 0; i < 20; i++) feed.opened(bookOf(i + 1));
  expect(closed).toEqual([]);
  expect(waitingBytes).toBeLessThan(300 + 200);
  waitingBytes = 0;
  feed.opened(bookOf(40));
  expect(closed).toEqual([[4008, "slow-consumer"]]);
});

it("keeps no more events than it may, and none twice", () => {
  const engine = marketEngine("sonnenweg");
  const feed = publicFeed("feed", engine.books(), 4);
  expect([feed.sequence(), feed.oldest(), feed.text(1)]).toEqual([0, 1, null]);
  for (let i = 1; i <= 6; i++) feed.opened(bookOf(i));
  expect([feed.sequence(), feed.oldest()]).toEqual([6, 3]);
  const kept = [1, 2, 3, 4, 5, 6, 7]
    .map((i) => feed.text(i))
    .map((text) => (text === null ? null : JSON.parse(text).sequence));
  expect(kept).toEqual([null, null, 3, 4, 5, 6, null]);
});

it("drops a client on a real connection that no longer answers, with a code", async () => {
  const market = await listeningMarket({ api: { heartbeatMs: 50 } });
  const { hostname, port } = new URL(market.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(
    "GET /v1/market/stream HTTP/1.1\r\nHost: market\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16, 1).toString("base64")}\r\n\r\n`,
  );
  await once(socket, "close");
  const bytes = Buffer.concat(chunks);
  expect(bytes.toString("latin1")).toContain("101 Switching Protocols");
  // A close frame of 15 bytes: the code 4008 and its reason (RFC 6455, section 5.5.1).
  const frame = Buffer.concat([Buffer.from([0x88, 15, 0x0f, 0xa8]), Buffer.from("slow-consumer")]);
  expect(bytes.includes(frame)).toBe(true);
});
