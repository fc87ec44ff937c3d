import { goodValue } from "../der/measured.ts";
import { type Watts, watts } from "../units/power.ts";
import type { SiteLive } from "./fleet-store.ts";

/** Power that a group of sites could add to or take from the grid now. */
export interface AggregateCapacity {
  /** Less import or more export. */
  readonly upW: Watts;
  /** More import or less export. */
  readonly downW: Watts;
  /** Sites whose battery is known and whose owner takes part. */
  readonly siteCount: number;
}

/** Adds up the battery headroom of every site that takes part. A battery that is not known counts nothing. */
export function aggregateCapacity(sites: readonly SiteLive[]): AggregateCapacity {
  let upW = 0;
  let downW = 0;
  let siteCount = 0;
  for (const { image, optedOut, mode } of sites) {
    if (image === null || optedOut || mode === "fault") continue;
    const powerW = goodValue(image.batteryPowerW);
    const storedWh = goodValue(image.storedEnergyWh);
    const capacityWh = goodValue(image.batteryCapacityWh);
    if (powerW === null || storedWh === null || capacityWh === null) continue;
    siteCount += 1;
    if (storedWh > 0) upW += Math.max(0, (goodValue(image.dischargePowerMaxW) ?? 0) - powerW);
    if (storedWh < capacityWh) downW += Math.max(0, (goodValue(image.chargePowerMaxW) ?? 0) + powerW);
  }
  return { upW: watts(upW), downW: watts(downW), siteCount };
}
