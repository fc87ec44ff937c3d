import { intervalLength, type Random } from "@commonwatt/vpp-core";
import { MILLIJOULES_PER_WH } from "../models/battery.ts";
import { houseOf, lossOfYear } from "../models/building-age.ts";
import { type ChargingCourse, runCharging } from "../models/car-charging.ts";
import { commuteOf, outingsOf } from "../models/car-trips.ts";
import type { HouseCourse } from "../models/flexible-control.ts";
import { copOf } from "../models/heat-pump.ts";
import { type HeatingCourse, runHeating } from "../models/heating.ts";
import type { FlexibleLoad } from "../neighbourhood/create-neighbourhood.ts";
import { draw } from "./draw.ts";
import type { HomeSources } from "./home-sources.ts";
import type { ScenarioCar, ScenarioHeatPump } from "./scenario-file.ts";

/** What a heat pump is made for, in °C. */
const DESIGN_C = -12;
const POWER_MIN_W = 300;

/** What else a home has, if anything. */
export interface FlexiblePlants {
  readonly heatPump: ScenarioHeatPump | null;
  readonly car: ScenarioCar | null;
}

/** A home's load with what its heat pump and its car take, and what became of them. */
export interface FlexibleHome {
  readonly loadWh: Int32Array;
  readonly flexible: FlexibleLoad;
}

/**
 * Lets a heat pump heat and a car be charged over the whole run, in this order: the house, the heat pump and the car share the
 * sun, the battery and the market get what is left.
 */
export function withFlexibleLoads(
  { heatPump, car }: FlexiblePlants,
  house: { readonly id: string; readonly loadWh: Int32Array; readonly pvWh: Int32Array | null },
  sources: HomeSources,
  drawOf: (field: string) => Random,
): FlexibleHome {
  const { pvWh } = house;
  const intervalMs = intervalLength(sources.time.intervalMinutes);
  const course: HouseCourse = { intervalMs, loadWh: house.loadWh, pvWh, retailPrice: sources.retailPrice };
  const heating = heatPump === null ? null : heatingOf(heatPump, course, sources, drawOf);
  const warm = heating === null ? house.loadWh : sumOf(house.loadWh, heating.loadWh);
  const charging =
    car === null ? null : chargingOf(car, house.id, { ...course, loadWh: warm }, sources, drawOf);
  return {
    loadWh: charging === null ? warm : sumOf(warm, charging.loadWh),
    flexible: totalsOf(heating, charging, sources.time.intervalMinutes),
  };
}

function sumOf(one: Int32Array, other: Int32Array): Int32Array {
  return one.map((energyWh, t) => energyWh + (other[t] as number));
}

function totalsOf(
  heating: HeatingCourse | null,
  charging: ChargingCourse | null,
  intervalMinutes: number,
): FlexibleLoad {
  return {
    cars: charging === null ? 0 : 1,
    heatPumps: heating === null ? 0 : 1,
    carChargedWh: charging?.chargedWh ?? 0,
    carDrivenWh: Math.round((charging?.drivenMilliWh ?? 0) / 1_000),
    carDistanceKm: Math.round((charging?.distanceM ?? 0) / 1_000),
    carOutings: charging?.outings ?? 0,
    carUnmetOutings: charging?.unmetOutings ?? 0,
    carUnmetWh: Math.ceil((charging?.unmetMilliWh ?? 0) / 1_000),
    heatPumpWh: heating?.electricWh ?? 0,
    heatWh: Math.round((heating?.heatMillijoules ?? 0) / MILLIJOULES_PER_WH),
    coldMinutes: (heating?.coldIntervals ?? 0) * intervalMinutes,
  };
}

function heatingOf(
  pump: ScenarioHeatPump,
  course: HouseCourse,
  sources: HomeSources,
  drawOf: (field: string) => Random,
): HeatingCourse {
  const { source = "air", emitter = "radiators", control = "at-once", building = {} } = pump;
  const number = (name: "powerMaxW" | "setC" | "bandK", usual: number): number =>
    draw(pump[name], usual, drawOf(`heatPump/${name}`));
  const ofBuilding = (name: "floorAreaM2" | "builtIn" | "lossWPerM2K", usual: number): number =>
    draw(building[name], usual, drawOf(`heatPump/${name}`));
  const loss = ofBuilding("lossWPerM2K", lossOfYear(Math.round(ofBuilding("builtIn", 1985))));
  const house = houseOf(Math.max(1, ofBuilding("floorAreaM2", 140)), Math.max(0.1, loss));
  const setC = number("setC", 21);
  const neededW = (house.lossWPerK * (setC - DESIGN_C)) / copOf({ source, emitter }, DESIGN_C);
  const powerMaxW = Math.max(POWER_MIN_W, Math.round(number("powerMaxW", neededW)));
  const heated = { building: house, pump: { source, emitter, powerMaxW }, setC, control };
  return runHeating({ ...heated, bandK: Math.max(0, number("bandK", 1)) }, course, sources.intervalWeather());
}

function chargingOf(
  car: ScenarioCar,
  id: string,
  course: HouseCourse,
  { seed, time, utcOffsetMs }: HomeSources,
  drawOf: (field: string) => Random,
): ChargingCourse {
  const number = (
    name: Exclude<keyof ScenarioCar, "share" | "commuterShare" | "control">,
    usual: number,
  ): number => Math.max(0, draw(car[name], usual, drawOf(`ev/${name}`)));
  const capacityWh = Math.max(1, Math.round(number("capacityWh", 60_000)));
  const targetWh = Math.round(capacityWh * Math.min(1, number("targetShare", 0.8)));
  const commuter = drawOf("ev/commuter");
  const use = {
    seed: `${seed}/${id}/ev`,
    commuteM: commuter.next() < (car.commuterShare ?? 0.5) ? commuteOf(commuter) : null,
    distanceShare: number("distanceShare", 1),
  };
  const fromMs = time.startMs + utcOffsetMs;
  const outings = outingsOf(use, fromMs, fromMs + time.intervals * course.intervalMs).map((outing) => ({
    ...outing,
    departMs: outing.departMs - fromMs,
    returnMs: outing.returnMs - fromMs,
  }));
  const electric = {
    capacityWh,
    chargePowerMaxW: Math.round(number("chargePowerMaxW", 11_000)),
    efficiencyPermille: Math.max(1, Math.min(1_000, Math.round(number("efficiencyPermille", 900)))),
    whPerKm: Math.round(number("whPerKm", 180)),
    targetWh,
    startWh: Math.min(targetWh, Math.round(capacityWh * number("startShare", 0.6))),
    control: car.control ?? "at-once",
  };
  return runCharging(electric, outings, course);
}
