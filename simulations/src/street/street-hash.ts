import { createHash } from "node:crypto";
import { type EpochMs, epochMs, type Hex } from "@commonwatt/vpp-core";
import { clearSkyIndex } from "../models/clouds.ts";
import { householdLoad } from "../models/household-load.ts";
import { pvPowerW } from "../models/pv.ts";
import type { EmulatedStreet, StreetHome } from "./street.ts";

/** The day whose weather and loads are hashed unless another is named: 2026-06-21. */
const SAMPLED_DAY_MS = epochMs(Date.UTC(2026, 5, 21));
const SAMPLE_SPACING_MS = 15 * 60_000;
const SAMPLE_COUNT = 96;

/** JSON with the keys of every object in order, so that equal data gives equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Sun and load of one home through a day, in milliwatts. */
function samplesOf(home: StreetHome, day: EpochMs): readonly number[] {
  const loadW = householdLoad(home.load);
  const samples: number[] = [];
  for (let i = 0; i < SAMPLE_COUNT; i++) {
    const time = epochMs(day + i * SAMPLE_SPACING_MS);
    const index = clearSkyIndex(home.sky, epochMs(time - home.cloudDelayMs));
    const sunW = home.pv === null ? 0 : pvPowerW(home.pv, home.location, time, index);
    samples.push(Math.round(index * 1e6), Math.round(sunW * 1000), Math.round(loadW(time) * 1000));
  }
  return samples;
}

/**
 * SHA-256 over the whole description of a street and over weather and loads of one day from `day`, so that
 * two runs of one seed can be seen to have had the same homes, weather and loads.
 */
export function streetHash(street: EmulatedStreet, day: EpochMs = SAMPLED_DAY_MS): Hex {
  const hash = createHash("sha256").update(canonicalJson(street));
  for (const home of street.homes) {
    // What is recorded is in the description.
    if (!("powers" in home)) hash.update(canonicalJson(samplesOf(home, day)));
  }
  return `0x${hash.digest("hex")}`;
}
