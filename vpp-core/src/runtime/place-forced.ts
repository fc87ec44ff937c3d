import { messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { TradingVenue } from "../ports/trading-venue.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import type { RunReporter } from "./run-event.ts";

/** What is needed to place orders that lie on the chain. */
export interface ForcedContext {
  readonly rail: Pick<SettlementRail, "forcedOrders">;
  readonly venue: Pick<TradingVenue, "submit">;
  readonly logger: Logger;
  readonly report: RunReporter;
}

/** Places what sites put on the chain. What the venue turns down the settlement has to account for as refused. */
export async function placeForced(
  { rail, venue, logger, report }: ForcedContext,
  interval: DeliveryInterval,
): Promise<void> {
  try {
    for (const order of await rail.forcedOrders(interval)) {
      const reply = await venue.submit(order);
      if (reply.status === "rejected") report({ event: "rejected", siteId: order.siteId, ...reply });
    }
  } catch (error) {
    logger.error(
      { error: messageOf(error) },
      "orders on the chain cannot be read: they will count as refused",
    );
  }
}
