import { goodValue } from "../der/measured.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import type { BatteryOutlook } from "./bid-strategy.ts";
import type { Position } from "./decide.ts";
import type { RecentPower } from "./forecast.ts";
import { projectedStored } from "./projected-stored.ts";
import type { SiteImage } from "./site-image.ts";

/** What an outlook depends on. */
export interface OutlookInput {
  readonly image: SiteImage;
  /** The interval to come. */
  readonly interval: DeliveryInterval;
  readonly recent: RecentPower;
  /** Solar energy expected in the interval. */
  readonly pvWh: WattHours;
  /** Energy the owner keeps in the battery. */
  readonly reserveWh: WattHours;
  /** What is promised for the running interval. */
  readonly position: Position | null;
}

/** What a site's battery will be able to do in an interval to come; `null` when there is none, or it is not known. */
export function batteryOutlook(input: OutlookInput): BatteryOutlook | null {
  const { image, interval, recent, pvWh, reserveWh, position } = input;
  const storedWh = goodValue(image.storedEnergyWh);
  const capacityWh = goodValue(image.batteryCapacityWh);
  if (storedWh === null || capacityWh === null) return null;
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  const energyOf = (powerW: number | null): WattHours => wattHours(Math.floor((powerW ?? 0) * hours));
  const dischargeWh = energyOf(goodValue(image.dischargePowerMaxW));
  const inverterPowerMaxW = goodValue(image.inverterPowerMaxW);
  return {
    storedWh: projectedStored({
      storedWh,
      capacityWh,
      reserveWh,
      houseW: recent.loadPowerW - recent.pvPowerW,
      hoursLeft: Math.max(0, interval.startMs - image.takenAtMs) / 3_600_000,
      position,
    }),
    capacityWh,
    reserveWh,
    chargeMaxWh: energyOf(goodValue(image.chargePowerMaxW)),
    dischargeMaxWh:
      inverterPowerMaxW === null
        ? dischargeWh
        : wattHours(Math.max(0, Math.min(dischargeWh, energyOf(inverterPowerMaxW) - pvWh))),
  };
}
