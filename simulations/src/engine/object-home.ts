import {
  type BatteryOutlook,
  batteryOutlook,
  type DeliveryInterval,
  decide,
  epochMs,
  good,
  type Measured,
  missing,
  type SiteImage,
  type WattHours,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { type BatteryRatings, MILLIJOULES_PER_WH, stepBattery } from "../models/battery.ts";
import { curtailedPowerW, requestedPowerW } from "../models/home-plant.ts";
import { batteryRatings } from "../neighbourhood/homes-of.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";

/** What one home does in one interval, in mean powers; PV + battery + grid − curtailed = load. */
export interface HomeStep {
  readonly batteryW: number;
  readonly curtailedW: number;
  readonly gridW: number;
}

/** One home on the objects that run live: an image, an outlook, a decision and the model of its battery. */
export class ObjectHome {
  storedMillijoules: number;
  readonly #home: number;
  readonly #neighbourhood: Neighbourhood;
  readonly #ratings: BatteryRatings | null;

  constructor(neighbourhood: Neighbourhood, home: number) {
    this.#home = home;
    this.#neighbourhood = neighbourhood;
    const { batteries } = neighbourhood;
    const at = (column: Int32Array): number => column[home] as number;
    this.storedMillijoules = at(batteries.startStoredWh) * MILLIJOULES_PER_WH;
    this.#ratings = batteryRatings(batteries, home);
  }

  /** In whole Wh. */
  storedWh(): WattHours {
    return wattHours(Math.floor(this.storedMillijoules / MILLIJOULES_PER_WH));
  }

  /** What the battery will be able to do in the interval that begins now; `null` without one. */
  outlook(interval: DeliveryInterval, pvWh: number): BatteryOutlook | null {
    return batteryOutlook({
      image: this.#image(interval, 0, 0),
      interval,
      recent: { takenAtMs: interval.startMs, pvPowerW: 0, loadPowerW: 0 },
      pvWh: wattHours(pvWh),
      reserveWh: this.#reserveWh(),
      position: null,
    });
  }

  /** Delivers an interval in which so much is sold less bought. */
  step(
    interval: DeliveryInterval,
    { loadW, pvW }: { readonly loadW: number; readonly pvW: number },
    netSoldWh: WattHours,
    plannedPowerW: number | null,
  ): HomeStep {
    const { importPowerMaxW, exportPowerMaxW, batteries } = this.#neighbourhood;
    const at = (column: Int32Array): number => column[this.#home] as number;
    const exportMaxW = watts(at(exportPowerMaxW));
    const lengthMs = interval.endMs - interval.startMs;
    const inverterMaxW = at(batteries.inverterPowerMaxW) || Number.POSITIVE_INFINITY;
    let batteryW = 0;
    if (this.#ratings !== null) {
      const { setpointW } = decide({
        nowMs: interval.startMs,
        image: this.#image(interval, loadW - pvW, pvW),
        position: { interval, netSoldWh, netImportedWh: wattHours(0) },
        gridCommand: null,
        optedOut: false,
        limits: { importPowerMaxW: watts(at(importPowerMaxW)), exportPowerMaxW: exportMaxW },
        reserveWh: this.#reserveWh(),
        plannedPowerW: plannedPowerW === null ? null : watts(plannedPowerW),
        horizonMs: lengthMs,
      });
      const requestW = requestedPowerW(
        loadW,
        pvW,
        setpointW ?? Number.NEGATIVE_INFINITY,
        setpointW ?? Number.POSITIVE_INFINITY,
        inverterMaxW,
      );
      const { storedMillijoules } = this;
      const stepped = stepBattery(this.#ratings, { storedMillijoules }, watts(requestW), lengthMs);
      this.storedMillijoules = stepped.state.storedMillijoules;
      batteryW = stepped.actualPowerW;
    }
    const curtailedW = curtailedPowerW(loadW, pvW, batteryW, inverterMaxW, exportMaxW);
    return { batteryW, curtailedW, gridW: loadW - (pvW - curtailedW) - batteryW };
  }

  #reserveWh(): WattHours {
    return wattHours(this.#neighbourhood.batteries.reserveWh[this.#home] as number);
  }

  #image({ startMs }: DeliveryInterval, gridW: number, pvW: number): SiteImage {
    const { batteries } = this.#neighbourhood;
    const known = <Value extends number>(value: number): Measured<Value> => good(value as Value, startMs);
    const none = <Value extends number>(): Measured<Value> =>
      missing("unavailable", "there is none", startMs);
    const inverterMaxW = batteries.inverterPowerMaxW[this.#home] as number;
    const ratings = this.#ratings;
    return {
      takenAtMs: epochMs(startMs),
      gridPowerW: known(gridW),
      gridImportWh: known(0),
      gridExportWh: known(0),
      inverterPowerW: known(pvW),
      inverterPowerMaxW: inverterMaxW === 0 ? none() : known(inverterMaxW),
      pvPowerW: known(pvW),
      batteryPowerW: ratings === null ? none() : known(0),
      storedEnergyWh: ratings === null ? none() : known(this.storedWh()),
      batteryCapacityWh: ratings === null ? none() : known(ratings.capacityWh),
      chargePowerMaxW: ratings === null ? none() : known(ratings.chargePowerMaxW),
      dischargePowerMaxW: ratings === null ? none() : known(ratings.dischargePowerMaxW),
    };
  }
}
