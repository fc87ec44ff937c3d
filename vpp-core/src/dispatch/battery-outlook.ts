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
  const inverterW = goodValue(image.inverterPowerMaxW) ?? Number.POSITIVE_INFINITY;
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
    chargeMaxWh: wattHours(wholeEnergyWh(goodValue(image.chargePowerMaxW) ?? 0, hours)),
    dischargeMaxWh: wattHours(
      dischargeRoomWh(
        wholeEnergyWh(goodValue(image.dischargePowerMaxW) ?? 0, hours),
        wholeEnergyWh(inverterW, hours),
        pvWh,
      ),
    ),
  };
}

/** What a power comes to in so many hours, in whole Wh; infinite for a power without limit. */
export function wholeEnergyWh(powerW: number, hours: number): number {
  return Math.floor(powerW * hours);
}

/** The most that a battery can give beside the sun through one inverter, in Wh. */
export function dischargeRoomWh(dischargeWh: number, inverterWh: number, pvWh: number): number {
  return Math.max(0, Math.min(dischargeWh, inverterWh - pvWh));
}
