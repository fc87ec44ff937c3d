import { CommonwattError, type EpochMs, type IntervalMinutes, type SiteId } from "@commonwatt/vpp-core";
import type { BatteryRatings } from "../models/battery.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { checkNeighbourhood } from "./check-neighbourhood.ts";
import type { BatteryColumns, FlexibleColumns, Neighbourhood } from "./neighbourhood.ts";

/** One home, with its profiles over the whole time. */
export interface NeighbourhoodHome {
  readonly siteId: SiteId;
  /** One value for each interval, in whole Wh. */
  readonly loadWh: ArrayLike<number>;
  /** What the inverter would give; `null` without modules. */
  readonly pvWh: ArrayLike<number> | null;
  readonly battery: HomeBattery | null;
  /** What of its load is a car or a heat pump; left out: nothing. */
  readonly flexible?: FlexibleLoad;
  readonly importPowerMaxW: number;
  readonly exportPowerMaxW: number;
  readonly strategy: StrategyName;
}

/** What a home's flexible loads came to: one number for each of the columns. */
export type FlexibleLoad = Readonly<Record<keyof FlexibleColumns, number>>;

/** A home's battery, and how it begins. */
export interface HomeBattery extends BatteryRatings {
  readonly startStoredWh: number;
  /** What stays in it for its owner. */
  readonly reserveWh: number;
  /** What the inverter that it shares with the modules passes; `null`: no limit. */
  readonly inverterPowerMaxW: number | null;
  /** How warm its cells are, for their ageing; {@link CELL_TEMPERATURE_C} when left out. */
  readonly cellTemperatureC?: number;
  /** What a kWh of capacity costs to replace, in currency units; 0 or left out: not known. */
  readonly replacementPricePerKwh?: number;
}

/** The temperature at which cells are tested, and that of a cellar that a battery warms. */
export const CELL_TEMPERATURE_C = 25;

/** What a neighbourhood has beside its homes. */
export interface NeighbourhoodFrame {
  readonly community: string;
  readonly intervalMinutes: IntervalMinutes;
  readonly startMs: EpochMs;
  /** 0 unless given. */
  readonly utcOffsetMinutes?: number;
  readonly intervals: number;
  /** In micro per kWh, one for each interval. */
  readonly retailPrice: ArrayLike<number>;
  readonly feedInPrice: ArrayLike<number>;
  readonly carbonGPerKwh?: ArrayLike<number> | null;
  readonly feePpm?: number;
}

/**
 * Makes a neighbourhood of homes given in any order, in memory that threads can share, and checks it. A value
 * that is not a whole number is an error, never rounded here.
 * @throws CommonwattError `SIMULATION_NEIGHBOURHOOD_INVALID`
 */
export function createNeighbourhood(
  frame: NeighbourhoodFrame,
  given: readonly NeighbourhoodHome[],
): Neighbourhood {
  const { intervals, utcOffsetMinutes = 0, carbonGPerKwh = null, feePpm = 0 } = frame;
  const homes = given.toSorted((a, b) => (a.siteId < b.siteId ? -1 : 1));
  const neighbourhood: Neighbourhood = {
    community: frame.community,
    intervalMinutes: frame.intervalMinutes,
    startMs: frame.startMs,
    utcOffsetMinutes,
    intervals,
    siteIds: homes.map(({ siteId }) => siteId),
    loadWh: sharedColumn(intervals * homes.length),
    pvWh: sharedColumn(intervals * homes.length),
    batteries: batteryColumns(homes),
    flexible: flexibleColumns(homes),
    importPowerMaxW: columnOf(
      "importPowerMaxW",
      homes.map(({ importPowerMaxW }) => importPowerMaxW),
    ),
    exportPowerMaxW: columnOf(
      "exportPowerMaxW",
      homes.map(({ exportPowerMaxW }) => exportPowerMaxW),
    ),
    retailPrice: columnOf("retailPrice", frame.retailPrice),
    feedInPrice: columnOf("feedInPrice", frame.feedInPrice),
    carbonGPerKwh: carbonGPerKwh === null ? null : Float64Array.from(carbonGPerKwh),
    strategies: homes.map(({ strategy }) => strategy),
    feePpm,
  };
  homes.forEach(({ siteId, loadWh, pvWh }, home) => {
    fillProfile(`loadWh of ${siteId}`, neighbourhood.loadWh, home, homes.length, intervals, loadWh);
    if (pvWh !== null)
      fillProfile(`pvWh of ${siteId}`, neighbourhood.pvWh, home, homes.length, intervals, pvWh);
  });
  checkNeighbourhood(neighbourhood);
  return neighbourhood;
}

/** A column that several threads can read. */
function sharedColumn(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

function batteryColumns(homes: readonly NeighbourhoodHome[]): BatteryColumns {
  const column = (name: string, of: (battery: HomeBattery) => number, without = 0): Int32Array =>
    columnOf(
      `batteries.${name}`,
      homes.map(({ battery }) => (battery === null ? without : of(battery))),
    );
  return {
    capacityWh: column("capacityWh", ({ capacityWh }) => capacityWh),
    storedMinWh: column("storedMinWh", ({ storedMinWh }) => storedMinWh),
    storedMaxWh: column("storedMaxWh", ({ storedMaxWh }) => storedMaxWh),
    startStoredWh: column("startStoredWh", ({ startStoredWh }) => startStoredWh),
    chargePowerMaxW: column("chargePowerMaxW", ({ chargePowerMaxW }) => chargePowerMaxW),
    dischargePowerMaxW: column("dischargePowerMaxW", ({ dischargePowerMaxW }) => dischargePowerMaxW),
    chargeEfficiencyPermille: column("chargeEfficiencyPermille", (b) => b.chargeEfficiencyPermille, 1_000),
    dischargeEfficiencyPermille: column(
      "dischargeEfficiencyPermille",
      (b) => b.dischargeEfficiencyPermille,
      1_000,
    ),
    inverterPowerMaxW: column("inverterPowerMaxW", ({ inverterPowerMaxW }) => inverterPowerMaxW ?? 0),
    reserveWh: column("reserveWh", ({ reserveWh }) => reserveWh),
    standbyLossW: column("standbyLossW", ({ standbyLossW = 0 }) => standbyLossW),
    workingLossW: column("workingLossW", ({ workingLossW = 0 }) => workingLossW),
    fullPowerLossW: column("fullPowerLossW", ({ fullPowerLossW = 0 }) => fullPowerLossW),
    cellTemperatureC: column(
      "cellTemperatureC",
      ({ cellTemperatureC = CELL_TEMPERATURE_C }) => cellTemperatureC,
      CELL_TEMPERATURE_C,
    ),
    replacementPricePerKwh: column("replacementPricePerKwh", (b) => b.replacementPricePerKwh ?? 0),
  };
}

function flexibleColumns(homes: readonly NeighbourhoodHome[]): FlexibleColumns {
  const column = (name: keyof FlexibleColumns): Int32Array =>
    columnOf(
      `flexible.${name}`,
      homes.map(({ flexible }) => flexible?.[name] ?? 0),
    );
  return {
    cars: column("cars"),
    heatPumps: column("heatPumps"),
    carChargedWh: column("carChargedWh"),
    carDrivenWh: column("carDrivenWh"),
    carDistanceKm: column("carDistanceKm"),
    carOutings: column("carOutings"),
    carUnmetOutings: column("carUnmetOutings"),
    carUnmetWh: column("carUnmetWh"),
    heatPumpWh: column("heatPumpWh"),
    heatWh: column("heatWh"),
    coldMinutes: column("coldMinutes"),
  };
}

function columnOf(name: string, values: ArrayLike<number>): Int32Array {
  const column = sharedColumn(values.length);
  for (let i = 0; i < values.length; i++) column[i] = whole(name, i, values[i] as number);
  return column;
}

function fillProfile(
  name: string,
  column: Int32Array,
  home: number,
  homes: number,
  intervals: number,
  values: ArrayLike<number>,
): void {
  if (values.length !== intervals) invalid(name, `must hold ${intervals} values, got ${values.length}`);
  for (let t = 0; t < intervals; t++) column[t * homes + home] = whole(name, t, values[t] as number);
}

function whole(name: string, at: number, value: number): number {
  if ((value | 0) !== value) invalid(`${name}[${at}]`, `must be a whole number of 32 bits, got ${value}`);
  return value;
}

function invalid(where: string, what: string): never {
  throw new CommonwattError("SIMULATION_NEIGHBOURHOOD_INVALID", `${where}: ${what}`, { details: { where } });
}
