import type { Measured } from "../der/measured.ts";
import { POINT_NAMES } from "../der/point.ts";
import type { SiteLive } from "../fleet/fleet-store.ts";
import type { SiteStatement } from "../ports/settlement.ts";
import type { Clearing, Trade } from "../ports/trading-venue.ts";
import { deliveryInterval, type IntervalMinutes } from "../time/delivery-interval.ts";
import { isoTime } from "../time/iso-time.ts";

/** A site as the API shows it. */
export function presentSite(site: SiteLive): object {
  const { image, decision, savedNano, devices, ...rest } = site;
  return {
    ...rest,
    setpointW: decision?.setpointW ?? null,
    authority: decision?.authority ?? null,
    reason: decision?.reason ?? null,
    savedNano: savedNano.toString(),
    points:
      image === null ? {} : Object.fromEntries(POINT_NAMES.map((name) => [name, presentPoint(image[name])])),
    devices: devices.map(({ identity, ...device }) => ({
      ...device,
      protocol: identity?.protocol ?? null,
      address: identity?.address ?? null,
      manufacturer: identity?.manufacturer ?? null,
      model: identity?.model ?? null,
      serialNumber: identity?.serialNumber ?? null,
    })),
  };
}

function presentPoint({ value, quality, reason, sourceTimeMs }: Measured): object {
  return { value, quality, reason, sourceTime: isoTime(sourceTimeMs) };
}

/** A statement as the API shows it: money as decimal strings. */
export function presentStatement(statement: SiteStatement): object {
  return {
    ...statement,
    creditNano: statement.creditNano.toString(),
    debitNano: statement.debitNano.toString(),
    withTradingNano: statement.withTradingNano.toString(),
    withoutTradingNano: statement.withoutTradingNano.toString(),
  };
}

/** A trade as everybody may see it: no site, no order. */
export function presentTrade({ id, intervalIndex, energyWh, price, phase }: Trade): object {
  return { id, intervalIndex, energyWh, price, phase };
}

/** A clearing as the API shows it: with the times of its interval. */
export function presentClearing(
  { clearedAtMs, trades, ...clearing }: Clearing,
  minutes: IntervalMinutes,
): object {
  const { startMs, endMs } = deliveryInterval(clearing.intervalIndex, minutes);
  const times = { clearedAt: isoTime(clearedAtMs), start: isoTime(startMs), end: isoTime(endMs) };
  return { ...clearing, ...times, trades: trades.map(presentTrade) };
}
