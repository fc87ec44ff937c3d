import { expect, it } from "vitest";
import { BEFORE, COMMUNITY, INTERVAL, orderOf, SITES } from "../../test/sample-market.ts";
import { marketEngine } from "../engine/market-engine.ts";
import type { MarketInput } from "../engine/market-input.ts";
import { DEFAULT_MARKET_RULES } from "../engine/market-rules.ts";
import { publicFeed } from "./public-feed.ts";
import { publication } from "./publication.ts";

it("shows what is on the disk, in the order of the engine, and nothing before", () => {
  const engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules: DEFAULT_MARKET_RULES });
  const feed = publicFeed("feed", engine.books());
  const traded: number[] = [];
  const publish = publication(engine, feed, (index) => traded.push(index));
  const inputs: readonly MarketInput[] = [
    { kind: "interval-opened", atMs: BEFORE, interval: INTERVAL },
    { kind: "order-submitted", atMs: BEFORE, order: orderOf(1, "bid", 500, 280_000) },
    { kind: "order-submitted", atMs: BEFORE, order: orderOf(1, "bid", 300, 280_000) },
    { kind: "gate-closed", atMs: BEFORE, intervalIndex: INTERVAL.index },
  ];
  for (const input of inputs) {
    const event = engine.apply(input);
    publish.applied(engine.sequence(), input, event);
  }
  expect([feed.sequence(), publish.sequence()]).toEqual([0, 1]);
  publish.settled(4);
  expect([feed.sequence(), publish.sequence()]).toEqual([3, 4]);
  expect(feed.book(INTERVAL.index)?.bids).toEqual([{ price: 280_000, energyWh: 800 }]);
  publish.settled(3);
  expect([feed.sequence(), publish.sequence()]).toEqual([3, 4]);
  publish.settled(5);
  const types = [1, 2, 3, 4].map((sequence) => JSON.parse(feed.text(sequence) ?? "null").type);
  expect(types).toEqual(["opened", "level", "level", "cleared"]);
  expect(feed.book(INTERVAL.index)).toBeNull();
});

it("begins a feed with the books that a restart has found", () => {
  const engine = marketEngine(COMMUNITY);
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules: DEFAULT_MARKET_RULES });
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
  engine.apply({ kind: "order-submitted", atMs: BEFORE, order: orderOf(3, "offer", 70, 120_000) });
  expect(publicFeed("next", engine.books()).snapshot()).toMatchObject({
    feed: "next",
    sequence: 0,
    books: [{ intervalIndex: INTERVAL.index, bids: [], offers: [{ price: 120_000, energyWh: 70 }] }],
  });
});
