import { CommonwattError } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { STREET_HOMES_MAX } from "../street/street.ts";

/** How a scenario is run: on arrays, with real market and chain, or on emulated devices. */
export const SIMULATION_MODES = ["fast", "full-path", "wire"] as const;

/** One of {@link SIMULATION_MODES}. */
export type SimulationMode = (typeof SIMULATION_MODES)[number];

/** Lower-case letters, digits and dashes, as live communities and sites are called. */
const LIVE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

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
  require(LIVE_NAME.test(community), "community", community, "a-z, 0-9 and -, at most 64");
  const strange = siteIds.find((id) => !LIVE_NAME.test(id));
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

function unfit(mode: SimulationMode, what: string, found: unknown, allowed: string): never {
  throw new CommonwattError(
    "SIMULATION_MODE_UNFIT",
    `mode ${mode}: ${what} is ${String(found)}; allowed: ${allowed}`,
    { details: { mode, what, found: String(found), allowed } },
  );
}
