import assert from "node:assert/strict";
import {
  type DeviceProtocol,
  type Random,
  seededRandom,
  siteId,
  type WattHours,
  type Watts,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import type { BatteryRatings } from "../models/battery.ts";
import type { Sky } from "../models/clouds.ts";
import type { LoadProfile } from "../models/household-load.ts";
import type { PvArray } from "../models/pv.ts";
import { type HomeKind, STREET_HOMES_MAX, type Street, type StreetHome } from "./street.ts";

/** Which street to build. */
export interface StreetOptions {
  /** 1 to {@link STREET_HOMES_MAX}. */
  readonly homes: number;
  readonly seed: number;
}

type HomeSort = readonly [kind: HomeKind, protocol: DeviceProtocol];

/**
 * Of twelve homes. Where a share cannot be met in whole homes, the sort named first gets the last home, so
 * that the smallest streets have somebody to sell and somebody to buy.
 */
const SHARES: readonly { readonly sort: HomeSort; readonly twelfths: number }[] = [
  { sort: ["consumer", "modbus"], twelfths: 2 },
  { sort: ["hybrid", "opcua"], twelfths: 2 },
  { sort: ["hybrid", "modbus"], twelfths: 8 },
];
/** A street between Zürich and its lake's hills, in winter time all year round. */
const LOCATION = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const UTC_OFFSET_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** How long a cloud takes to pass from the first home to the last. */
const CLOUD_PASSAGE_MS = 2 * MINUTE_MS;
/** Fair weather: most of the day is clear, with clouds enough to see. */
const CLOUDINESS = 0.3;

/** The sort of every home: whole homes by largest remainder; Modbus hybrids first, consumers last. */
function homeSorts(homes: number): readonly HomeSort[] {
  const counts = SHARES.map(({ sort, twelfths }) => ({
    sort,
    count: Math.floor((homes * twelfths) / 12),
    remainder: (homes * twelfths) % 12,
  }));
  const missing = homes - counts.reduce((sum, { count }) => sum + count, 0);
  const byRemainder = [...counts].sort((a, b) => b.remainder - a.remainder);
  for (const entry of byRemainder.slice(0, missing)) entry.count += 1;
  return counts.reverse().flatMap(({ sort, count }) => Array.from({ length: count }, () => sort));
}

function roundedWatts(value: number, step: number): Watts {
  return watts(Math.round(value / step) * step);
}

function roundedWh(value: number, step: number): WattHours {
  return wattHours(Math.round(value / step) * step);
}

/** A roof of 3 to 10 kWp that faces somewhere between east-south-east and west-south-west. */
function pvArray(random: Random): PvArray {
  const peakW = roundedWatts(random.between(3_000, 10_000), 100);
  return {
    peakW,
    tiltDeg: random.integer(15, 45),
    azimuthDeg: random.integer(110, 250),
    inverterPowerMaxW: roundedWatts(Math.max(3_000, peakW * random.between(0.8, 1)), 500),
  };
}

/** A battery of 5 to 13 kWh that keeps a tenth in reserve and takes two to three hours to fill. */
function battery(random: Random, inverterPowerMaxW: number): BatteryRatings {
  const capacityWh = roundedWh(random.between(5_000, 13_000), 100);
  const powerMaxW = roundedWatts(Math.min(inverterPowerMaxW, capacityWh / random.between(2, 3)), 100);
  return {
    capacityWh,
    storedMinWh: roundedWh(capacityWh / 10, 1),
    storedMaxWh: capacityWh,
    chargePowerMaxW: powerMaxW,
    dischargePowerMaxW: powerMaxW,
    chargeEfficiencyPermille: random.integer(955, 975),
    dischargeEfficiencyPermille: random.integer(955, 975),
  };
}

/** Homes without PV are those of larger families that use more, so that the street's sun finds buyers. */
function loadProfile(random: Random, kind: HomeKind, seed: string): LoadProfile {
  const isConsumer = kind === "consumer";
  return {
    seed,
    occupants: isConsumer ? random.integer(3, 5) : random.integer(2, 5),
    baseW: isConsumer ? random.integer(180, 320) : random.integer(80, 180),
    fridgeW: random.integer(70, 120),
    fridgePeriodMs: random.integer(35, 60) * MINUTE_MS,
    applianceShare: random.integer(85, 115) / 100,
    utcOffsetMs: UTC_OFFSET_MS,
  };
}

function streetHome(
  number: number,
  [kind, protocol]: HomeSort,
  random: Random,
  sky: Sky,
  seed: number,
): StreetHome {
  const id = siteId(`home-${number}`);
  const pv = kind === "hybrid" ? pvArray(random.fork("pv")) : null;
  const bank = pv === null ? null : battery(random.fork("battery"), pv.inverterPowerMaxW);
  const startShare = random.fork("start").between(0.12, 0.9);
  return {
    id,
    kind,
    protocol,
    location: LOCATION,
    sky,
    cloudDelayMs: Math.round(random.fork("place").between(0, CLOUD_PASSAGE_MS)),
    pv,
    battery: bank,
    startStoredWh: bank === null ? 0 : Math.round(bank.capacityWh * startShare),
    load: loadProfile(random.fork("load"), kind, `street-${seed}/${id}/load`),
  };
}

/**
 * Builds a street of homes on one feeder: two thirds with PV and battery on Modbus, a sixth with PV and
 * battery on OPC UA, a sixth with nothing but a Modbus meter, as near as whole homes allow. The same options
 * give the same street. Throws an AssertionError for a number of homes that is out of range.
 */
export function buildStreet({ homes, seed }: StreetOptions): Street {
  assert(
    Number.isInteger(homes) && homes >= 1 && homes <= STREET_HOMES_MAX,
    `a street has 1 to ${STREET_HOMES_MAX} homes, got ${homes}`,
  );
  const random = seededRandom(`street-${seed}`);
  const sky: Sky = { seed: `street-${seed}/sky`, cloudiness: CLOUDINESS };
  const sorts = homeSorts(homes);
  return {
    seed,
    homes: sorts.map((sort, index) =>
      streetHome(index + 1, sort, random.fork(`home-${index + 1}`), sky, seed),
    ),
  };
}
