import { CommonwattError, type Site, type SiteId } from "@commonwatt/vpp-core";
import { checksumAccount } from "../order/account.ts";
import { isHexBytes } from "../order/hex.ts";

/** A gigawatt. Below it the energy of a million sites in an hour is still a safe integer. */
const CONNECTION_POWER_CEILING_W = 1e9;

/**
 * Takes the sites of a community as the market's register, by rising id and with accounts in EIP-55
 * capitals. An account belongs to one site only, because orders are signed by account.
 * @throws CommonwattError `MARKET_REGISTER_INVALID` naming the site and what is wrong with it.
 */
export function siteRegister(sites: readonly Site[]): ReadonlyMap<SiteId, Site> {
  const byId = new Map<SiteId, Site>();
  const siteOfAccount = new Map<string, SiteId>();
  for (const site of sites.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!isHexBytes(site.account, 20)) throw invalid(site, "its account is not 20 bytes of hex");
    const account = checksumAccount(site.account);
    const { importPowerMaxW, exportPowerMaxW } = site.limits;
    for (const powerW of [importPowerMaxW, exportPowerMaxW]) {
      const isPower = Number.isInteger(powerW) && powerW >= 0 && powerW <= CONNECTION_POWER_CEILING_W;
      if (!isPower)
        throw invalid(site, `a connection limit is not an integer of 0 to ${CONNECTION_POWER_CEILING_W} W`);
    }
    if (byId.has(site.id)) throw invalid(site, "its id is taken twice");
    const sharer = siteOfAccount.get(account);
    if (sharer !== undefined) throw invalid(site, `its account is also the account of ${sharer}`);
    siteOfAccount.set(account, site.id);
    byId.set(site.id, {
      id: site.id,
      account,
      feeder: site.feeder,
      limits: { importPowerMaxW, exportPowerMaxW },
    });
  }
  return byId;
}

function invalid(site: Site, why: string): CommonwattError {
  return new CommonwattError("MARKET_REGISTER_INVALID", `site ${site.id} cannot take part: ${why}`, {
    details: { siteId: site.id },
  });
}
