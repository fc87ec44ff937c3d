import assert from "node:assert/strict";
import { boundedPowerW, intervalLength, type PowerBounds, positionPowerW } from "@commonwatt/vpp-core";
import { type BatteryRatings, batteryPowerW, MILLIJOULES_PER_WH, storedAfter } from "../models/battery.ts";
import { curtailedPowerW, requestedPowerW } from "../models/home-plant.ts";
import { batteryRatings } from "../neighbourhood/homes-of.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { BiddingMoment } from "../strategies/bidding-moment.ts";
import type { StrategyRun } from "../strategies/strategy.ts";
import { AgeingMeter } from "./ageing-meter.ts";
import type { ResultColumns } from "./columns.ts";
import type { Positions } from "./market-run.ts";
import type { TraceColumns } from "./simulation-result.ts";

/** Traced homes of one thread: rows of homes, and their places in the trace. */
export interface TracedHomes {
  readonly columns: TraceColumns;
  readonly homes: readonly number[];
  readonly places: readonly number[];
}

/**
 * Delivers intervals for the homes `fromHome` to `toHome` − 1: the controller decides on what really comes, the
 * battery moves, the meter counts whole Wh. Powers are means over the interval in whole watts; an Wh is 60
 * watt-minutes, so that every power of an interval of whole minutes is counted exactly.
 */
export class Delivery {
  readonly storedMillijoules: Float64Array;
  readonly #neighbourhood: Neighbourhood;
  readonly #columns: ResultColumns;
  readonly #fromHome: number;
  readonly #toHome: number;
  /** By home; `null`: no battery. */
  readonly #ratings: readonly (BatteryRatings | null)[];
  readonly #ageing: AgeingMeter;
  readonly #inverterMaxW: Float64Array;
  /** What each meter has counted beyond its last whole Wh, in watt-minutes. */
  readonly #importRestWmin: Float64Array;
  readonly #exportRestWmin: Float64Array;
  readonly #chargedW: Float64Array;
  readonly #dischargedW: Float64Array;
  readonly #curtailedW: Float64Array;
  readonly #bounds: PowerBounds;

  constructor(neighbourhood: Neighbourhood, columns: ResultColumns, fromHome: number, toHome: number) {
    const { siteIds, batteries, intervalMinutes } = neighbourhood;
    const sums = (): Float64Array => new Float64Array(siteIds.length);
    this.#neighbourhood = neighbourhood;
    this.#columns = columns;
    this.#fromHome = fromHome;
    this.#toHome = toHome;
    this.storedMillijoules = Float64Array.from(
      batteries.startStoredWh,
      (energyWh) => energyWh * MILLIJOULES_PER_WH,
    );
    this.#ratings = siteIds.map((_, home) => batteryRatings(batteries, home));
    this.#ageing = new AgeingMeter(batteries, this.storedMillijoules, intervalLength(intervalMinutes));
    this.#inverterMaxW = Float64Array.from(
      batteries.inverterPowerMaxW,
      (powerW) => powerW || Number.POSITIVE_INFINITY,
    );
    this.#importRestWmin = sums();
    this.#exportRestWmin = sums();
    this.#chargedW = sums();
    this.#dischargedW = sums();
    this.#curtailedW = sums();
    this.#bounds = {
      ...{ houseW: 0, pvW: 0, storedWh: 0, capacityWh: 0, reserveWh: 0 },
      ...{ chargePowerMaxW: 0, dischargePowerMaxW: 0, inverterPowerMaxW: Number.POSITIVE_INFINITY },
      ...{ importPowerMaxW: 0, exportPowerMaxW: 0, horizonMs: intervalLength(intervalMinutes) },
    };
  }

  /** Delivers interval `t` and writes what each meter counted, + is import. */
  deliver(
    t: number,
    { soldWh, boughtWh }: Positions,
    strategies: readonly StrategyRun[],
    moment: BiddingMoment,
    meteredWh: Int32Array,
  ): void {
    const { siteIds, loadWh, pvWh, exportPowerMaxW, intervalMinutes } = this.#neighbourhood;
    const { homes: homeColumns, intervals } = this.#columns;
    const [inverterMaxW, toHome] = [this.#inverterMaxW, this.#toHome];
    const [chargedSumW, dischargedSumW, curtailedSumW] = [
      this.#chargedW,
      this.#dischargedW,
      this.#curtailedW,
    ];
    const { loadWh: loadSum, pvWh: pvSum } = homeColumns;
    const wattsPerWh = 60 / intervalMinutes;
    const base = t * siteIds.length;
    let [totalLoadWh, totalPvWh, totalImportWh, totalExportWh] = [0, 0, 0, 0];
    let [chargedW, dischargedW, curtailedW] = [0, 0, 0];
    for (let home = this.#fromHome; home < toHome; home++) {
      const homeLoadWh = loadWh[base + home] as number;
      const homePvWh = pvWh[base + home] as number;
      const loadW = homeLoadWh * wattsPerWh;
      const pvW = homePvWh * wattsPerWh;
      let batteryW = 0;
      const ratings = this.#ratings[home] as BatteryRatings | null;
      if (ratings !== null) {
        const netSoldWh = (soldWh[home] as number) - (boughtWh[home] as number);
        batteryW = this.#moveBattery(home, ratings, loadW, pvW, netSoldWh, strategies, moment);
        if (batteryW > 0) {
          dischargedW += batteryW;
          dischargedSumW[home] = (dischargedSumW[home] as number) + batteryW;
        } else {
          chargedW -= batteryW;
          chargedSumW[home] = (chargedSumW[home] as number) - batteryW;
        }
      }
      const lostW = curtailedPowerW(
        loadW,
        pvW,
        batteryW,
        inverterMaxW[home] as number,
        exportPowerMaxW[home] as number,
      );
      if (lostW > 0) {
        curtailedW += lostW;
        curtailedSumW[home] = (curtailedSumW[home] as number) + lostW;
      }
      const gridWmin = (loadW - (pvW - lostW) - batteryW) * intervalMinutes;
      const meter = this.#meter(home, gridWmin);
      if (meter > 0) totalImportWh += meter;
      else totalExportWh -= meter;
      meteredWh[home] = meter;
      totalLoadWh += homeLoadWh;
      totalPvWh += homePvWh;
      loadSum[home] = (loadSum[home] as number) + homeLoadWh;
      pvSum[home] = (pvSum[home] as number) + homePvWh;
    }
    intervals.loadWh[t] = totalLoadWh;
    intervals.pvWh[t] = totalPvWh;
    intervals.importWh[t] = totalImportWh;
    intervals.exportWh[t] = totalExportWh;
    // In watts, until the parts of all threads are added up.
    intervals.chargedWh[t] = chargedW;
    intervals.dischargedWh[t] = dischargedW;
    intervals.curtailedWh[t] = curtailedW;
  }

  /** Lets so much flow through a home's meter; what it counts of that in whole Wh, + is import. */
  #meter(home: number, gridWmin: number): number {
    const { importWh, exportWh } = this.#columns.homes;
    if (gridWmin > 0) {
      const flownWmin = (this.#importRestWmin[home] as number) + gridWmin;
      const countedWh = Math.floor(flownWmin / 60);
      this.#importRestWmin[home] = flownWmin - countedWh * 60;
      importWh[home] = (importWh[home] as number) + countedWh;
      return countedWh;
    }
    const flownWmin = (this.#exportRestWmin[home] as number) - gridWmin;
    const countedWh = Math.floor(flownWmin / 60);
    this.#exportRestWmin[home] = flownWmin - countedWh * 60;
    exportWh[home] = (exportWh[home] as number) + countedWh;
    return -countedWh;
  }

  /** Decides what a home's battery does, and moves it; its power in W. */
  #moveBattery(
    home: number,
    ratings: BatteryRatings,
    loadW: number,
    pvW: number,
    netSoldWh: number,
    strategies: readonly StrategyRun[],
    moment: BiddingMoment,
  ): number {
    const stored = this.storedMillijoules[home] as number;
    const { horizonMs } = this.#bounds;
    const powerW = this.#batteryW(home, ratings, loadW, pvW, netSoldWh, strategies, moment);
    const after = storedAfter(ratings, stored, powerW, horizonMs);
    this.storedMillijoules[home] = after;
    this.#ageing.note(home, stored, after, powerW !== 0);
    return powerW;
  }

  /** Decides what a home's battery does; its power in W. */
  #batteryW(
    home: number,
    ratings: BatteryRatings,
    loadW: number,
    pvW: number,
    netSoldWh: number,
    strategies: readonly StrategyRun[],
    moment: BiddingMoment,
  ): number {
    const { batteries, importPowerMaxW, exportPowerMaxW } = this.#neighbourhood;
    const stored = this.storedMillijoules[home] as number;
    const inverterMaxW = this.#inverterMaxW[home] as number;
    const bounds = this.#bounds;
    const houseW = loadW - pvW;
    let windowMinW = Number.NEGATIVE_INFINITY;
    let windowMaxW = Number.POSITIVE_INFINITY;
    const plannedW =
      netSoldWh === 0 ? (strategies[home] as StrategyRun).idlePowerW?.(home, moment) : undefined;
    if (netSoldWh !== 0 || plannedW !== undefined) {
      bounds.houseW = houseW;
      bounds.pvW = pvW;
      bounds.storedWh = Math.floor(stored / MILLIJOULES_PER_WH);
      bounds.capacityWh = batteries.capacityWh[home] as number;
      bounds.reserveWh = batteries.reserveWh[home] as number;
      bounds.chargePowerMaxW = batteries.chargePowerMaxW[home] as number;
      bounds.dischargePowerMaxW = batteries.dischargePowerMaxW[home] as number;
      bounds.inverterPowerMaxW = inverterMaxW;
      bounds.importPowerMaxW = importPowerMaxW[home] as number;
      bounds.exportPowerMaxW = exportPowerMaxW[home] as number;
      const wishedW = plannedW ?? positionPowerW(houseW, netSoldWh, 0, bounds.horizonMs);
      windowMinW = boundedPowerW(wishedW, bounds);
      windowMaxW = windowMinW;
    }
    return batteryPowerW(
      ratings,
      requestedPowerW(loadW, pvW, windowMinW, windowMaxW, inverterMaxW),
      stored,
      bounds.horizonMs,
    );
  }

  /**
   * What a home's meter would count in Wh, + is import, not rounded, if all came as is expected and it delivered so
   * much net sale; 0 is none.
   */
  expectedWh(
    home: number,
    netSoldWh: number,
    strategies: readonly StrategyRun[],
    moment: BiddingMoment,
  ): number {
    const { exportPowerMaxW, intervalMinutes } = this.#neighbourhood;
    const wattsPerWh = 60 / intervalMinutes;
    const loadW = (moment.expectedLoadWh[home] as number) * wattsPerWh;
    const pvW = (moment.expectedPvWh[home] as number) * wattsPerWh;
    const ratings = this.#ratings[home] as BatteryRatings | null;
    const batteryW =
      ratings === null ? 0 : this.#batteryW(home, ratings, loadW, pvW, netSoldWh, strategies, moment);
    const inverterW = this.#inverterMaxW[home] as number;
    const lostW = curtailedPowerW(loadW, pvW, batteryW, inverterW, exportPowerMaxW[home] as number);
    return (loadW - (pvW - lostW) - batteryW) / wattsPerWh;
  }

  /** Writes interval `t` of the traced homes. */
  trace(
    t: number,
    { columns, homes, places }: TracedHomes,
    { soldWh, boughtWh }: Positions,
    meteredWh: Int32Array,
  ): void {
    for (let i = 0; i < homes.length; i++) {
      const home = homes[i] as number;
      const at = t * columns.siteIds.length + (places[i] as number);
      columns.importWh[at] = Math.max(0, meteredWh[home] as number);
      columns.exportWh[at] = Math.max(0, -(meteredWh[home] as number));
      columns.storedWh[at] = Math.floor((this.storedMillijoules[home] as number) / MILLIJOULES_PER_WH);
      columns.soldWh[at] = soldWh[home] as number;
      columns.boughtWh[at] = boughtWh[home] as number;
    }
  }

  /** Writes what is summed up in the end, and asserts that the energy of every home balances. */
  finish(): void {
    const { batteries, intervalMinutes } = this.#neighbourhood;
    const { homes } = this.#columns;
    const at = (column: Float64Array | Int32Array, home: number): number => column[home] as number;
    for (let home = this.#fromHome; home < this.#toHome; home++) {
      const batteryW = at(this.#dischargedW, home) - at(this.#chargedW, home);
      const keptWmin = (at(this.#curtailedW, home) - batteryW) * intervalMinutes;
      const importWmin = at(homes.importWh, home) * 60 + at(this.#importRestWmin, home);
      const exportWmin = at(homes.exportWh, home) * 60 + at(this.#exportRestWmin, home);
      const usedWmin = (at(homes.loadWh, home) - at(homes.pvWh, home)) * 60 + keptWmin;
      assert(importWmin - exportWmin === usedWmin, "what a home takes comes from somewhere");
      homes.chargedWh[home] = Math.floor((at(this.#chargedW, home) * intervalMinutes) / 60);
      homes.dischargedWh[home] = Math.floor((at(this.#dischargedW, home) * intervalMinutes) / 60);
      homes.curtailedWh[home] = Math.floor((at(this.#curtailedW, home) * intervalMinutes) / 60);
      const rangeWh = at(batteries.storedMaxWh, home) - at(batteries.storedMinWh, home);
      homes.cycles[home] = rangeWh === 0 ? 0 : at(homes.dischargedWh, home) / rangeWh;
      this.#ageing.finish(home, homes);
      homes.endStoredWh[home] = Math.floor(at(this.storedMillijoules, home) / MILLIJOULES_PER_WH);
    }
  }
}
