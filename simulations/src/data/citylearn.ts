import { basename, join } from "node:path";
import { CommonwattError, type EpochMs, epochMs, wattHours, watts } from "@commonwatt/vpp-core";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import type { BatteryRatings } from "../models/battery.ts";
import { weekdayOf } from "../models/weekday.ts";
import { badFile, type CsvTable, columnOf, csvTable, lineOf, numbersOf } from "./csv.ts";
import type { RawDataSet } from "./data-set.ts";
import { type Importing, isWanted, requireSites } from "./data-source.ts";
import type { RawSeries } from "./raw-series.ts";
import { readText } from "./read-file.ts";

const Device = Type.Object({ attributes: Type.Record(Type.String(), Type.Unknown()) });
const Building = Type.Object({
  include: Type.Optional(Type.Boolean()),
  energy_simulation: Type.String(),
  carbon_intensity: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  pricing: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  electrical_storage: Type.Optional(Type.Union([Device, Type.Null()])),
  pv: Type.Optional(Type.Union([Device, Type.Null()])),
});
const Schema = Type.Object({
  seconds_per_time_step: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  buildings: Type.Record(Type.String(), Building),
});
type CityLearnBuilding = Static<typeof Building>;

const HOUR_S = 3_600;
const WH_PER_KWH = 1_000;
const PERMILLE = 1_000;
/** The data sets name no year; those of 2022 began in 2016, and that is where the search for a year begins. */
const YEARS = { from: 2016, to: 2043 };

function numberOf(device: Static<typeof Device> | null | undefined, name: string): number {
  const value = device?.attributes[name];
  return typeof value === "number" && value > 0 ? value : 0;
}

/**
 * The battery of a building. CityLearn's `efficiency` is that of a round trip: the square root of it applies
 * each way. It may be emptied wholly.
 */
function batteryOf(device: Static<typeof Device> | null | undefined): BatteryRatings | null {
  const capacityWh = wattHours(Math.round(numberOf(device, "capacity") * WH_PER_KWH));
  if (capacityWh === 0) return null;
  const powerMaxW = watts(Math.round(numberOf(device, "nominal_power") * WH_PER_KWH));
  const permille = Math.round(Math.sqrt(numberOf(device, "efficiency") || 1) * PERMILLE);
  return {
    capacityWh,
    storedMinWh: wattHours(0),
    storedMaxWh: capacityWh,
    chargePowerMaxW: powerMaxW,
    dischargePowerMaxW: powerMaxW,
    chargeEfficiencyPermille: permille,
    dischargeEfficiencyPermille: permille,
  };
}

/**
 * When the first row begins. Rows carry month, hour and weekday; an hour is named by its start, and midnight
 * is hour 24 of the day before. The year is the first from 2016 on in which the 1st of the month has that
 * weekday (1 is Monday). The clock of the data is taken as UTC: it names no place.
 */
function startOf(table: CsvTable): EpochMs {
  const names = ["month", "hour", "day_type"].map((name) => columnOf(table, name));
  const [month, hour, weekday] = numbersOf(table, names) as [Float64Array, Float64Array, Float64Array];
  const isMidnight = hour[0] === 24;
  const row = isMidnight && month.length > 1 ? 1 : 0;
  for (let year = YEARS.from; year <= YEARS.to; year++) {
    const firstMs = Date.UTC(year, (month[row] ?? 1) - 1, 1);
    // In the data Sunday is 7.
    if ((weekdayOf(firstMs) || 7) !== weekday[row]) continue;
    return epochMs(firstMs + (isMidnight ? 0 : (hour[0] ?? 0)) * HOUR_S * 1000);
  }
  throw badFile(table.file, lineOf(table, row), "no year fits its month and day_type");
}

/** The columns of one building. */
function seriesOf(
  site: string,
  building: CityLearnBuilding,
  table: CsvTable,
  timesMs: Float64Array,
): readonly RawSeries[] {
  const common = { site, kind: "interval", timesMs } as const;
  const names = ["non_shiftable_load", "solar_generation"].map((name) => columnOf(table, name));
  const [loadKwh, wPerKw] = numbersOf(table, names) as [Float64Array, Float64Array];
  const load: RawSeries = {
    ...common,
    quantity: "load",
    valuesWh: loadKwh.map((energy) => energy * WH_PER_KWH),
  };
  const peakKw = numberOf(building.pv, "nominal_power");
  // W per kW of PV, as the mean over an hour: Wh per kW.
  return peakKw === 0
    ? [load]
    : [load, { ...common, quantity: "pv", valuesWh: wPerKw.map((power) => power * peakKw) }];
}

async function sharedColumn(
  folder: string,
  file: string | null | undefined,
  column: string,
  factor: number,
): Promise<Float64Array | undefined> {
  if (file === null || file === undefined) return undefined;
  const path = join(folder, file);
  const table = csvTable(path, await readText(path));
  const [values] = numbersOf(table, [columnOf(table, column)], factor) as [Float64Array];
  const hole = values.findIndex((value) => Number.isNaN(value));
  if (hole >= 0) throw badFile(path, lineOf(table, hole), `there is no ${column}`);
  return values;
}

async function schemaOf(folder: string): Promise<Static<typeof Schema>> {
  const path = join(folder, "schema.json");
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommonwattError("IMPORT_BAD_FILE", `${path}: ${(error as Error).message}`, { cause: error });
  }
  if (Value.Check(Schema, value)) return value;
  const [fault] = Value.Errors(Schema, value);
  throw new CommonwattError(
    "IMPORT_BAD_FILE",
    `${path}: ${fault?.instancePath ?? ""}: ${fault?.message ?? ""}`,
  );
}

/**
 * Reads a CityLearn data-set folder: `schema.json`, a CSV for each building, prices and carbon intensity.
 * Source: the CityLearn project, `citylearn/energy_model.py` and `docs/source/overview`
 * (github.com/intelligent-environments-lab/CityLearn): loads in kWh, `solar_generation` in W per kW of PV,
 * prices per kWh, carbon in kg per kWh.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `IMPORT_UNKNOWN_SITE`.
 */
export async function readCityLearn({ source }: Importing): Promise<RawDataSet> {
  const folder = source.path;
  const schema = await schemaOf(folder);
  const included = Object.entries(schema.buildings).filter(([, { include }]) => include !== false);
  const [first] = included;
  if (first === undefined)
    throw new CommonwattError("IMPORT_BAD_FILE", `${folder}: schema.json includes no building`);
  const stepMs = (schema.seconds_per_time_step ?? HOUR_S) * 1000;
  if (stepMs !== HOUR_S * 1000) {
    throw new CommonwattError("IMPORT_BAD_FILE", `${folder}: seconds_per_time_step must be ${HOUR_S}`);
  }
  const series: RawSeries[] = [];
  const batteries = new Map<string, BatteryRatings>();
  let startMs: EpochMs | undefined;
  let timesMs = new Float64Array(0);
  for (const [site, building] of included) {
    if (!isWanted(source, site)) continue;
    const path = join(folder, building.energy_simulation);
    const table = csvTable(path, await readText(path));
    startMs ??= startOf(table);
    if (table.rowCount > timesMs.length) {
      const origin = startMs;
      timesMs = Float64Array.from({ length: table.rowCount }, (_, row) => origin + row * stepMs);
    }
    series.push(...seriesOf(site, building, table, timesMs.subarray(0, table.rowCount)));
    const battery = batteryOf(building.electrical_storage);
    if (battery !== null) batteries.set(site, battery);
  }
  requireSites(
    source,
    series,
    included.map(([site]) => site),
  );
  const retailPrice = await sharedColumn(folder, first[1].pricing, "electricity_pricing", 1);
  const carbonGPerKwh = await sharedColumn(folder, first[1].carbon_intensity, "carbon_intensity", 1000);
  return {
    name: basename(folder),
    format: "citylearn",
    path: folder,
    grid: { startMs: startMs ?? epochMs(0), stepMs, steps: timesMs.length },
    series,
    batteries,
    ...(retailPrice === undefined ? {} : { retailPrice }),
    ...(carbonGPerKwh === undefined ? {} : { carbonGPerKwh }),
    assumptions: [
      "the data names no place: its clock is taken as UTC",
      "the data names no year: it is the first from 2016 on that fits its weekdays",
      "batteries begin empty, as in CityLearn",
    ],
  };
}
