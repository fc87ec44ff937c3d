import { messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { TradingVenue } from "../ports/trading-venue.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import type { RunReporter } from "./run-event.ts";

/** What is needed to tell the venue what lies on the chain. */
export interface HeedChainContext {
  readonly rail: Pick<SettlementRail, "forcedOrders" | "chainCancels">;
  readonly venue: Pick<TradingVenue, "submit" | "cancelFromChain">;
  readonly logger: Logger;
  readonly report: RunReporter;
}

/**
 * Ends what sites took back on the chain, and places what they put there. What the venue turns down the settlement has
 * to account for as refused.
 */
export async function heedChain(
  { rail, venue, logger, report }: HeedChainContext,
  interval: DeliveryInterval,
): Promise<void> {
  try {
    for (const cancel of await rail.chainCancels(interval)) await venue.cancelFromChain(cancel);
  } catch (error) {
    logger.error(
      { error: messageOf(error) },
      "cancels on the chain cannot be read: a call auction that they are not heeded in can turn out void",
    );
  }
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
