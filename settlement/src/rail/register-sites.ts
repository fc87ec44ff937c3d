import { CommonwattError, type RailSite } from "@commonwatt/vpp-core";
import { meterKeyOf, registerData, type SiteVersion, siteKey } from "../chain/site-record.ts";
import type { EscrowLink } from "./escrow-link.ts";

/**
 * Registers every site that the register does not know, with its owner, its meter and what its connection
 * allows, from the beginning of time on.
 * @throws CommonwattError `SITE_REGISTERED_OTHERWISE` for a site that stands there with another owner or
 * meter: its readings and orders would be held against the operator.
 */
export async function registerSites(link: EscrowLink): Promise<void> {
  for (const site of link.sites) await registerSite(link, site);
}

async function registerSite(
  { deployment, registry, outbox, patience, operator, wallClock }: EscrowLink,
  site: RailSite,
) {
  const wanted = versionOf(site);
  const versions = await patience.until(() => registry.versions(site.id));
  const known = versions.at(-1);
  if (known !== undefined) {
    // Announced changes may be in the configuration already, or not yet.
    const now = versions.findLast(({ since }) => 1_000 * since <= wallClock.now()) ?? known;
    if (isSame(known, wanted) || isSame(now, wanted)) return;
    throw new CommonwattError(
      "SITE_REGISTERED_OTHERWISE",
      `${site.id} is registered with another owner or meter`,
      { details: { siteId: site.id, owner: known.owner } },
    );
  }
  const { id: siteId, ownerKey, signWithMeter } = site;
  await outbox.submit({
    key: `register:${siteId}`,
    sender: operator,
    to: deployment.registry,
    data: await registerData(deployment, { siteId, version: wanted, ownerKey, signWithMeter }),
    done: async () => (await registry.versionCount(siteId)) > 0,
  });
}

function versionOf({ account, meterKey, limits, feeder }: RailSite): SiteVersion {
  return {
    owner: account,
    meterKey: meterKeyOf(meterKey),
    importMaxW: limits.importPowerMaxW,
    exportMaxW: limits.exportPowerMaxW,
    feeder: siteKey(feeder),
    since: 0,
  };
}

function isSame(known: SiteVersion, wanted: SiteVersion): boolean {
  const { x, y } = wanted.meterKey;
  return known.owner === wanted.owner && known.meterKey.x === x && known.meterKey.y === y;
}
