import type { RadialNetwork } from "@commonwatt/market";
import { priceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import { type Feeder, laggingShare } from "./feeder.ts";

/** A transformer or one phase of a line, and what hangs on it. */
export interface NetworkLimit {
  readonly id: string;
  /** The zones towards the source and away from it. */
  readonly from: string;
  readonly to: string;
  readonly limitVA: number;
  /** The rows of all homes behind it. */
  readonly homes: readonly number[];
}

/** A feeder as a market sees it: zones within which energy moves freely, and the limits between them. */
export interface LimitedNetwork {
  /** The grid beyond all limits first. */
  readonly zones: readonly string[];
  /** The zone of each home. */
  readonly homeZones: readonly string[];
  readonly limits: readonly NetworkLimit[];
  /** By home: reactive power of what it takes, as a share of the active. */
  readonly lagging: Float64Array;
}

/** The zone beyond all limits. */
export const GRID_ZONE = "grid";

/**
 * What a market has to know of a feeder whose homes have these connections. Every rated line parts each of its phases
 * from what lies before it, and the transformer parts all from the grid; limits behind which there is no home are
 * left out.
 */
export function limitedNetwork(feeder: Feeder, connections: Int32Array): LimitedNetwork {
  const { parents, branches, transformerVA, nominalVoltageV } = feeder;
  const homesAt = new Map<string, number[]>();
  connections.forEach((place, home) => {
    const zone = `${feeder.connectionBuses[place]}.${feeder.connections[place]?.phase}`;
    homesAt.set(zone, [...(homesAt.get(zone) ?? []), home]);
  });
  const all = [...connections.keys()];
  const first = transformerVA === null ? GRID_ZONE : "transformer";
  const limits: NetworkLimit[] =
    transformerVA === null
      ? []
      : [{ id: first, from: GRID_ZONE, to: first, limitVA: transformerVA, homes: all }];
  const homeZones: string[] = all.map(() => first);
  for (const phase of [1, 2, 3]) {
    const behind = homesBehind(parents, (bus) => homesAt.get(`${bus}.${phase}`) ?? []);
    const zoneAt: string[] = [first];
    for (let bus = 1; bus < parents.length; bus++) {
      const before = zoneAt[parents[bus] as number] ?? first;
      const { name, ratingA } = branches[bus] ?? {};
      const homes = behind[bus] ?? [];
      const isLimit = ratingA !== undefined && homes.length > 0;
      const zone = isLimit ? `${name}.${phase}` : before;
      zoneAt.push(zone);
      if (isLimit)
        limits.push({ id: zone, from: before, to: zone, limitVA: ratingA * nominalVoltageV, homes });
      for (const home of homesAt.get(`${bus}.${phase}`) ?? []) homeZones[home] = zone;
    }
  }
  return {
    zones: [GRID_ZONE, ...limits.map(({ to }) => to)],
    homeZones,
    limits,
    lagging: Float64Array.from(connections, (place) =>
      laggingShare(feeder.connections[place] ?? { powerFactor: 1 }),
    ),
  };
}

/** By bus: the homes there and further away from the source. */
function homesBehind(parents: Int32Array, homesAt: (bus: number) => readonly number[]): readonly number[][] {
  const behind = Array.from(parents, (_, bus) => [...homesAt(bus)]);
  for (let bus = parents.length - 1; bus > 0; bus--) {
    behind[parents[bus] as number]?.push(...(behind[bus] ?? []));
  }
  return behind;
}

/** What of a limit is kept free for what a market does not see: losses, and voltages below the nominal one. */
const RESERVE_SHARE = 0.05;

/** What of the limits is free beside what flows anyway. */
export interface FreeNetwork extends RadialNetwork {
  /** Limits that are passed by what flows anyway. */
  readonly passed: readonly string[];
}

/**
 * The network of one interval for what homes can still choose: each line takes in either direction what its limit
 * leaves beside what homes take (+) and give (−) in Wh whatever is traded; nothing where that passes the limit. A
 * limit of apparent power leaves less active power the more reactive power there is.
 */
export function freeNetwork(
  { zones, limits, lagging }: LimitedNetwork,
  anywayWh: Float64Array,
  intervalMinutes: number,
): FreeNetwork {
  const passed: string[] = [];
  const lines = limits.map(({ id, from, to, limitVA, homes }) => {
    let [netWh, reactiveVarh, steepest] = [0, 0, 0];
    for (const home of homes) {
      const wh = anywayWh[home] as number;
      const share = lagging[home] as number;
      netWh += wh;
      reactiveVarh += Math.max(0, wh) * share;
      steepest = Math.max(steepest, share);
    }
    const limitVAh = (limitVA * (1 - RESERVE_SHARE) * intervalMinutes) / 60;
    const byReactive = Math.sqrt(Math.max(0, limitVAh ** 2 - reactiveVarh ** 2));
    const limitWh = Math.min(byReactive, limitVAh / Math.hypot(1, steepest));
    if (Math.abs(netWh) > limitWh) passed.push(id);
    const free = (wh: number) => wattHours(Math.max(0, Math.floor(wh)));
    return {
      ...{ id, from, to, capacityWh: free(limitWh - netWh), backCapacityWh: free(limitWh + netWh) },
      ...{ feePrice: priceMicroPerKwh(0), lossPpm: 0 },
    };
  });
  return { zones, lines, passed };
}
