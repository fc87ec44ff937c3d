import { CommonwattError, ID_PATTERN } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { STREET_HOMES_MAX } from "../street/street.ts";

/** How a scenario is run: on arrays, with real market and chain, or on emulated devices. */
export const SIMULATION_MODES = ["fast", "full-path", "wire"] as const;

/** One of {@link SIMULATION_MODES}. */
export type SimulationMode = (typeof SIMULATION_MODES)[number];

/**
 * Checks that market and contracts can run a neighbourhood as it is.
 * @throws CommonwattError `SIMULATION_MODE_UNFIT` naming what is in the way, and what is allowed.
 */
export function requireFullPath(options: SimulationOptions, mode: SimulationMode = "full-path"): void {
  const { neighbourhood, mechanism, workers, network } = options;
  const { community, siteIds, retailPrice, feedInPrice, feePpm } = neighbourhood;
  const require = (holds: boolean, what: string, found: unknown, allowed: string): void => {
    if (!holds) unfit(mode, what, found, allowed);
  };
  require(workers === 1, "workers", workers, "1: a market is one");
  require(network === undefined, "a network", "given", "none: the market clears without one");
  const name = namedMechanism(mechanism).name;
  require(name === "uniform-price", "mechanism", name, "uniform, which the contracts can judge");
  require(feePpm === 0, "feePpm", feePpm, "0: the escrow takes no fee");
  const homes = siteIds.length;
  require(homes <= STREET_HOMES_MAX, "the number of homes", homes, `at most ${STREET_HOMES_MAX}`);
  require(ID_PATTERN.test(community), "community", community, "a-z, 0-9 and -, at most 64");
  const strange = siteIds.find((id) => !ID_PATTERN.test(id));
  require(strange === undefined, "a site's id", strange, "a-z, 0-9 and -, at most 64");
  for (const [price, column] of [
    ["retail price", retailPrice],
    ["feed-in price", feedInPrice],
  ] as const) {
    const other = column.find((value) => value !== column[0]);
    require(other === undefined, `the ${price}`, `${column[0]}, then ${other}`, "one for all time");
    require((column[0] as number) >= 0, `the ${price}`, column[0], "0 or more");
  }
  requireConnections(options, mode);
}

/**
 * Checks that a community of emulated devices and live controllers can be what a neighbourhood is.
 * @throws CommonwattError `SIMULATION_MODE_UNFIT`
 */
export function requireWire(options: SimulationOptions): void {
  requireFullPath(options, "wire");
  const { siteIds, strategies, intervals, intervalMinutes, loadWh, pvWh, batteries } = options.neighbourhood;
  const { exportPowerMaxW, importPowerMaxW } = options.neighbourhood;
  const other = strategies.find((name) => name !== "truthful");
  if (other !== undefined) unfit("wire", "a strategy", other, "truthful, as live homes bid");
  for (let at = 0; at < intervals * siteIds.length; at++) {
    const home = at % siteIds.length;
    const wattsOf = (energyWh: number): number => (energyWh * 60) / intervalMinutes;
    const pvW = wattsOf(pvWh[at] as number);
    const overW = pvW - wattsOf(loadWh[at] as number);
    const site = siteIds[home];
    const inverterW = batteries.inverterPowerMaxW[home] || Number.POSITIVE_INFINITY;
    const exportW = exportPowerMaxW[home] as number;
    // Emulated plants lose nothing to a limit.
    if (pvW > inverterW) unfit("wire", `the sun on ${site}`, `${pvW} W`, `its inverter, ${inverterW} W`);
    if (overW > exportW) unfit("wire", `what ${site} has left`, `${overW} W`, `its connection, ${exportW} W`);
  }
  const closed = siteIds.find((_, home) => importPowerMaxW[home] === 0);
  if (closed !== undefined) unfit("wire", `the connection of ${closed}`, "0 W", "more than 0 W");
}

/** A meter that shows more than its connection passes is not believed. */
function requireConnections({ neighbourhood }: SimulationOptions, mode: SimulationMode): void {
  const { siteIds, intervals, intervalMinutes, loadWh, pvWh, importPowerMaxW } = neighbourhood;
  for (let at = 0; at < intervals * siteIds.length; at++) {
    const home = at % siteIds.length;
    const needW = (((loadWh[at] as number) - (pvWh[at] as number)) * 60) / intervalMinutes;
    const mostW = importPowerMaxW[home] as number;
    if (needW > mostW) unfit(mode, `what ${siteIds[home]} takes`, `${needW} W`, `its connection, ${mostW} W`);
  }
}

/** Says what of a mode something is in the way of. */
export function unfit(mode: SimulationMode, what: string, found: unknown, allowed: string): never {
  throw new CommonwattError(
    "SIMULATION_MODE_UNFIT",
    `mode ${mode}: ${what} is ${String(found)}; allowed: ${allowed}`,
    { details: { mode, what, found: String(found), allowed } },
  );
}
