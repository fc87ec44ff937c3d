import type { ConnectionLimits } from "../grid/site.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import type { Quote } from "./bid-strategy.ts";

const MS_PER_HOUR = 3_600_000n;

/** What a connection moves in an interval of this length at most, one way, in whole Wh. */
export function connectionEnergyWh(powerMaxW: number, lengthMs: number): WattHours {
  const wattMs = BigInt(powerMaxW) * BigInt(lengthMs);
  return wattHours(Math.min(Number(wattMs / MS_PER_HOUR), Number.MAX_SAFE_INTEGER));
}

/**
 * Cuts a site's quotes, all on one side and the best first, to what its connection can still move in the interval beside
 * what it has sold less bought there already. A venue refuses an order beyond that, all of it.
 */
export function withinConnection(
  quoted: readonly Quote[],
  { importPowerMaxW, exportPowerMaxW }: ConnectionLimits,
  { startMs, endMs }: DeliveryInterval,
  netSoldWh: WattHours,
): readonly Quote[] {
  const left = {
    bid: connectionEnergyWh(importPowerMaxW, endMs - startMs) + netSoldWh,
    offer: connectionEnergyWh(exportPowerMaxW, endMs - startMs) - netSoldWh,
  };
  return quoted.flatMap((quote) => {
    const energyWh = Math.min(quote.energyWh, left[quote.side]);
    left[quote.side] -= energyWh;
    return energyWh > 0 ? [{ ...quote, energyWh: wattHours(energyWh) }] : [];
  });
}
