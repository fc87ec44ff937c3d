import { expect, it } from "vitest";
import { siteId } from "../grid/site.ts";
import type { Clearing, OrderIntent, SignedCancel, SignedOrder } from "../ports/trading-venue.ts";
import { durationMs, epochMs, sleep } from "../time/clock.ts";
import { simulatedClock } from "../time/simulated-clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { type MarketLoopContext, runMarket } from "./market-loop.ts";

const HOME = siteId("home-1");

it("ends the orders of a home that was handed over when all are placed, and before the gate closes", async () => {
  const did: string[] = [];
  const clock = simulatedClock(epochMs(1_800_000_000_000));
  const note = <Answer>(what: string, answer: Answer) => {
    did.push(what);
    return Promise.resolve(answer);
  };
  const ignore = (): void => undefined;
  const context = {
    ...{ clock, wallClock: clock, minutes: 15, speed: 1, signal: new AbortController().signal },
    ...{ report: ignore, onCleared: ignore, logger: { debug: ignore, error: ignore } },
    trades: { saveClearing: async () => undefined },
    rail: { forcedOrders: async () => [], chainCancels: async () => [], handedOver: async () => [HOME] },
    signers: new Map([
      [HOME, { sign: (order: OrderIntent) => order, signCancel: (id: string) => ({ siteId: id }) }],
    ]),
    tariff: { retailPrice: 300_000, feedInPrice: 80_000 },
    sites: [
      {
        ...{ siteId: HOME, takePosition: ignore, setVenueReachable: ignore },
        intents: () => [{ siteId: HOME, side: "bid", limitPrice: priceMicroPerKwh(100_000) }],
      },
    ],
    venue: {
      ...{
        priceTick: 1,
        onTrades: () => ignore,
        openIntervals: () => [],
        clearings: () => [],
        trades: () => [],
      },
      openInterval: async () => undefined,
      submit: (order: SignedOrder) => note(`order of ${order.siteId}`, { status: "accepted" }),
      cancel: (cancel: SignedCancel) => note(`cancel of ${cancel.siteId}`, { status: "cancelled" }),
      closeGate: () =>
        note("gate", { status: "void", trades: [], continuous: { volumeWh: 0 } } as unknown as Clearing),
    },
  } as unknown as MarketLoopContext;
  let isOver = false;
  const running = runMarket(context, 1).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    clock.advanceTo(epochMs(clock.now() + durationMs(10_000)));
    await sleep(systemClock, durationMs(0));
  }
  await running;
  expect(did).toEqual(["order of home-1", "cancel of home-1", "gate"]);
});
