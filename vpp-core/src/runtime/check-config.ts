import { CommonwattError } from "../errors/commonwatt-error.ts";
import { INTERVAL_MINUTES } from "../time/delivery-interval.ts";
import type { CommunityConfig, SiteConfig } from "./config.ts";

/** Letters, digits and dashes, as ids of communities and sites are. */
export const ID_PATTERN: RegExp = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** An error in a configuration: names the file, the field, what was found and what is allowed. */
export function configError(file: string, field: string, found: unknown, allowed: string): CommonwattError {
  const shown = typeof found === "string" ? JSON.stringify(found) : String(found);
  return new CommonwattError("CONFIG_INVALID", `${file}: ${field} is ${shown}; allowed: ${allowed}`, {
    details: { file, field, found: shown, allowed },
  });
}

/**
 * Checks what a configuration put together, before anything is started.
 * @throws CommonwattError `CONFIG_INVALID` for the first field that is wrong.
 */
export function checkConfig(file: string, config: CommunityConfig): void {
  const check = (holds: boolean, field: string, found: unknown, allowed: string): void => {
    if (!holds) throw configError(file, field, found, allowed);
  };
  check(typeof config === "object" && config !== null, "setup()", config, "an object");
  check(ID_PATTERN.test(config.community), "community", config.community, "a-z, 0-9 and -, at most 64");
  check(/^[A-Z]{3}$/.test(config.currency), "currency", config.currency, "an ISO 4217 code such as EUR");
  check(
    INTERVAL_MINUTES.includes(config.intervalMinutes),
    "intervalMinutes",
    config.intervalMinutes,
    INTERVAL_MINUTES.join(", "),
  );
  const { retailPrice, feedInPrice } = config.tariff ?? {};
  const isPrice = (price: unknown): boolean => Number.isSafeInteger(price) && Number(price) >= 0;
  check(isPrice(retailPrice), "tariff.retailPrice", retailPrice, "micro per kWh, a whole number ≥ 0");
  check(isPrice(feedInPrice), "tariff.feedInPrice", feedInPrice, "micro per kWh, a whole number ≥ 0");
  check(feedInPrice <= retailPrice, "tariff.feedInPrice", feedInPrice, `at most retailPrice, ${retailPrice}`);
  check(Array.isArray(config.sites) && config.sites.length > 0, "sites", config.sites, "one site or more");
  const seen = new Set<string>();
  config.sites.forEach((site, index) => {
    checkSite(site, `sites[${index}]`, seen, check);
  });
}

type Check = (holds: boolean, field: string, found: unknown, allowed: string) => void;

function checkSite(site: SiteConfig, path: string, seen: Set<string>, check: Check): void {
  check(ID_PATTERN.test(site.id), `${path}.id`, site.id, "a-z, 0-9 and -, at most 64");
  check(!seen.has(site.id), `${path}.id`, site.id, "an id that no other site has");
  seen.add(site.id);
  const { importPowerMaxW, exportPowerMaxW } = site.limits ?? {};
  check(importPowerMaxW > 0, `${path}.limits.importPowerMaxW`, importPowerMaxW, "watts, above 0");
  check(exportPowerMaxW >= 0, `${path}.limits.exportPowerMaxW`, exportPowerMaxW, "watts, 0 or more");
  check(site.reserveWh >= 0, `${path}.reserveWh`, site.reserveWh, "watt-hours, 0 or more");
  check(site.devices?.length > 0, `${path}.devices`, site.devices, "one device or more");
  for (const [at, server] of (site.servers ?? []).entries()) {
    check(
      typeof server?.start === "function",
      `${path}.servers[${at}]`,
      server,
      "a server, e.g. sunspecFacade()",
    );
  }
  for (const device of site.devices) {
    check(!seen.has(device.id), `${path}.devices`, device.id, "a device id that no other device has");
    seen.add(device.id);
  }
}
