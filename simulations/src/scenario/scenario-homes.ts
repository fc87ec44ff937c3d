import { type Random, seededRandom, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import { type DataSet, type DataSite, dataSite } from "../data/data-set.ts";
import { connectionFor, wholeWhOf } from "../data/neighbourhood-of.ts";
import {
  CELL_TEMPERATURE_C,
  type HomeBattery,
  type NeighbourhoodHome,
} from "../neighbourhood/create-neighbourhood.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { divide, draw } from "./draw.ts";
import { withFlexibleLoads } from "./flexible-loads.ts";
import type { HomeSources } from "./home-sources.ts";
import { modelledLoadWh, modelledPvWh } from "./modelled-home.ts";
import { idsOf } from "./scenario-faults.ts";
import type {
  MeasuredColumn,
  ModelledLoad,
  ModelledPv,
  ScenarioBattery,
  ScenarioSites,
} from "./scenario-file.ts";

/** A home before it has a strategy, unless it names one. */
export type UndecidedHome = Omit<NeighbourhoodHome, "strategy"> & { readonly strategy: StrategyName | null };

const MINUTE_MS = 60_000;
const PERMILLE = 1_000;
/** Of all the names that a home's numbers are drawn by, one for each field: another field changes no other. */
type DrawOf = (field: string) => Random;

function measuredWh(
  column: MeasuredColumn,
  id: string,
  which: "load" | "pv",
  sources: HomeSources,
  drawOf: DrawOf,
): Int32Array | null {
  const data = sources.data.get(column.data) as DataSet;
  const site = dataSite(data, column.site ?? id);
  const energyWh = which === "load" ? site.loadWh : site.pvWh;
  const scale = draw(column.scale, 1, drawOf(`${which}/scale`));
  return energyWh === null
    ? null
    : wholeWhOf(
        energyWh.map((value) => value * scale),
        data,
        sources.time,
      );
}

function loadOf(
  load: MeasuredColumn | ModelledLoad,
  id: string,
  sources: HomeSources,
  drawOf: DrawOf,
): Int32Array {
  if ("data" in load)
    return measuredWh(load, id, "load", sources, drawOf) ?? new Int32Array(sources.time.intervals);
  const fridge = drawOf("load/fridge");
  return modelledLoadWh(
    {
      seed: `${sources.seed}/${id}/load`,
      occupants: Math.max(1, Math.round(draw(load.occupants, 3, drawOf("load/occupants")))),
      baseW: Math.round(Math.max(0, draw(load.baseW, 90, drawOf("load/baseW")))),
      fridgeW: fridge.integer(70, 120),
      fridgePeriodMs: fridge.integer(35, 60) * MINUTE_MS,
      applianceShare: Math.max(0, draw(load.scale, 1, drawOf("load/scale"))),
      utcOffsetMs: sources.utcOffsetMs,
      location: sources.location,
    },
    sources.time,
  );
}

interface HomePv {
  readonly pvWh: Int32Array | null;
  /** `null`: the data says nothing of an inverter. */
  readonly inverterPowerMaxW: number | null;
}

function pvOf(pv: MeasuredColumn | ModelledPv, id: string, sources: HomeSources, drawOf: DrawOf): HomePv {
  if ("data" in pv) return { pvWh: measuredWh(pv, id, "pv", sources, drawOf), inverterPowerMaxW: null };
  const within = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));
  const peakW = Math.max(1, Math.round(draw(pv.peakW, 0, drawOf("pv/peakW"))));
  const share = within(draw(pv.inverterShare, 0.9, drawOf("pv/inverterShare")), 0.01, 2);
  const array = {
    peakW: watts(peakW),
    tiltDeg: within(draw(pv.tiltDeg, 30, drawOf("pv/tiltDeg")), 0, 90),
    azimuthDeg: within(draw(pv.azimuthDeg, 180, drawOf("pv/azimuthDeg")), 0, 360),
    inverterPowerMaxW: watts(Math.max(1, Math.round(peakW * share))),
  };
  return {
    pvWh: modelledPvWh(array, sources.weather(), sources.time),
    inverterPowerMaxW: array.inverterPowerMaxW,
  };
}

function batteryOf(battery: ScenarioBattery, inverterPowerMaxW: number | null, drawOf: DrawOf): HomeBattery {
  const share = (name: `${string}Share` & keyof ScenarioBattery, usual: number): number =>
    Math.max(0, Math.min(1, draw(battery[name], usual, drawOf(`battery/${name}`))));
  const capacityWh = Math.max(1, Math.round(draw(battery.capacityWh, 0, drawOf("battery/capacityWh"))));
  const powerMaxW = watts(
    Math.max(1, Math.round(draw(battery.powerMaxW, capacityWh / 2, drawOf("battery/powerMaxW")))),
  );
  const efficiency = draw(battery.efficiencyPermille, 960, drawOf("battery/efficiencyPermille"));
  const permille = Math.max(1, Math.min(PERMILLE, Math.round(efficiency)));
  const storedMinWh = wattHours(Math.round(capacityWh * share("storedMinShare", 0.1)));
  const wanted = Math.round(capacityWh * share("startShare", 0.5));
  return {
    capacityWh: wattHours(capacityWh),
    storedMinWh,
    storedMaxWh: wattHours(capacityWh),
    chargePowerMaxW: powerMaxW,
    dischargePowerMaxW: powerMaxW,
    chargeEfficiencyPermille: permille,
    dischargeEfficiencyPermille: permille,
    startStoredWh: Math.max(storedMinWh, wanted),
    reserveWh: Math.round(capacityWh * share("reserveShare", 0)),
    inverterPowerMaxW,
    standbyLossW: Math.max(0, Math.round(draw(battery.standbyLossW, 0, drawOf("battery/standbyLossW")))),
    workingLossW: Math.round(powerMaxW * share("workingLossShare", 0)),
    fullPowerLossW: Math.round(powerMaxW * share("fullPowerLossShare", 0)),
    cellTemperatureC: Math.round(
      draw(battery.cellTemperatureC, CELL_TEMPERATURE_C, drawOf("battery/cellTemperatureC")),
    ),
    replacementPricePerKwh: Math.round(battery.replacementPricePerKwh ?? 0),
  };
}

/** The ids that have a thing of which only a share of an entry's homes has one. */
function having(share: number | undefined, ids: readonly string[], seed: string): ReadonlySet<string> {
  if (share === undefined || share >= 1) return new Set(ids);
  const divided = divide(
    ids,
    [
      ["yes", share],
      ["no", 1 - share],
    ],
    seed,
  );
  return new Set(ids.filter((id) => divided.get(id) === "yes"));
}

function shareOf(field: ScenarioSites["pv"] | ScenarioSites["battery"]): number | undefined {
  return field !== undefined && "share" in field ? field.share : undefined;
}

/** The homes of one entry of `sites`. */
function homesOf(entry: ScenarioSites, place: number, sources: HomeSources): readonly UndecidedHome[] {
  const { seed, time } = sources;
  const data = entry.from === undefined ? undefined : sources.data.get(entry.from);
  const measured = new Map<string, DataSite>(data?.sites.map((site) => [site.id, site]));
  const ids = data === undefined ? idsOf(entry) : [...measured.keys()];
  const withPv = having(shareOf(entry.pv), ids, `${seed}/${entry.id ?? place}/pv`);
  const withHeatPump = having(entry.heatPump?.share, ids, `${seed}/${entry.id ?? place}/heatPump`);
  const withCar = having(entry.ev?.share, ids, `${seed}/${entry.id ?? place}/ev`);
  const withBattery = having(shareOf(entry.battery), ids, `${seed}/${entry.id ?? place}/battery`);
  return ids.map((id): UndecidedHome => {
    const random = seededRandom(`${seed}/${id}`);
    const drawOf: DrawOf = (field) => random.fork(field);
    const own = measured.get(id);
    const ownLoadWh =
      own !== undefined && data !== undefined
        ? wholeWhOf(own.loadWh, data, time)
        : loadOf(entry.load ?? {}, id, sources, drawOf);
    const { pvWh, inverterPowerMaxW } = ((): HomePv => {
      if (own !== undefined && data !== undefined) {
        return { pvWh: own.pvWh === null ? null : wholeWhOf(own.pvWh, data, time), inverterPowerMaxW: null };
      }
      if (entry.pv === undefined || !withPv.has(id)) return { pvWh: null, inverterPowerMaxW: null };
      return pvOf(entry.pv, id, sources, drawOf);
    })();
    const battery = ((): HomeBattery | null => {
      if (entry.battery !== undefined) {
        return withBattery.has(id) ? batteryOf(entry.battery, inverterPowerMaxW, drawOf) : null;
      }
      const known = own?.battery ?? null;
      return known === null
        ? null
        : { ...known, startStoredWh: known.storedMinWh, reserveWh: 0, inverterPowerMaxW: null };
    })();
    const plants = {
      heatPump: withHeatPump.has(id) ? (entry.heatPump ?? null) : null,
      car: withCar.has(id) ? (entry.ev ?? null) : null,
    };
    const house = { id, loadWh: ownLoadWh, pvWh };
    const { loadWh, flexible } = withFlexibleLoads(plants, house, sources, drawOf);
    return {
      siteId: siteId(id),
      loadWh,
      pvWh,
      battery,
      flexible,
      importPowerMaxW: entry.importPowerMaxW ?? connectionFor(loadWh, time.intervalMinutes),
      exportPowerMaxW:
        entry.exportPowerMaxW ?? connectionFor(pvWh ?? new Int32Array(0), time.intervalMinutes),
      strategy: entry.strategy ?? null,
    };
  });
}

/** All homes of a scenario, with the strategies that they name or that the shares give them. */
export function scenarioHomes(
  entries: readonly ScenarioSites[],
  strategies: readonly (readonly [StrategyName, number])[],
  sources: HomeSources,
): readonly NeighbourhoodHome[] {
  const homes = entries.flatMap((entry, place) => homesOf(entry, place, sources));
  const open = homes.filter(({ strategy }) => strategy === null).map(({ siteId: id }) => id);
  const divided = divide(open, strategies, `${sources.seed}/strategies`);
  return homes.map((home) => ({
    ...home,
    strategy: home.strategy ?? divided.get(home.siteId) ?? "none",
  }));
}
