import { expect, it } from "vitest";
import { type Account, siteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { OrderSigner, SignedCancel } from "../ports/trading-venue.ts";
import { type EpochMs, epochMs } from "../time/clock.ts";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { endHandedOver, type HandedOverContext } from "./end-handed-over.ts";
import type { RunEvent } from "./run-event.ts";

const INTERVAL = deliveryInterval(intervalIndex(2_000_000), 15);
const NOW = 1_800_000_000_000.5;

const signer: OrderSigner = {
  account: `0x${"0a".repeat(20)}` as Account,
  sign: () => expect.unreachable(),
  signCancel: (id, index, counter) =>
    ({ siteId: id, scope: "interval", intervalIndex: index, counter }) as SignedCancel,
};

/** A venue that takes no cancel of the second home; keeps what it is told and what is reported. */
function contextOf(handedOver: HandedOverContext["rail"]["handedOver"]) {
  const kept = { cancels: [] as SignedCancel[], told: [] as RunEvent[], errors: [] as string[] };
  const nothing = (): void => undefined;
  const logger: Logger = {
    ...{ debug: nothing, info: nothing, warn: nothing, child: () => logger },
    error: (_, message) => kept.errors.push(message),
  };
  const context: HandedOverContext = {
    rail: { handedOver },
    signers: new Map([1, 2, 3].map((home) => [siteId(`home-${home}`), signer])),
    clock: { now: (): EpochMs => epochMs(NOW) } as HandedOverContext["clock"],
    ...{ logger, report: (event) => kept.told.push(event) },
    venue: {
      async cancel(cancel) {
        kept.cancels.push(cancel);
        return cancel.siteId === "home-2"
          ? { status: "rejected", code: "gate-closed", message: "no" }
          : { status: "cancelled", orderIds: [], sequence: 1 };
      },
    },
  };
  return { context, kept };
}

it("ends the orders of homes that were handed over, with their own key, and reports what the venue turns down", async () => {
  const { context, kept } = contextOf(async () => ["home-1", "home-2", "home-9"].map((name) => siteId(name)));
  await endHandedOver(context, INTERVAL);
  expect(kept.cancels).toEqual([
    { siteId: "home-1", scope: "interval", intervalIndex: INTERVAL.index, counter: 1_800_000_000_000 },
    { siteId: "home-2", scope: "interval", intervalIndex: INTERVAL.index, counter: 1_800_000_000_000 },
  ]);
  expect(kept.told).toMatchObject([{ event: "rejected", siteId: "home-2", code: "gate-closed" }]);
});

it("does not hold up the gate when the chain is away", async () => {
  const { context, kept } = contextOf(() => Promise.reject(new Error("nobody answers")));
  await endHandedOver(context, INTERVAL);
  expect(kept.cancels).toEqual([]);
  expect(kept.errors).toHaveLength(1);
});
