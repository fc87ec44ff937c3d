import type { SiteId } from "@commonwatt/vpp-core";
import type { Feeder } from "./feeder.ts";

/**
 * Which connection of a feeder each home has. Homes that are called as connections are, all of them, have their
 * own; else homes are spread over the connections in the order of their ids, from the transformer to the ends,
 * and share connections when there are more homes than connections.
 */
export function connectHomes(
  { connections, connectionBuses }: Feeder,
  siteIds: readonly SiteId[],
): Int32Array {
  const byName = new Map(connections.map(({ name }, place) => [name, place]));
  if (siteIds.every((id) => byName.has(id)))
    return Int32Array.from(siteIds, (id) => byName.get(id) as number);
  const outwards = connections
    .map((_, place) => place)
    .sort((a, b) => (connectionBuses[a] as number) - (connectionBuses[b] as number) || a - b);
  const spread = Math.max(siteIds.length, connections.length);
  return Int32Array.from(
    siteIds,
    (_, home) => outwards[Math.floor((home * spread) / siteIds.length) % connections.length] as number,
  );
}
