import { seededRandom, siteId } from "@commonwatt/vpp-core";
import { readDataFolder } from "../data/read-data.ts";
import { connectHomes } from "../grid/connect-homes.ts";
import {
  type Branch,
  type Connection,
  type Feeder,
  fromSequences,
  radialFeeder,
  times,
} from "../grid/feeder.ts";
import type { MeteredColumns } from "../grid/feeder-run.ts";
import { readOpendssFeeder } from "../grid/read-opendss-feeder.ts";

/** A feeder, and what its homes take in every minute of a day. */
export interface FeederDay {
  readonly feeder: Feeder;
  readonly metered: MeteredColumns;
}

/** As large as the IEEE European low-voltage test feeder. */
const BUSES = 906;
const HOMES = 55;
const MINUTES = 1_440;

/**
 * The feeder of an OpenDSS folder with the load profiles in it; without a folder one of the same size that is drawn:
 * a trunk with side branches, 55 homes of 0 to 3 kW that change every minute.
 */
export async function feederDay(folder: string | null): Promise<FeederDay> {
  const feeder = folder === null ? drawnFeeder() : await readOpendssFeeder(folder);
  const measured = folder === null ? null : await readDataFolder(folder);
  const siteIds = measured?.sites.map(({ id }) => id) ?? feeder.connections.map(({ name }) => siteId(name));
  const random = seededRandom("bench/feeder");
  const intervals = measured?.steps ?? MINUTES;
  const importWh = Float64Array.from({ length: intervals * siteIds.length }, (_, i) => {
    if (measured === null) return random.between(0, 50);
    return measured.sites[i % siteIds.length]?.loadWh[Math.floor(i / siteIds.length)] ?? 0;
  });
  return {
    feeder,
    metered: {
      intervalMinutes: (measured?.stepMs ?? 60_000) / 60_000,
      intervals,
      importWh,
      exportWh: new Float64Array(importWh.length),
      connections: connectHomes(feeder, siteIds),
    },
  };
}

function drawnFeeder(): Feeder {
  const random = seededRandom("bench/feeder/tree");
  const perMetre = fromSequences(3e-4, 7e-5, 1.2e-3, 8e-5);
  const branches: Branch[] = [];
  for (let bus = 1; bus < BUSES; bus++) {
    const from = random.next() < 0.9 ? bus - 1 : random.integer(0, bus - 1);
    const metres = random.between(0.5, 3);
    const impedance = times(perMetre, metres);
    branches.push({ name: `line-${bus}`, from: String(from), to: String(bus), impedance });
  }
  const connections = Array.from({ length: HOMES }, (_, home): Connection => {
    const bus = String(random.integer(1, BUSES - 1));
    return { name: `home-${home + 1}`, bus, phase: ((home % 3) + 1) as 1 | 2 | 3, powerFactor: 0.95 };
  });
  return radialFeeder({
    source: "0",
    sourceVoltageV: 240,
    nominalVoltageV: 230,
    transformerVA: 800_000,
    branches,
    connections,
  });
}
