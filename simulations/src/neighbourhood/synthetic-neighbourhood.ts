import {
  type EpochMs,
  epochMs,
  type IntervalMinutes,
  intervalLength,
  type Random,
  seededRandom,
  siteId,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { clearSkyIndex, type Sky } from "../models/clouds.ts";
import { householdLoad, type LoadProfile } from "../models/household-load.ts";
import { type PvArray, pvPowerW } from "../models/pv.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { createNeighbourhood, type HomeBattery, type NeighbourhoodHome } from "./create-neighbourhood.ts";
import type { Neighbourhood } from "./neighbourhood.ts";

/** Which neighbourhood to draw. */
export interface SyntheticOptions {
  readonly homes: number;
  readonly days: number;
  readonly intervalMinutes: IntervalMinutes;
  readonly seed: string;
  readonly strategy: StrategyName;
  /** The first of them; midwinter unless given. */
  readonly startMs?: EpochMs;
}

/** So many roofs and households are simulated; homes beyond that share them, each with a size of its own. */
const PATTERNS = 24;
/** A pattern is sampled at least this often. */
const SAMPLE_MS = 300_000;
const DAY_MS = 86_400_000;
const WINTER_MS = Date.UTC(2026, 0, 1);
const LOCATION = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const UTC_OFFSET_MS = 3_600_000;
const CLOUDINESS = 0.45;
/** Of all homes: with modules, and of those with a battery too. */
const PV_SHARE = 0.6;
const BATTERY_SHARE = 0.7;
const CONNECTION_W = 24_000;
const RETAIL_PRICE = 300_000;
const FEED_IN_PRICE = 80_000;

/**
 * A neighbourhood drawn from a seed by the models of sun, clouds and households, for benchmarks and tests. All homes are
 * under one sky. To make a thousand homes quickly, {@link PATTERNS} households and roofs are simulated, at their power
 * every five minutes; a home takes one of each, a day or so earlier or later in the case of the household,
 * and multiplies it by a size of its own. So homes differ, though less than real ones do: it is no study.
 * Six homes of ten have modules, seven of ten of those a battery of 5 to 13 kWh; the tariff is flat.
 */
export function syntheticNeighbourhood(options: SyntheticOptions): Neighbourhood {
  const { homes, days, intervalMinutes, seed, strategy, startMs = epochMs(WINTER_MS) } = options;
  const lengthMs = intervalLength(intervalMinutes);
  const intervals = Math.round((days * DAY_MS) / lengthMs);
  const frame = {
    community: `synthetic-${seed}`,
    intervalMinutes,
    startMs,
    intervals,
    retailPrice: new Int32Array(intervals).fill(RETAIL_PRICE),
    feedInPrice: new Int32Array(intervals).fill(FEED_IN_PRICE),
  };
  const count = Math.min(homes, PATTERNS);
  const span = { startMs, lengthMs, intervals };
  const loads = Array.from({ length: count }, (_, i) => loadPattern(`${seed}/household-${i}`, span));
  const roofs = Array.from({ length: count }, (_, i) => roofPattern(`${seed}`, i, span));
  const perDay = DAY_MS / lengthMs;
  return createNeighbourhood(
    frame,
    Array.from({ length: homes }, (_, i): NeighbourhoodHome => {
      const random = seededRandom(`${seed}/home-${i}`);
      const peakW = random.integer(30, 100) * 100;
      const hasPv = random.next() < PV_SHARE;
      const pvW = hasPv ? (roofs[random.integer(0, count - 1)] as Float64Array) : null;
      const hasBattery = hasPv && random.next() < BATTERY_SHARE;
      const load = loads[random.integer(0, count - 1)] as Float64Array;
      return {
        siteId: siteId(`home-${String(i + 1).padStart(5, "0")}`),
        loadWh: scaled(load, random.between(0.7, 1.4), random.integer(0, 6) * perDay, intervals),
        pvWh: pvW === null ? null : scaled(pvW, peakW, 0, intervals),
        battery: hasBattery ? battery(random, peakW) : null,
        importPowerMaxW: CONNECTION_W,
        exportPowerMaxW: CONNECTION_W,
        strategy,
      };
    }),
  );
}

interface Span {
  readonly startMs: EpochMs;
  readonly lengthMs: number;
  readonly intervals: number;
}

/** What a household takes, in Wh, not rounded; with a week more than is asked for, so that it can be moved. */
function loadPattern(seed: string, { startMs, lengthMs, intervals }: Span): Float64Array {
  const random = seededRandom(seed);
  const profile: LoadProfile = {
    seed,
    occupants: random.integer(1, 5),
    baseW: random.integer(80, 300),
    fridgeW: random.integer(70, 120),
    fridgePeriodMs: random.integer(35, 60) * 60_000,
    applianceShare: random.integer(85, 115) / 100,
    utcOffsetMs: UTC_OFFSET_MS,
  };
  const loadW = householdLoad(profile);
  const week = Math.round((7 * DAY_MS) / lengthMs);
  return meanEnergies({ startMs, lengthMs, intervals: intervals + week }, loadW);
}

/** What a roof of one watt peak gives, in Wh. */
function roofPattern(seed: string, number: number, span: Span): Float64Array {
  const random = seededRandom(`${seed}/roof-${number}`);
  const sky: Sky = { seed: `${seed}/sky`, cloudiness: CLOUDINESS };
  const peakW = watts(100_000);
  const array: PvArray = {
    peakW,
    tiltDeg: random.integer(15, 45),
    azimuthDeg: random.integer(110, 250),
    inverterPowerMaxW: watts(Math.round(peakW * random.between(0.8, 1))),
  };
  const delayMs = Math.round(random.between(0, 120_000));
  return meanEnergies(span, (time) => {
    const clear = pvPowerW(array, LOCATION, time, 1);
    if (clear === 0) return 0;
    return pvPowerW(array, LOCATION, time, clearSkyIndex(sky, epochMs(time - delayMs))) / peakW;
  });
}

function meanEnergies(
  { startMs, lengthMs, intervals }: Span,
  powerW: (time: EpochMs) => number,
): Float64Array {
  const samples = Math.max(1, Math.round(lengthMs / SAMPLE_MS));
  const hours = lengthMs / samples / 3_600_000;
  return Float64Array.from({ length: intervals }, (_, t) => {
    let energyWh = 0;
    for (let i = 0; i < samples; i++) {
      energyWh += powerW(epochMs(startMs + t * lengthMs + ((i + 0.5) * lengthMs) / samples)) * hours;
    }
    return energyWh;
  });
}

/** In whole Wh; what is cut off goes into the next interval. */
function scaled(pattern: Float64Array, share: number, offset: number, intervals: number): Int32Array {
  const energies = new Int32Array(intervals);
  let rest = 0;
  for (let t = 0; t < intervals; t++) {
    const exact = (pattern[t + offset] as number) * share + rest;
    energies[t] = Math.floor(exact);
    rest = exact - (energies[t] as number);
  }
  return energies;
}

function battery(random: Random, inverterPowerMaxW: number): HomeBattery {
  const capacityWh = wattHours(random.integer(50, 130) * 100);
  const powerMaxW = watts(Math.min(inverterPowerMaxW, Math.round(capacityWh / random.between(2, 3))));
  const storedMinWh = wattHours(capacityWh / 10);
  return {
    capacityWh,
    storedMinWh,
    storedMaxWh: capacityWh,
    chargePowerMaxW: powerMaxW,
    dischargePowerMaxW: powerMaxW,
    chargeEfficiencyPermille: random.integer(955, 975),
    dischargeEfficiencyPermille: random.integer(955, 975),
    startStoredWh: random.integer(storedMinWh, capacityWh),
    reserveWh: storedMinWh,
    inverterPowerMaxW,
  };
}
