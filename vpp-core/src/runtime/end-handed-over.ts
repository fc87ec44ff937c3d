import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { OrderSigner, TradingVenue } from "../ports/trading-venue.ts";
import type { Clock } from "../time/clock.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import type { RunReporter } from "./run-event.ts";

/** What is needed to end the orders of sites that changed hands. */
export interface HandedOverContext {
  readonly rail: Pick<SettlementRail, "handedOver">;
  readonly venue: Pick<TradingVenue, "cancel">;
  readonly signers: ReadonlyMap<SiteId, OrderSigner>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly report: RunReporter;
}

/**
 * Ends the orders of sites that another account owns as an interval begins, each by a cancel with the key that they were
 * placed with: who gave its home away has no meter any more that could deliver for it, and would have to make others whole.
 */
export async function endHandedOver(
  { rail, venue, signers, clock, logger, report }: HandedOverContext,
  interval: DeliveryInterval,
): Promise<void> {
  try {
    for (const siteId of await rail.handedOver(interval)) {
      const signer = signers.get(siteId);
      if (signer === undefined) continue;
      const cancel = signer.signCancel(siteId, interval.index, Math.floor(clock.now()));
      const reply = await venue.cancel(cancel);
      if (reply.status === "rejected") report({ event: "rejected", siteId, ...reply });
    }
  } catch (error) {
    logger.error(
      { error: messageOf(error) },
      "whose homes are cannot be read: orders of one that was handed over can trade",
    );
  }
}
