import { expect, it } from "vitest";
import type { Account } from "../grid/site.ts";
import { siteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { SignedOrder } from "../ports/trading-venue.ts";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { heedChain } from "./heed-chain.ts";
import type { RunEvent } from "./run-event.ts";

const INTERVAL = deliveryInterval(intervalIndex(2_000_000), 15);

const CANCEL = { account: `0x${"0b".repeat(20)}` as Account, group: 3, counter: 9 };

function orderOf(home: number): SignedOrder {
  return {
    ...{ community: "street", siteId: siteId(`home-${home}`), side: "bid", intervalIndex: INTERVAL.index },
    ...{ energyWh: wattHours(100), limitPrice: priceMicroPerKwh(1_000) },
    ...{ account: `0x${"0a".repeat(20)}` as Account, salt: "0x", signature: "0x" },
  };
}

function recorder(): { logger: Logger; errors: string[]; told: RunEvent[] } {
  const errors: string[] = [];
  const nothing = (): void => undefined;
  const logger: Logger = {
    ...{ debug: nothing, info: nothing, warn: nothing, child: () => logger },
    error: (_, message) => errors.push(message),
  };
  return { logger, errors, told: [] };
}

it("ends what the chain cancelled, places every order that lies there, and reports those that the venue turns down", async () => {
  const { logger, told } = recorder();
  const placed: string[] = [];
  await heedChain(
    {
      logger,
      report: (event) => told.push(event),
      rail: { chainCancels: async () => [CANCEL], forcedOrders: async () => [orderOf(1), orderOf(2)] },
      venue: {
        async cancelFromChain(cancel) {
          expect(cancel).toEqual(CANCEL);
          placed.push("cancelled");
          return [];
        },
        async submit(order) {
          placed.push(order.siteId);
          return order.siteId === "home-1"
            ? { status: "rejected", code: "price-off-tick", message: "no" }
            : { status: "accepted", orderId: "0x12", sequence: 3 };
        },
      },
    },
    INTERVAL,
  );
  expect(placed).toEqual(["cancelled", "home-1", "home-2"]);
  expect(told).toMatchObject([{ event: "rejected", siteId: "home-1", code: "price-off-tick" }]);
});

it("does not hold up the gate when the chain is away", async () => {
  const { logger, errors } = recorder();
  const silent = () => Promise.reject(new Error("nobody answers"));
  const rail = { forcedOrders: silent, chainCancels: silent };
  const useless = () => Promise.reject(new Error("there is nothing to place"));
  const venue = { submit: useless, cancelFromChain: useless };
  await heedChain({ logger, rail, venue, report: () => undefined }, INTERVAL);
  expect(errors).toHaveLength(2);
});
