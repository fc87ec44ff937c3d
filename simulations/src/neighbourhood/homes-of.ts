import { wattHours, watts } from "@commonwatt/vpp-core";
import type { BatteryRatings } from "../models/battery.ts";
import type {
  FlexibleLoad,
  HomeBattery,
  NeighbourhoodFrame,
  NeighbourhoodHome,
} from "./create-neighbourhood.ts";
import type { BatteryColumns, FlexibleColumns, Neighbourhood } from "./neighbourhood.ts";

/** What a neighbourhood has beside its homes. */
export function frameOf(neighbourhood: Neighbourhood): NeighbourhoodFrame {
  const { community, intervalMinutes, startMs, utcOffsetMinutes, intervals } = neighbourhood;
  const { retailPrice, feedInPrice, carbonGPerKwh, feePpm } = neighbourhood;
  return {
    ...{ community, intervalMinutes, startMs, utcOffsetMinutes, intervals },
    ...{ retailPrice, feedInPrice, carbonGPerKwh, feePpm },
  };
}

/** Its homes, each for itself: what `createNeighbourhood` made it of. */
export function homesOf(neighbourhood: Neighbourhood): readonly NeighbourhoodHome[] {
  const { siteIds, intervals, loadWh, pvWh, importPowerMaxW, exportPowerMaxW, strategies } = neighbourhood;
  const profile = (column: Int32Array, home: number): Int32Array =>
    Int32Array.from({ length: intervals }, (_, t) => column[t * siteIds.length + home] as number);
  return siteIds.map((siteId, home) => ({
    siteId,
    loadWh: profile(loadWh, home),
    pvWh: profile(pvWh, home),
    battery: batteryOf(neighbourhood.batteries, home),
    flexible: flexibleOf(neighbourhood.flexible, home),
    importPowerMaxW: importPowerMaxW[home] as number,
    exportPowerMaxW: exportPowerMaxW[home] as number,
    strategy: strategies[home] ?? "none",
  }));
}

function flexibleOf(flexible: FlexibleColumns, home: number): FlexibleLoad {
  const entries = Object.entries(flexible).map(([name, column]) => [name, column[home] as number]);
  return Object.fromEntries(entries) as FlexibleLoad;
}

function batteryOf(batteries: BatteryColumns, home: number): HomeBattery | null {
  const ratings = batteryRatings(batteries, home);
  if (ratings === null) return null;
  const of = (name: keyof BatteryColumns): number => batteries[name][home] as number;
  return {
    ...ratings,
    startStoredWh: of("startStoredWh"),
    inverterPowerMaxW: of("inverterPowerMaxW") === 0 ? null : of("inverterPowerMaxW"),
    reserveWh: of("reserveWh"),
    cellTemperatureC: of("cellTemperatureC"),
    replacementPricePerKwh: of("replacementPricePerKwh"),
  };
}

/** What the model of a home's battery is given; `null` when the home has none. */
export function batteryRatings(batteries: BatteryColumns, home: number): BatteryRatings | null {
  const of = (name: keyof BatteryColumns): number => batteries[name][home] as number;
  if (of("capacityWh") === 0) return null;
  return {
    capacityWh: wattHours(of("capacityWh")),
    storedMinWh: wattHours(of("storedMinWh")),
    storedMaxWh: wattHours(of("storedMaxWh")),
    chargePowerMaxW: watts(of("chargePowerMaxW")),
    dischargePowerMaxW: watts(of("dischargePowerMaxW")),
    chargeEfficiencyPermille: of("chargeEfficiencyPermille"),
    dischargeEfficiencyPermille: of("dischargeEfficiencyPermille"),
    standbyLossW: of("standbyLossW"),
    workingLossW: of("workingLossW"),
    fullPowerLossW: of("fullPowerLossW"),
  };
}
